-- Starts the local service for a spec. It stops on `stop`, or when the process that started it ends for
-- any reason.
--
--   local service = require("spec.support.local_service").start { session_token = "…" }
--   … service.url …
--   service.stop()

local shell = require "spec.support.shell"

local service = {}

local serve = debug.getinfo(1, "S").source:match "^@(.*)support/[^/]*$" .. "local/serve"

-- Converts a table of options to arguments of `serve`, with _ for -. A list repeats the option; true stands for an
-- option without a value.
local function arguments(options)
  local words = {}
  for name, values in pairs(options) do
    for _, value in ipairs(type(values) == "table" and values or { values }) do
      words[#words + 1] = "--" .. name:gsub("_", "-")
      if value ~= true then words[#words + 1] = shell.quote(value) end
    end
  end
  return table.concat(words, " ")
end

-- Runs `serve` with a pipe as its input, which ends with this process. Returns the pipe, the URL, and the
-- environment as NAME=value words; the last two are nil if it did not start.
local function launch(options)
  local name = os.tmpname()
  local pipe = name .. ".pipe"
  shell.run("mkfifo -m 600 " .. shell.quote(pipe))
  local process = assert(io.popen(("exec %s --until-eof %s >%s"):format(shell.quote(serve),
    arguments(options or {}), shell.quote(pipe)), "w"))
  local output = assert(io.open(pipe))
  os.remove(pipe)
  os.remove(name)
  local url, environment = output:read "*l", output:read "*l"
  output:close()
  return process, url, environment
end

--- Starts the service with these options. Raises if it does not start; it then prints the reason to
-- standard error.
-- @return table: url, access_key_id, secret_access_key, session_token or nil, region, account, stop. The
--   function `stop` returns when the service has ended and its files are removed; a second call does
--   nothing.
function service.start(options)
  local process, url, environment = launch(options)
  if not environment then
    process:close()
    error("the local service did not start", 2)
  end
  local values = {}
  for name, value in environment:gmatch "(%S-)=(%S+)" do values[name] = value end
  return {
    url = url,
    access_key_id = values.AWS_ACCESS_KEY_ID,
    secret_access_key = values.AWS_SECRET_ACCESS_KEY,
    session_token = values.AWS_SESSION_TOKEN,
    region = values.AWS_REGION,
    account = values.AWS_ACCOUNT_ID,
    stop = function()
      if process then process:close() end
      process = nil
    end,
  }
end

return service
