--- Jobs: calls that are begun and polled, many at a time on one thread.
local call = require "glacier.call"
local fail = require "glacier.fail"
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
  local turn = wait.turn(nil, way.settings.timeout, way.clock)
  turn.wait, turn.polled = coroutine.yield, true
  return setmetatable({ way = way, thread = coroutine.create(work), turn = turn }, Job)
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

--- Moves the job as far as it goes without waiting; the first poll sends.
-- @return boolean: whether it is done
function Job:poll()
  if not self.done then
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

--- Gives the job up: ends its transfer, if it has one under way. Its result is then an error.
function Job:cancel()
  self.turn.deadline = -math.huge
  if not self:poll() then
    self.done, self.good = true, false
    self.outcome = fail.new("transport", "ReadTimeoutError", "The job was given up")
  end
end

-- Waits between two rounds of polls in which nothing was done; not for long where a job has work
-- of its own to go on with.
local function idle(way, pause, busy)
  local turn = wait.turn(way.wait, nil, way.clock)
  if turn.wait then
    turn.wait(busy and 0 or pause)
  else
    way.connections.idle(busy and 0 or ROUND)
  end
end

-- Returns whether a job was done, and whether one has more to do than to wait.
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
  return #active < before, busy
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
  local active, more, pause = {}, true, 0.001
  repeat
    more = more and fill(active, concurrency, next_job)
    local progressed, busy = poll_round(active, finished)
    if progressed or busy then
      pause = 0.001
    end
    if active[1] and not progressed then
      idle(active[1].job.way, pause, busy)
      pause = math.min(pause * 2, 0.016)
    end
  until not more and not active[1]
end

-- Gives { index =, job = } of a list or an iterator that makes jobs.
local function numbered(jobs)
  local index = 0
  return function()
    index = index + 1
    local made
    if type(jobs) == "function" then
      made = jobs()
    else
      made = jobs[index]
    end
    return made and { index = index, job = made }
  end
end

--- Polls jobs until all are done.
-- @param jobs list of jobs
function job.drive(jobs)
  job.run(numbered(jobs), math.huge, function() end)
end

local function check_options(options)
  local concurrency = options.concurrency or 64
  if type(concurrency) ~= "number" or concurrency < 1 or concurrency % 1 ~= 0 then
    fail.raise("validation", "ParamValidationError", "all: concurrency must be an integer of at least 1")
  end
  return concurrency
end

--- Performs jobs, several at a time. A job that fails does not raise here.
-- @param jobs list of jobs, or a function that makes the next one, nil at the end
-- @param options table or nil: concurrency (64), progress = function(done, total), where total is
--   nil for a function
-- @return list: { ok = true, result = … } or { ok = false, error = … } of each job, by its number
function job.all(jobs, options)
  options = options or {}
  local outcomes, done = {}, 0
  job.run(numbered(jobs), check_options(options), function(entry)
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
