-- The command `glacier`, run as a process against the local service.
local files = require "spec.support.files"
local glacier = require "glacier"
local interpreter = require "spec.support.interpreter"
local local_service = require "spec.support.local_service"
local scripted = require "spec.support.scripted"
local shell = require "spec.support.shell"
local socket = require "socket"
local streams = require "spec.support.streams"

local TOPIC = "arn:aws:sns:us-west-2:012345678901:mytopic"
local MIB = 1024 * 1024

describe("the command glacier", function()
  local service, client

  local function start(options)
    service = local_service.start(options)
    client = glacier.client {
      region = service.region, endpoint_url = service.url,
      credentials = { access_key_id = service.access_key_id, secret_access_key = service.secret_access_key },
    }
    client:create_vault { vaultName = "v" }
  end

  after_each(function()
    if service then
      client:close()
      service.stop()
      service = nil
    end
  end)

  -- Returns the command line of a run. Its environment has the settings of the local service, if that runs. `code` is
  -- Lua code that runs first.
  local function command_line(words, code)
    local settings = { LUA_PATH = package.path, LUA_CPATH = package.cpath, HOME = "/nonexistent" }
    if service then
      settings.AWS_ENDPOINT_URL_GLACIER, settings.AWS_REGION = service.url, service.region
      settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY = service.access_key_id, service.secret_access_key
    end
    if rawget(_G, "jit") then -- the command does not close its state; with LuaJIT, the leak check would report that
      settings.ASAN_OPTIONS = (os.getenv "ASAN_OPTIONS" or "") .. ":detect_leaks=0"
    end
    local list = { "env" }
    for name, value in pairs(settings) do
      list[#list + 1] = shell.quote(name .. "=" .. value)
    end
    return ("%s %s -e %s lua/glacier/command/glacier %s"):format(table.concat(list, " "), interpreter,
      shell.quote(code or ""), words)
  end

  -- Runs the command. Returns what it prints on standard output and standard error, and its exit status.
  local function run(words)
    return shell.output(command_line(words) .. " 2>&1")
  end

  it("prints its help with status 0", function()
    local printed, status = run "--help"
    assert.are.equal(0, status)
    for _, word in ipairs { "Usage: glacier", "notifications", "upload", "Exit status:" } do
      assert.is_truthy(printed:find(word, 1, true), printed)
    end
  end)

  it("prints its version", function()
    assert.are.equal(glacier._VERSION, (run "--version"))
  end)

  it("ends with status 2 and a hint for wrong usage", function()
    for _, words in ipairs { "", "nosuch", "vaults --nosuch", "upload onlyone", "notifications set v" } do
      local printed, status = run(words)
      assert.are.equal(2, status, printed)
      assert.is_truthy(printed:find("Try 'glacier --help' or 'glacier COMMAND --help'.", 1, true), printed)
    end
  end)

  it("ends with status 2 and a hint for an empty name or ARN, before anything is sent", function()
    for _, words in ipairs {
      "notifications get v ''", "notifications set '' --topic " .. TOPIC, "notifications delete ''",
      "notifications sync --dry-run --topic ''", "notifications check v --event '' --topic " .. TOPIC,
      "topic-policy --account '' --topic " .. TOPIC, "vaults --account-id ''", "vaults --region ''", "jobs ''",
      "upload '' Makefile", "upload v ''", "download v '' file", "retrieve v '' file", "retrieve v a f --job-id ''",
      "call ''",
    } do
      local printed, status = run(words)
      assert.are.equal(2, status, printed)
      assert.is_truthy(printed:find "^glacier: %l+ '[%l-]+' must not be empty\nTry 'glacier", printed)
    end
  end)

  it("sets, prints and removes notifications", function()
    start()
    assert.are.same({ "v\tchanged", 0 }, { run("notifications set v --topic " .. TOPIC) })
    assert.are.same({ "v\tunchanged", 0 }, { run("notifications set v --topic " .. TOPIC) })
    assert.are.same({ "v\t" .. TOPIC .. "\tArchiveRetrievalCompleted,InventoryRetrievalCompleted", 0 },
      { run "notifications get v" })
    assert.are.same({ "v\tchanged", 0 }, { run "notifications delete v" })
    assert.are.same({ "v\t-", 0 }, { run "notifications get v" })
  end)

  it("changes nothing with --dry-run", function()
    start()
    assert.are.same({ "v\twould change", 0 }, { run("notifications sync --dry-run --topic " .. TOPIC) })
    assert.is_nil(client:get_vault_notifications_or_nil { vaultName = "v" })
  end)

  it("prints the findings of a configuration with --dry-run, and ends with status 1", function()
    start()
    local finding = "-\tInvalidTopicArn\tvaultNotificationConfig.SNSTopic: "
    for _, action in ipairs { "sync", "set" } do
      local printed, status = run("notifications " .. action .. " v --dry-run --topic arn:aws:sns:us-west-2:mytopic")
      assert.are.equal(1, status)
      assert.are.equal(finding, printed:sub(1, #finding))
      assert.is_truthy(printed:find "\nv\twould change$", printed)
    end
    local printed, status = run "notifications sync v --dry-run --json --topic arn:aws:sns:us-west-2:mytopic"
    assert.are.equal(1, status)
    assert.is_truthy(printed:find('"code":"InvalidTopicArn"', 1, true), printed)
  end)

  it("rejects --dry-run if it has no meaning for the command", function()
    start()
    local rejection = "glacier: --dry-run is only for notifications set, delete and sync"
    for _, words in ipairs { [[call create_vault '{"vaultName":"w"}']], "upload v Makefile", "notifications get v" } do
      assert.are.same({ rejection, 2 }, { run(words .. " -n") })
    end
    assert.are.equal(1, #client:list_vaults().VaultList)
  end)

  it("ends with status 1 if standard output cannot be written", function()
    start()
    files.with_device("/dev/full", function(path)
      local printed, status = shell.output(command_line "vaults" .. " 2>&1 >" .. shell.quote(path))
      assert.are.equal(1, status)
      assert.is_truthy(printed:find("glacier: cannot write to standard output", 1, true), printed)
    end)
  end)

  it("ends with status 2 for invalid parameters, without a hint to resume", function()
    start()
    for _, words in ipairs {
      "upload v Makefile --part-size 5", "call nosuch_operation", "upload v /nonexistent", "notifications get .. v",
      "notifications delete missing ..",
    } do
      local printed, status = run(words)
      assert.are.equal(2, status, printed)
      assert.is_nil(printed:find("to resume", 1, true), printed)
    end
  end)

  it("continues after a vault that fails, and ends with status 1", function()
    start()
    local printed, status = run "notifications get missing v"
    assert.are.equal(1, status)
    assert.is_truthy(printed:find("glacier: missing: An error occurred (ResourceNotFoundException)", 1, true), printed)
    assert.is_truthy(printed:find("v\t-", 1, true), printed)
  end)

  it("checks a configuration without a request, and ends with status 1 for findings", function()
    assert.are.same({ "", 0 }, { run("notifications check v --topic " .. TOPIC) })
    assert.are.same({ "", 0 }, { run("notifications check --topic " .. TOPIC) })
    local printed, status = run "notifications check v --topic mytopic"
    assert.are.equal(1, status)
    assert.is_truthy(printed:find("v\tInvalidTopicArn\t", 1, true), printed)
  end)

  it("prints the policy of a topic without a request", function()
    local printed, status = run("topic-policy --account 012345678901 --topic " .. TOPIC)
    assert.are.equal(0, status)
    assert.are.equal(glacier.topic_policy({ topic = TOPIC, account = "012345678901" }):json(), printed)
  end)

  it("calls any operation with parameters in JSON, also from standard input", function()
    start()
    local printed, status = run [[call describe_vault '{"vaultName":"v"}']]
    assert.are.equal(0, status)
    assert.is_truthy(printed:find('"VaultName":"v"', 1, true), printed)
    printed = shell.output([[printf '{"vaultName":"v"}' | ]] .. command_line "call DescribeVault - 2>&1")
    assert.is_truthy(printed:find('"VaultName":"v"', 1, true), printed)
    for _, parameters in ipairs { "v", "[]", "{" } do
      assert.are.same({ "glacier: invalid parameters: expected a JSON object", 2 },
        { run("call list_vaults " .. parameters) })
    end
  end)

  it("ends with status 1 if standard input cannot be read", function()
    start()
    local printed, status = shell.output(command_line "call list_vaults - </ 2>&1")
    assert.are.same({ "glacier: cannot read standard input: Is a directory", 1 }, { printed, status })
  end)

  it("uploads a file and prints the archive's ID", function()
    start()
    files.with_directory(function(directory)
      files.write(directory .. "/archive", ("x"):rep(2 * MIB + 1))
      local printed, status = run("--quiet upload v " .. directory .. "/archive --part-size " .. MIB)
      assert.are.equal(0, status, printed)
      client:delete_archive { vaultName = "v", archiveId = printed }
    end)
  end)

  -- Starts the command and calls `act` with its process ID and its output. Returns the rest of the output and the exit
  -- status.
  local function run_beside(words, act)
    local pipe = io.popen(("sh -c %s; echo \"status $?\""):format(
      shell.quote("echo $$; exec " .. command_line(words) .. " 2>&1")))
    act(assert(pipe:read "*n"), pipe)
    local printed, status = pipe:read("*a"):match "^%s*(.-)\nstatus (%d+)\n$"
    pipe:close()
    return printed, tonumber(status)
  end

  it("ends at Ctrl-C while a module is loaded, with status 130", function()
    start()
    for _, module in ipairs { "argparse", "glacier.command.arguments", "glacier.client", "glacier.curl" } do
      local code = ("package.preload[%q] = function() error('file.lua:1: interrupted!', 0) end"):format(module)
      local printed, status = shell.output(command_line("vaults", code) .. " 2>&1")
      assert.are.same({ "glacier: interrupted", 130 }, { printed, status }, module)
    end
  end)

  it("ends at Ctrl-C and leaves out the remaining vaults, with status 130", function()
    start { delay = 0.5 }
    local printed, status = run_beside("notifications get missing" .. (" v"):rep(20), function(process, pipe)
      assert.are.equal("", pipe:read "*l")
      assert.is_truthy(pipe:read("*l"):find("missing", 1, true))
      shell.run("kill -INT " .. process)
    end)
    assert.are.equal(130, status, printed)
    assert.is_truthy(printed:find("glacier: interrupted", 1, true), printed)
    assert.is_true(select(2, printed:gsub("v\t%-", "")) < 20, printed)
  end)

  it("prints how to resume an upload that Ctrl-C interrupts, and ends with status 130", function()
    start { delay = 0.5 }
    files.with_directory(function(directory)
      -- Enough parts that the upload is still in progress when the first one is seen.
      files.write(directory .. "/my archive", ("x"):rep(24 * MIB))
      local words = ("--region us-west-2 upload v '%s/my archive' --part-size %d --concurrency 1")
        :format(directory, MIB)
      local printed, status = run_beside(words, function(process)
        for _ = 1, 60 do
          local upload = client:list_multipart_uploads({ vaultName = "v" }).UploadsList[1]
          if upload and client:list_parts({ vaultName = "v", uploadId = upload.MultipartUploadId }).Parts[1] then
            break
          end
        end
        shell.run("kill -INT " .. process)
      end)
      assert.are.equal(130, status, printed)
      assert.is_truthy(printed:find("glacier: interrupted", 1, true), printed)
      local resumed = assert(printed:match "to resume, run: glacier (%-%-region=us%-west%-2 upload %-%-upload%-id=.*)")
      printed, status = run(resumed)
      assert.are.equal(0, status, printed)
    end)
  end)

  it("prints how to resume a retrieval whose job was already complete", function()
    start { delay = 0.5, job_delay = 0 }
    files.with_directory(function(directory)
      files.write(directory .. "/archive", ("x"):rep(2 * MIB))
      local archive = client:upload { vaultName = "v", path = directory .. "/archive" }.archiveId
      client:initiate_job { vaultName = "v", jobParameters = { Type = "archive-retrieval", ArchiveId = archive } }
      local target = directory .. "/target"
      local printed, status = run_beside(("retrieve -- v %s %s"):format(archive, target), function(process)
        for _ = 1, 600 do
          if #files.list(directory) > 1 then break end
          socket.sleep(0.05)
        end
        shell.run("kill -INT " .. process)
      end)
      assert.are.equal(130, status, printed)
      local resumed = assert(printed:match "to resume, run: glacier (retrieve [^\n]*)", printed)
      printed, status = run(resumed)
      assert.are.equal(0, status, printed)
      assert.are.equal(2 * MIB, #files.read(target))
    end)
  end)

  it("quotes an ID of the service in the command that it prints", function()
    local server = scripted.start {
      { { "read" }, { "send", streams.answer(201, { ["x-amz-multipart-upload-id"] = "a;touch x" }) } },
      fallback = { { "read" }, { "reset" } },
    }
    service = { url = server.url, region = "us-west-2", access_key_id = "AKIDEXAMPLE", secret_access_key = "KEY" }
    local printed, status
    files.with_directory(function(directory)
      files.write(directory .. "/archive", ("x"):rep(2 * MIB))
      printed, status = run("upload v " .. directory .. "/archive --part-size " .. MIB)
    end)
    service = nil
    server:stop()
    assert.are.equal(1, status, printed)
    assert.is_truthy(printed:find("to resume, run: glacier upload '--upload-id=a;touch x' -- v ", 1, true), printed)
  end)
end)
