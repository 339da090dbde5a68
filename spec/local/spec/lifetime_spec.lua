-- How the local service starts and ends. It must not leave a file or a process behind.

local interpreter = require "spec.support.interpreter"
local socket = require "socket"
local service = require "spec.support.local_service"
local signed_http = require "spec.support.signed_http"

local SERVE = "spec/local/serve"

-- Runs a shell command, and returns what it prints on both streams. Waits for every process that has them open.
local function output_of(command)
  local pipe = assert(io.popen("{ " .. command .. "; } 2>&1"))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function alive(pid)
  return output_of("kill -0 " .. pid .. " && echo yes") == "yes\n"
end

describe("the local service", function()
  local directory

  before_each(function() directory = output_of("mktemp -d"):match "%S+" end)
  after_each(function() os.execute("rm -rf " .. directory) end)

  -- Returns a command that runs `serve` with its files in our directory.
  local function serve(arguments)
    return ("TMPDIR=%s exec %s %s"):format(directory, SERVE, arguments)
  end

  local function assert_no_trace(url, pid)
    assert.are.equal("", output_of("ls -A " .. directory))
    assert.is_false(signed_http.listens(url))
    assert.is_false(alive(pid))
  end

  -- A command that prints the address and the process ID of the service that runs it.
  local SHOW = "'echo $AWS_ENDPOINT_URL_GLACIER; cat $TMPDIR/*/nginx.pid; "

  it("runs a command and stops when the command ends", function()
    local text = output_of("(" .. serve("-- sh -c " .. SHOW .. "exit 7'") .. "); echo $?")
    local url, pid, status = text:match "^(%S+)\n(%d+)\n(%d+)\n$"
    assert.are.equal("7", status, text)
    assert_no_trace(url, pid)
  end)

  it("passes the keys, the region and its standard input to the command", function()
    local text = output_of("echo hello | (" .. serve("--session-token a/b+c= --region eu-west-1,x -- "
      .. "sh -c 'cat; echo $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN "
      .. "$AWS_REGION $AWS_DEFAULT_REGION'") .. ")")
    assert.are.equal("hello\nAKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY "
      .. "a/b+c= eu-west-1 eu-west-1\n", text)
  end)

  it("does not pass on a session token or a profile from its caller's environment", function()
    assert.are.equal("none\n", output_of("AWS_SESSION_TOKEN=x AWS_PROFILE=x "
      .. serve "-- sh -c 'echo ${AWS_SESSION_TOKEN-none}${AWS_PROFILE-}'"))
  end)

  it("ends its command and then itself on a signal", function()
    local text = output_of("(" .. serve("-- sh -c " .. SHOW .. "echo $$; kill -TERM $PPID; "
      .. "exec sleep 1000'") .. "); echo $?")
    local url, pid, command, status = text:match "^(%S+)\n(%d+)\n(%d+)\n.-(%d+)\n$"
    assert.are.equal("143", status, text)
    assert.is_false(alive(command))
    assert_no_trace(url, pid)
  end)

  it("prints its address and serves until it gets a signal", function()
    for signal, expected in pairs { TERM = "143", HUP = "129" } do
      local pipe = io.popen("sh -c 'echo $$; " .. serve "" .. "'; echo $?")
      local process, url, environment = pipe:read "*l", pipe:read "*l", pipe:read "*l"
      local pid = output_of("cat " .. directory .. "/*/nginx.pid"):match "%d+"
      assert.is_true(alive(pid))
      assert.is_true(signed_http.listens(url))
      assert.truthy(environment:find("AWS_ENDPOINT_URL_GLACIER=" .. url, 1, true))
      os.execute("kill -" .. signal .. " " .. process)
      assert.are.equal(expected, pipe:read "*l")
      pipe:close()
      assert_no_trace(url, pid)
    end
  end)

  it("stops when the process that started it ends, even by SIGKILL", function()
    local text = output_of(("TMPDIR=%s %s -e '%s'"):format(directory, interpreter, [[
      local running = require("spec.support.local_service").start()
      print(running.url)
      io.flush()
      os.execute("cat $TMPDIR/*/nginx.pid; kill -KILL $PPID")
    ]]))
    local url, pid = text:match "^(%S+)\n(%d+)\n"
    assert_no_trace(url, pid)
  end)

  it("removes its archives when it stops", function()
    local text = output_of(("TMPDIR=%s %s -e '%s'"):format(directory, interpreter, [[
      local running = require("spec.support.local_service").start()
      local send = require("spec.support.signed_http").caller(running)
      send("PUT", "/-/vaults/v")
      require("spec.support.archive_requests").archive(send, "/-/vaults/v", "x")
      os.execute("ls $TMPDIR/*/archives/*.0 | wc -l")
      running.stop()
      os.execute("ls -A $TMPDIR | wc -l")
    ]]))
    assert.are.equal("1\n0\n", text)
  end)

  it("leaves no file or process behind when it is killed", function()
    local pipe = io.popen("sh -c 'echo $$; " .. serve "" .. "' 2>/dev/null")
    local process, url = pipe:read "*l", pipe:read "*l"
    os.execute("kill -KILL " .. process)
    pipe:read "*a"
    pipe:close()
    local deadline = socket.gettime() + 60
    while (output_of("ls -A " .. directory) ~= "" or signed_http.listens(url)) and socket.gettime() < deadline do
      socket.sleep(0.02)
    end
    assert.are.equal("", output_of("ls -A " .. directory))
    assert.is_false(signed_http.listens(url))
  end)

  it("reports that its port is in use, and leaves no file behind", function()
    local running = service.start()
    local port = running.url:match "%d+$"
    local text = output_of("(" .. serve("--port " .. port) .. "); echo $?")
    running.stop()
    assert.are.equal(SERVE .. ": port " .. port .. " is already in use\n1\n", (text:gsub("%S*spec/", "spec/")))
    assert.are.equal("", output_of("ls -A " .. directory))
  end)

  it("rejects invalid options", function()
    for _, arguments in ipairs { "--port x", "--port", "--port 1.5", "--port 0", "--port 65536", "--port 123456789012",
      "--until-eof -- true", "--clock-offset soon", "--nonsense 1", "--",
      "--credentials a:b:1234", "--session-token 'a b'", "stray", "--region ''", "--job-delay x",
      "--lock-window -1", "--subscriber http://127.0.0.1:1/", "--subscriber arn:x=http://a.b:1/",
      "--subscriber arn:x=http://127.0.0.1/", "--subscriber arn:x=https://127.0.0.1:1/" } do
      local text = output_of("(" .. serve(arguments) .. "); echo $?")
      assert.truthy(text:find "^spec/local/serve: .*\n2\n$", arguments .. ": " .. text)
    end
  end)

  it("delays its responses with the option --delay", function()
    local running = service.start { delay = 1000 }
    local connection = socket.connect("127.0.0.1", tonumber(running.url:match "%d+$"))
    connection:send "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
    connection:settimeout(0.1)
    local _, why = connection:receive "*l"
    running.stop()
    connection:close()
    assert.are.equal("timeout", why)
  end)
end)
