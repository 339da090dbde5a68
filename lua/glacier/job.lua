--- Jobs: calls that are begun and polled, many at a time on one thread.
local call = require "glacier.call"
local fail = require "glacier.fail"
local protect = require "glacier.protect"
local wait = require "glacier.wait"

local job = {}

local Job = {}
Job.__index = Job
Job.__name = "glacier.job"

-- Seconds: the longest that a driver waits between two rounds, for jobs that wait out a back-off.
local ROUND = 0.05

--- Makes a job of a function that may wait.
-- @param way table: the inside of a client
-- @param work function(turn) -> result; waits through the turn alone
-- @return job
function job.new(way, work)
  local turn = wait.turn(nil, nil, way.clock)
  turn.wait, turn.polled = coroutine.yield, true
  -- Behind a function, as in the client: whoever prints all of a job prints no secret setting.
  local function own()
    return way
  end
  return setmetatable({ _way = own, thread = coroutine.create(work), turn = turn }, Job)
end

--- Begins a call: checks its parameters, sends nothing yet.
-- Raises `ParamValidationError`.
-- @param way table: the inside of a client
-- @param operation string: API name
-- @param params table or nil
-- @return job
function job.start(way, operation, params)
  local state = call.prepare(way, operation, params)
  return job.new(way, function(turn)
    return call.perform(way, state, turn)
  end)
end

-- The call's time runs from its first poll: a job may wait long for its place among many.
local function begin(self)
  if not self.begun then
    local way = self._way()
    local timeout = way.settings.timeout
    self.begun, self.turn.deadline = true, timeout and way.clock() + timeout
  end
end

--- Moves the job as far as it goes without waiting; the first poll sends.
-- @return boolean: whether it is done
function Job:poll()
  if not self.done then
    begin(self)
    local good, outcome = coroutine.resume(self.thread, self.turn)
    self.busy = outcome == 0 -- `wait.breathe`: it has more to do than to wait
    if coroutine.status(self.thread) == "dead" then
      self.done, self.good, self.outcome = true, good, outcome
    end
  end
  return self.done == true
end

--- The result of the call, for which it is waited if it is not done.
-- Raises the call's error.
-- @return table: as of the call
function Job:result()
  job.drive { self }
  if not self.good then
    return error(self.outcome, 0)
  end
  return self.outcome
end

--- Gives the job up: ends its transfer, if it has one under way. Its result is then an error,
-- unless it was done already.
function Job:cancel()
  self.turn.deadline = -math.huge
  if not self.done and (not self.begun or not self:poll()) then
    self.done, self.good = true, false
    self.outcome = fail.new("transport", "ReadTimeoutError", "The job was given up")
  end
end

-- Waits between two rounds of polls. In a hurry, with more to do than to wait, the others of the host
-- get their turn, and where there are none it does not wait.
local function idle(way, pause, hurry)
  local turn = wait.turn(way.wait, nil, way.clock)
  if turn.wait then
    turn.wait(pause)
  elseif not hurry then
    way.connections.idle(ROUND)
  end
end

-- Returns whether a job was done, or has more to do than to wait.
local function poll_round(active, finished)
  local before, busy = #active, false
  for position = #active, 1, -1 do
    local entry = active[position]
    if entry.job:poll() then
      table.remove(active, position)
      finished(entry)
    else
      busy = busy or entry.job.busy
    end
  end
  return busy or #active < before
end

