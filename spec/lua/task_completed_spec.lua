-- glacier.as_completed: outcomes in the order in which tasks end.
local failure = require "spec.support.failure"
local glacier = require "glacier"
local scripted = require "spec.support.scripted"
local streams = require "spec.support.streams"

local server = scripted.new()

-- Returns a client whose response for the vault vN arrives after N polls, and a table that counts its requests.
local function client_of()
  local count = { now = 0, most = 0, all = 0 }
  local options = streams.options()
  options.transport = function(request)
    local number = tonumber(request.url:match "v(%d+)$")
    count.now, count.all = count.now + 1, count.all + 1
    count.most = math.max(count.most, count.now)
    for _ = 1, number do coroutine.yield() end
    count.now = count.now - 1
    if number == 3 then return { status = 404, body = '{"code":"ResourceNotFoundException","type":"Client"}' } end
    return { status = 200, body = ('{"NumberOfArchives":%d}'):format(number) }
  end
  options.wait = function() end
  return glacier.client(options), count
end

local function start(client, number)
  return client:start("describe_vault", { vaultName = "v" .. number })
end

describe("glacier.as_completed", function()
  after_each(function() server:stop() end)

  it("returns each outcome with the task's number, in the order in which the tasks end", function()
    local client, seen = client_of(), {}
    local tasks = { start(client, 5), start(client, 1), start(client, 3) }
    for index, outcome in glacier.as_completed(tasks) do
      seen[#seen + 1] = { index, outcome.ok, outcome.ok and outcome.result.NumberOfArchives or outcome.error.code }
    end
    assert.are.same({ { 2, true, 1 }, { 3, false, "ResourceNotFoundException" }, { 1, true, 5 } }, seen)
  end)

  it("accepts a function, and has at most `concurrency` tasks in progress", function()
    local client, count = client_of()
    local started, seen = 0, 0
    for index, outcome in glacier.as_completed(function()
      started = started + 1
      return started <= 20 and start(client, 1) or nil
    end, { concurrency = 4 }) do
      seen = seen + 1
      assert.is_true(outcome.ok and index <= 20)
    end
    assert.are.same({ 20, 20, 4, 0 }, { seen, count.all, count.most, count.now })
  end)

  it("ends with the failure of the function that makes the tasks", function()
    local started, seen = 0, {}
    local client = client_of()
    for index, outcome in glacier.as_completed(function()
      started = started + 1
      return started == 1 and start(client, 1) or error("no more", 0)
    end, { concurrency = 1 }) do
      seen[#seen + 1] = { index, outcome.ok, outcome.error }
    end
    assert.are.same({ { 1, true }, { 2, false, "no more" } }, seen)
    assert.are.equal(2, started)
  end)

  it("does not keep outcomes in memory", function()
    local client, started, kept = client_of(), 0, setmetatable({}, { __mode = "k" })
    for _, outcome in glacier.as_completed(function()
      started = started + 1
      return started <= 50 and start(client, 1) or nil
    end, { concurrency = 5 }) do
      kept[outcome.result] = true
    end
    collectgarbage()
    collectgarbage()
    local count = 0
    for _ in pairs(kept) do count = count + 1 end
    assert.is_true(count <= 1, count)
  end)

  it("cancels the tasks in progress when the loop ends early, in Lua 5.4 and later", function()
    server:start { streams.answered "{}", fallback = { { "read" }, { "stall" } } }
    local client = streams.client(server.url)
    local tasks = {}
    for number = 1, 3 do tasks[number] = start(client, number) end
    for _, outcome in glacier.as_completed(tasks) do
      if outcome.ok then break end
    end
    local given_up = 0
    for _, task in ipairs(tasks) do given_up = given_up + (task.outcome and not task.outcome.ok and 1 or 0) end
    assert.are.equal(_VERSION >= "Lua 5.4" and 2 or 0, given_up)
  end)

  it("rejects invalid tasks and options", function()
    for words, arguments in pairs {
      ["as_completed: expected a list of tasks"] = { 5 },
      ["as_completed: task number 1 is a number, not a task"] = { { 5 } },
      ["as_completed: concurrency must be"] = { {}, { concurrency = 0 } },
      ['as_completed: Unknown option: "progress", must be one of: concurrency'] = { {}, { progress = print } },
      ['as_completed: Unknown option: "1", must be one of: concurrency'] = { {}, { 5 } },
    } do
      local err = failure(glacier.as_completed, arguments[1], arguments[2])
      assert.are.equal("ParamValidationError", err.code)
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
  end)
end)
