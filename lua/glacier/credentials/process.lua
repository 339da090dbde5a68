--- Keys that a program of the user prints: `credential_process`.
--
-- Lua can start a program only through sh. The setting is split into words here, as botocore does, and nothing is
-- expanded. Each word is then quoted, so that sh executes the words unchanged.
local copcall = require "glacier.async.copcall"
local errors = require "glacier.credentials.errors"
local json = require "glacier.json"
local object = require "glacier.credentials.object"
local settings = require "glacier.credentials.settings"
local words = require "glacier.config.words"

local process = {}

local PROVIDER = "custom-process"

-- With exec, sh does not run a builtin instead of the program. After the program's output, the script prints the error
-- text, the exit status and the length of the error text. The status of pclose cannot be used: there is none on Lua
-- 5.1, or in a host that reaps its child processes itself.
local SCRIPT = [[exec 3>&1 2>/dev/null; text=$(exec %s 2>&1 >&3 3>&-); status=$?
LC_ALL=C; printf '%%s\n%%d %%d' "$text" "$status" "${#text}"]]

-- Bytes that a program may print, including its error text.
local MAX_BYTES = 1024 * 1024

-- Bytes of the error text that are processed: many times what a message quotes.
local ERROR_BYTES = 4096

local function script_of(command)
  local list, why = words.split(command)
  if command:find("\0", 1, true) then
    why = "it contains a NUL byte"
  end
  if why then
    errors.config("The credential_process cannot be split into words: " .. why .. ".")
  elseif not list[1] or list[1] == "" or list[1]:find "^%-" then
    errors.config("The credential_process does not begin with the name of a program.")
  end
  for i, word in ipairs(list) do
    list[i] = "'" .. word:gsub("'", "'\\''") .. "'"
  end
  return SCRIPT:format(table.concat(list, " "))
end

-- Starts the shell and returns the pipe from it. Without a pipe, there may be no free descriptor or process at the
-- moment. If popen raises, the system does not have it.
local function start(script)
  local good, pipe, why = pcall(io.popen, script, "r")
  if good and pipe then
    return pipe
  elseif not good then
    copcall.raise_fatal(pipe)
    why = pipe
  end
  why = tostring(why)
  local reason = why:sub(1, #script) == script and why:sub(#script + 3) or why -- the script may contain secrets
  return errors.retrieval(PROVIDER, "the shell that runs the program cannot be started: " .. errors.quote(reason), good)
end

-- Runs the program. Returns its output, its exit status, and its error text.
local function run(command)
  local pipe = start(script_of(command))
  local everything = pipe:read(MAX_BYTES + 1) or ""
  pipe:close()
  if #everything > MAX_BYTES then
    errors.retrieval(PROVIDER, ("the program printed more than %d bytes"):format(MAX_BYTES))
  end
  local rest, status, length = everything:match "^(.*)\n(%d+) (%d+)$"
  if not rest or #rest < tonumber(length) then
    errors.retrieval(PROVIDER, "the shell that runs the program was killed")
  end
  local output = rest:sub(1, #rest - length)
  return output, tonumber(status), rest:sub(#output + 1)
end

-- Returns whether a word looks like a key or a base64 token.
local function is_key_like(word)
  return #word >= 40 and word:find "%l" and word:find "%u" and word:find "%d"
end

-- Adds the parts of a text that messages must not show: JSON strings of 16 bytes or more, and words that look like
-- keys.
local function add_secrets(secrets, text)
  for said in text:gmatch '"([^"]*)"' do
    secrets[#secrets + 1] = #said >= 16 and said or nil
  end
  for word in text:gmatch "[%w+/=]+" do
    secrets[#secrets + 1] = is_key_like(word) and word or nil
  end
end

-- Returns the program's error text for a message. A long text is cut between two words, so that it cannot end with a
-- part of a secret.
local function error_text(text, output)
  if #text > ERROR_BYTES then
    text = text:sub(1, ERROR_BYTES):match "^(.*)[ \t\r\n]" or ""
  end
  local secrets = {}
  add_secrets(secrets, output)
  add_secrets(secrets, text)
  return errors.quote(text, secrets)
end

local function expiration_of(printed)
  if printed.Expiration == nil or printed.Expiration == json.null then
    return nil
  end
  local expiration, why = object.expiration(printed, "Expiration")
  return expiration or errors.retrieval(PROVIDER, why)
end

local function read_keys(output, account)
  local printed = object.decode(output) or errors.retrieval(PROVIDER, "the program did not print a JSON object")
  if printed.Version ~= 1 then
    local version = type(printed.Version) == "number" and ("%.14g"):format(printed.Version)
      or printed.Version ~= nil and "<not a number>" or "<Version key not provided>"
    errors.retrieval(PROVIDER, ("Unsupported version '%s' for credential process provider, supported versions: 1")
      :format(version))
  end
  local missing = object.missing(printed, { "AccessKeyId", "SecretAccessKey" })
  if missing then
    errors.retrieval(PROVIDER, ("Missing required key in response: '%s'"):format(missing))
  end
  return {
    access_key_id = printed.AccessKeyId,
    secret_access_key = printed.SecretAccessKey,
    session_token = object.text(printed, "SessionToken"),
    expiration = expiration_of(printed),
    account_id = object.text(printed, "AccountId") or account,
  }
end

local function retrieve(command, account)
  local output, status, text = run(command)
  if status ~= 0 then
    text = error_text(text, output)
    text = text ~= "" and ": " .. text or ""
    errors.retrieval(PROVIDER, ("the program exited with status %d%s"):format(status, text))
  end
  return read_keys(output, account)
end

--- Runs the profile's `credential_process`, and runs it again shortly before its keys expire. This blocks.
-- Raises `InvalidConfigError` for an invalid setting; `CredentialRetrievalError` if the program fails or prints no
-- keys. Of its standard output, messages show at most an invalid Version or Expiration.
function process.find(search)
  local session = search.session
  local section = settings.profile(session, search.profile_name)
  local command = settings.text(session, section, "credential_process")
  if not command then
    return nil, ('profile "%s" has no credential_process'):format(search.profile_name)
  end
  local function fetch()
    return retrieve(command, settings.text(session, section, "aws_account_id"))
  end
  local keys = fetch()
  return { provider = PROVIDER, keys = keys, fetch = keys.expiration and fetch or nil }
end

return process