-- Fills `active` up from `next_job`; false when there are no more.
local function fill(active, concurrency, next_job)
  while #active < concurrency do
    local entry = next_job()
    if not entry then
      return false
    end
    active[#active + 1] = entry
  end
  return true
end

--- Polls jobs until all are done. Errors of either function pass through, and leave jobs undone.
-- @param next_job function() -> table with a `job`, nil at the end
-- @param concurrency number: how many may be under way at a time
-- @param finished function(entry): called with that table when its job is done
function job.run(next_job, concurrency, finished)
  local active, more, pause, way = {}, true, 0.001, nil
  repeat
    more = more and fill(active, concurrency, next_job)
    way = active[1] and active[1].job._way and active[1].job._way() or way
    local hurry = poll_round(active, finished)
    pause = hurry and 0.001 or pause
    if way and (more or active[1]) then
      idle(way, pause, hurry)
    end
    pause = math.min(pause * 2, 0.016)
  until not more and not active[1]
end

local function is_job(value)
  return getmetatable(value) == Job
end

-- Gives { index =, job = } of a list of jobs.
local function numbered(jobs)
  local index = 0
  return function()
    index = index + 1
    return jobs[index] and { index = index, job = jobs[index] }
  end
end

-- In the place of a job that could not be made: it is done, and has failed.
local function stillborn(err)
  return setmetatable({ done = true, good = false, outcome = err }, Job)
end

-- The same of a function that makes jobs. One that raises, or gives something else, is not asked
-- again, for it may do so for ever.
local function numbered_of(maker)
  local index, over = 0, false
  return function()
    if over then
      return nil
    end
    index = index + 1
    local good, made = protect.call(maker)
    if good and made == nil then
      return nil
    elseif good and not is_job(made) then
      good, made = false, fail.new("validation", "ParamValidationError",
        ("all: job number %d is none, type: %s"):format(index, type(made)))
    end
    over = not good
    return { index = index, job = good and made or stillborn(made) }
  end
end

--- Polls jobs until all are done.
-- @param jobs list of jobs
function job.drive(jobs)
  job.run(numbered(jobs), math.huge, function() end)
end

local function check_jobs(jobs)
  if type(jobs) ~= "table" and type(jobs) ~= "function" then
    fail.raise("validation", "ParamValidationError", "all: a list of jobs, or a function that makes them, expected")
  end
  for index, made in ipairs(type(jobs) == "table" and jobs or {}) do
    if not is_job(made) then
      fail.raise("validation", "ParamValidationError",
        ("all: job number %d is none, type: %s"):format(index, type(made)))
    end
  end
end

local function check_options(options)
  if type(options) ~= "table" then
    fail.raise("validation", "ParamValidationError", "all: the options must be a table")
  end
  local concurrency = options.concurrency == nil and 64 or options.concurrency
  if type(concurrency) ~= "number" or concurrency < 1 or concurrency % 1 ~= 0 then
    fail.raise("validation", "ParamValidationError", "all: concurrency must be an integer of at least 1")
  elseif options.progress ~= nil and type(options.progress) ~= "function" then
    fail.raise("validation", "ParamValidationError", "all: progress must be a function")
  end
  for name in pairs(options) do
    if name ~= "concurrency" and name ~= "progress" then
      fail.raise("validation", "ParamValidationError",
        ("all: Unknown option: %q, must be one of: concurrency, progress"):format(tostring(name)))
    end
  end
  return concurrency
end

--- Performs jobs, several at a time. A job that fails does not raise here.
-- Raises `ParamValidationError` before anything is sent, for what is no list of jobs or no option.
-- @param jobs list of jobs, or a function that makes the next one, nil at the end; if that raises,
--   it is an outcome, too, and the last
-- @param options table or nil: concurrency (64), progress = function(done, total), where total is
--   nil for a function
-- @return list: { ok = true, result = … } or { ok = false, error = … } of each job, by its number
function job.all(jobs, options)
  check_jobs(jobs)
  options = options == nil and {} or options
  local concurrency = check_options(options)
  local outcomes, done = {}, 0
  local next_job = type(jobs) == "function" and numbered_of(jobs) or numbered(jobs)
  job.run(next_job, concurrency, function(entry)
    local finished = entry.job
    if finished.good then
      outcomes[entry.index] = { ok = true, result = finished.outcome }
    else
      outcomes[entry.index] = { ok = false, error = finished.outcome }
    end
    done = done + 1
    if options.progress then
      pcall(options.progress, done, type(jobs) == "table" and #jobs or nil)
    end
  end)
  return outcomes
end

return job
