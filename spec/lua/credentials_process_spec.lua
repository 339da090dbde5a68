-- Keys that a program prints. The expected keys are those that botocore 1.43 returns for the same setting.

local worlds = require "spec.support.credentials_world"

-- {HOME}/program prints its arguments to standard error and fails. {HOME}/counting prints its argument and records that
-- it ran.
local function world_with(command, more)
  local world = worlds.new { config = "[default]\ncredential_process = " .. command .. "\n" .. (more or ""), files = {
    program = '#!/bin/sh\nfor word in "$@"; do printf "[%s]" "$word" >&2; done\nexit 5\n',
    counting = '#!/bin/sh\necho run >>{HOME}/runs\necho "$1"\n',
  } }
  os.execute("cd '" .. world.home .. "' && chmod +x program counting")
  finally(world.close)
  return world, world.source()
end

local function printing(json)
  return "echo '" .. json .. "'"
end

local KEYS = '"AccessKeyId":"AKIAp","SecretAccessKey":"SECRETp"'

describe("glacier.credentials.process", function()
  it("credential_process returns the keys that the program prints", function()
    local _, source = world_with(printing('{"Version":1,' .. KEYS .. ',"SessionToken":"SECRETt","AccountId":"77"}'))
    assert.is_true(worlds.same_keys(source:keys(), "AKIAp", "SECRETp", "SECRETt"))
    assert.are.equal("77", source:account())
    assert.is_false(source:refresh())
  end)

  it("credential_process may print null for absent members, and the account may come from the profile", function()
    local _, source = world_with(printing('{"Version":1,' .. KEYS .. ',"SessionToken":null,"Expiration":null}'),
      "aws_account_id = 5\n")
    assert.is_true(worlds.same_keys(source:keys(), "AKIAp", "SECRETp"))
    assert.are.equal("5", source:account())
  end)

  it("credential_process is run again when the keys are about to expire", function()
    local world, source = world_with("{HOME}/counting '{\"Version\":1," .. KEYS .. ',"Expiration":"' .. worlds.at(3600)
      .. "\"}'")
    local function runs()
      local count = 0
      for _ in io.lines(world.home .. "/runs") do count = count + 1 end
      return count
    end
    source:keys()
    source:keys()
    assert.are.equal(1, runs())
    world.now = world.now + 3600 - 601
    source:keys()
    assert.are.equal(2, runs())
  end)

  it("credential_process passes each word to the program unchanged, and the shell expands nothing", function()
    local _, source = world_with("{HOME}/program "
      .. [["a b" c\ d 'e"f' $HOME `id` "$(id)" * "x'y" %s \\ ; | & > < ~ a=b -n '' "\$" é]])
    local err = worlds.catch(source.keys, source)
    assert.are.equal("Error when retrieving credentials from custom-process: the program exited with status 5: "
      .. [=[[a b][c d][e"f][$HOME][`id`][$(id)][*][x'y][%s][\][;][|][&][>][<][~][a=b][-n][][\$][é]]=], err.message)
  end)

  -- Columns: title, setting, part of the message, error code if it is not CredentialRetrievalError.
  for _, case in ipairs {
    { "that fails",
      [[sh -c 'echo "{\"SecretAccessKey\":\"SECRETlongenough\"}"; echo it broke SECRETlongenough >&2; exit 3']],
      "the program exited with status 3: it broke ***" },
    { "that fails and prints a key to its error output",
      [[sh -c 'echo "no {\"k\": \"SECRETlongenough\"} here" >&2; exit 3']],
      'exited with status 3: no {"k": "***"} here' },
    { "that fails and prints a key without quotes",
      [[sh -c 'echo "token: SECRETwJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE= of" >&2; exit 3']], ": token: *** of" },
    { "that fails and prints nothing", "false", "the program exited with status 1" },
    { "that is killed", "sh -c 'kill -9 $$'", "the program exited with status 137" },
    { "that does not exist", "{HOME}/none a", "the program exited with status 127" },
    { "that is in no directory of PATH", "nosuchprogram", "the program exited with status 127" },
    { "that is a builtin of the shell", 'eval "echo hi"', "the program exited with status 127" },
    { "that is an assignment of a variable", "A=b echo", "the program exited with status 127" },
    { "of another version", printing('{"Version":2,' .. KEYS .. "}"),
      "Unsupported version '2' for credential process provider, supported versions: 1" },
    { "whose version is not a number", printing('{"Version":"SECRET",' .. KEYS .. "}"),
      "Unsupported version '<not a number>'" },
    { "without a version", printing("{" .. KEYS .. "}"), "Unsupported version '<Version key not provided>'" },
    { "without a secret", printing '{"Version":1,"AccessKeyId":"AKIAp"}',
      "Missing required key in response: 'SecretAccessKey'" },
    { "whose key is not a string",
      printing '{"Version":1,"AccessKeyId":5,"SecretAccessKey":"SECRETp"}', "'AccessKeyId'" },
    { "whose output is cut off", printing '{"Version":1,"SecretAccessKey":"SECRETp',
      "the program did not print a JSON object" },
    { "whose output is endless", "yes", "the program printed more than 1048576 bytes" },
    { "that prints nothing", "true", "the program did not print a JSON object" },
    { "that prints a number", printing "7", "the program did not print a JSON object" },
    { "whose expiration is not a date", printing('{"Version":1,' .. KEYS .. ',"Expiration":"soon"}'),
      'Expiration cannot be read as a date: "soon"' },
    { "whose keys have expired", printing('{"Version":1,' .. KEYS .. ',"Expiration":"' .. worlds.at(-1) .. '"}'),
      "still expired" },
    { "without a program", "''", "does not begin with the name of a program", "InvalidConfigError" },
    { "with an empty program name", "'' a", "does not begin with the name of a program", "InvalidConfigError" },
    { "that begins with an option", "-c ls", "does not begin with the name of a program", "InvalidConfigError" },
    { "with an unclosed quote", 'echo "SECRET', "cannot be split into words", "InvalidConfigError" },
  } do
    it("credential_process " .. case[1] .. " is an error", function()
      local world, source = world_with(case[2])
      local err = worlds.catch(source.keys, source)
      assert.are.equal(case[4] or "CredentialRetrievalError", err.code)
      assert.truthy(err.message:find(case[3], 1, true), err.message)
      worlds.check_silence(world.events)
    end)
  end

  it("credential_process that cannot be started is an error with the reason, which may pass", function()
    local world, source = world_with "echo SECRETargument"
    local popen = io.popen
    finally(function()
      rawset(io, "popen", popen)
      world.close()
    end)
    rawset(io, "popen", function(script) return nil, script .. ": Too many open files", 24 end)
    local err = worlds.catch(source.keys, source)
    assert.are.equal("Error when retrieving credentials from custom-process: the shell that runs the program cannot be "
      .. "started: Too many open files", err.message)
    assert.is_true(err.retryable)
    rawset(io, "popen", function() error "'popen' not supported" end)
    err = worlds.catch(source.keys, source)
    assert.truthy(err.message:find("cannot be started: ", 1, true), err.message)
    assert.truthy(err.message:find("'popen' not supported", 1, true), err.message)
    assert.is_falsy(err.retryable)
  end)

  it("credential_process may print much to standard output and to standard error", function()
    local _, source = world_with([[sh -c 'head -c 300000 /dev/zero | tr "\\0" " "; ]]
      .. [[head -c 300000 /dev/zero | tr "\\0" x >&2; echo "$0"' ]] .. "'{\"Version\":1," .. KEYS .. "}'")
    assert.are.equal("AKIAp", source:keys():access_key_id())
  end)
end)
