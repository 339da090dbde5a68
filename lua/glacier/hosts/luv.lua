--- The option `wait` for programs on luv or in Neovim (`vim.uv`, or `vim.loop` in older versions): calls wait in the
-- loop, each in its own coroutine.
--
--   local client = glacier.client { wait = require "glacier.hosts.luv" }
--   coroutine.wrap(function() client:list_vaults() end)()
local copcall = require "glacier.async.copcall"
local requirements = require "glacier.hosts.requirements"

local NAME = "glacier.hosts.luv"
local ADVICE = "start it with coroutine.wrap"

local host = {}

-- The watchers by descriptor. All calls that wait for a descriptor share one, because libuv accepts only one handle for
-- it.
local watchers = {}

-- Returns luv, which the program has loaded because it runs the loop. This module must not load it: luv would then run
-- all callbacks in the coroutine that loaded it.
local function library()
  local vim = rawget(_G, "vim")
  return vim and (vim.uv or vim.loop) or package.loaded.luv or package.loaded.uv
    or requirements.raise(NAME, 'luv is not loaded; the main program has to call require "luv"')
end

-- Resumes a coroutine, unless it was resumed already. Returns the text of an error that it did not catch. Raises out of
-- memory and Ctrl-C.
local function resume(waiter)
  if waiter.is_over then
    return nil
  end
  waiter.is_over = true
  local good, err = coroutine.resume(waiter.thread)
  if not good then
    copcall.raise_fatal(err)
    return debug.traceback(waiter.thread, tostring(err)) -- luv shows only strings
  end
end

-- Resumes coroutines. If they do not catch errors, one of these errors is raised at the end, so that the loop reports
-- it.
local function resume_all(waiters)
  local uncaught, fatal
  for waiter in pairs(waiters) do
    local good, err = pcall(resume, waiter)
    uncaught, fatal = good and err or uncaught, not good and err or fatal
  end
  if fatal or uncaught then
    error(fatal or uncaught, 0)
  end
end

-- Resumes coroutines from a callback of the loop. Neovim allows calls of its API only in functions that the callback
-- schedules.
local function wake(waiters)
  local vim = rawget(_G, "vim")
  if vim and vim.schedule then
    vim.schedule(function()
      resume_all(waiters)
    end)
  else
    resume_all(waiters)
  end
end

-- Yields until the waiter's coroutine is resumed, or until the seconds have passed.
local function suspend(uv, waiter, seconds)
  local timer = seconds and uv.new_timer()
  if timer then
    uv.update_time() -- the loop's time may be old, and the timer would fire early
    timer:start(math.ceil(seconds * 1000), 0, function()
      wake { [waiter] = true }
    end)
  end
  coroutine.yield()
  waiter.is_over = true
  if timer then
    timer:close()
  end
end

-- Closes the watcher of a descriptor that no coroutine waits for any more.
local function close_unused(fd)
  local watcher = watchers[fd]
  if watcher and not next(watcher.waiters) then
    watchers[fd] = nil
    watcher.handle:close()
  end
end

-- The handle is stopped first: a coroutine may close the descriptor, and then wait for another one with its number.
local function on_event(fd)
  local watcher = watchers[fd]
  local waiters = watcher.waiters
  watcher.waiters = {}
  watcher.handle:stop()
  local good, err = pcall(wake, waiters)
  close_unused(fd)
  if not good then
    error(err, 0)
  end
end

local function new_watcher(uv, fd)
  local handle, message = uv.new_poll(fd)
  if not handle then
    requirements.raise(NAME, ("cannot watch the descriptor %d: %s"):format(fd, tostring(message)))
  end
  return { handle = handle, waiters = {} }
end

-- Returns the started watcher of a descriptor.
local function watch(uv, fd)
  local watcher = watchers[fd] or new_watcher(uv, fd)
  watchers[fd] = watcher
  if not watcher.handle:is_active() then
    watcher.handle:start("r", function()
      on_event(fd)
    end)
  end
  return watcher
end

--- Sleeps.
-- Raises `InvalidConfigError` outside of a coroutine or without luv.
-- @param seconds number
function host.sleep(seconds)
  local uv = library()
  suspend(uv, { thread = requirements.running(NAME, ADVICE) }, seconds)
end

--- Waits until a descriptor is readable, or until the seconds have passed.
-- Raises `InvalidConfigError` outside of a coroutine, without luv, or if luv cannot watch the descriptor.
-- @param fd number
-- @param seconds number, or nil for no limit
function host.readable(fd, seconds)
  local uv = library()
  local waiter = { thread = requirements.running(NAME, ADVICE) }
  local watcher = watch(uv, fd)
  watcher.waiters[waiter] = true
  suspend(uv, waiter, seconds)
  if watcher.waiters[waiter] then
    watcher.waiters[waiter] = nil
    close_unused(fd)
  end
end

return host
