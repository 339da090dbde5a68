--- Keys that a program of the user's prints: `credential_process`.
--
-- Lua can start a program only through sh. The setting is split into words here, as a shell would but without expanding
-- anything; each word is quoted and sh told to exec them as they are.
local answer = require "glacier.credentials.answer"
local problem = require "glacier.credentials.problem"
local settings = require "glacier.credentials.settings"
local shell_word = require "glacier.credentials.shell"
local timestamp = require "glacier.credentials.timestamp"
local words = require "glacier.config.words"

local process = {}

local PROVIDER = "custom-process"

-- exec, so that no word is taken for a builtin of sh. What the program writes to its standard error comes behind its
-- output, then the exit status and the length of that error text: pclose tells no status to Lua 5.1, nor to a host
-- that reaps its children itself.
local SCRIPT = [[exec 3>&1 2>/dev/null; text=$(exec %s 2>&1 >&3 3>&-); status=$?
LC_ALL=C; printf '%%s\n%%d %%d' "$text" "$status" "${#text}"]]

-- Bytes that a program may print, its error text included.
local LONGEST = 1024 * 1024

local function script_of(command)
  local list = words.split(command)
  if not list or command:find("\0", 1, true) then
    problem.config("The credential_process cannot be split into words: a quotation is not closed.")
  elseif not list[1] or list[1] == "" or list[1]:find "^%-" then
    problem.config("The credential_process does not begin with the name of a program.")
  end
  for i, word in ipairs(list) do
    list[i] = shell_word(word)
  end
  return SCRIPT:format(table.concat(list, " "))
end

-- Runs the program. Returns its output, its exit status, and its error text.
local function run(command)
  local script = script_of(command)
  local good, pipe = pcall(io.popen, script, "r")
  if not good or not pipe then
    problem.retrieval(PROVIDER, "this host cannot start programs")
  end
  local everything = pipe:read(LONGEST + 1) or ""
  pipe:close()
  if #everything > LONGEST then
    problem.retrieval(PROVIDER, ("the program printed more than %d bytes"):format(LONGEST))
  end
  local rest, status, length = everything:match "^(.*)\n(%d+) (%d+)$"
  if not rest or #rest < tonumber(length) then
    problem.retrieval(PROVIDER, "the shell that runs the program was ended")
  end
  local output = rest:sub(1, #rest - length)
  return output, tonumber(status), rest:sub(#output + 1)
end

-- Whether it looks like a key or a token in base64.
local function is_key_like(word)
  return #word >= 40 and word:find "%l" and word:find "%u" and word:find "%d"
end

-- What a message must not repeat of a text: longer strings of JSON, and what looks like a key.
local function add_secrets(secrets, text)
  for said in text:gmatch '"([^"]*)"' do
    secrets[#secrets + 1] = #said >= 16 and said or nil
  end
  for word in text:gmatch "[%w+/=]+" do
    secrets[#secrets + 1] = is_key_like(word) and word or nil
  end
end

-- The program's error text, fit for a message.
local function error_text(text, output)
  local secrets = {}
  add_secrets(secrets, output)
  add_secrets(secrets, text)
  return problem.quote(text, secrets)
end

local function expiration_of(printed)
  if not answer.has(printed, "Expiration") then
    return nil
  end
  return timestamp.parse(printed.Expiration) or problem.retrieval(PROVIDER, "Expiration is no timestamp")
end

local function read_keys(output, account)
  local printed = answer.decode(output) or problem.retrieval(PROVIDER, "the program printed no JSON object")
  if printed.Version ~= 1 then
    local version = type(printed.Version) == "number" and ("%.14g"):format(printed.Version)
      or answer.has(printed, "Version") and "<no number>" or "<Version key not provided>"
    problem.retrieval(PROVIDER, ("Unsupported version '%s' for credential process provider, supported versions: 1")
      :format(version))
  end
  local missing = answer.missing(printed, { "AccessKeyId", "SecretAccessKey" })
  if missing then
    problem.retrieval(PROVIDER, ("Missing required key in response: '%s'"):format(missing))
  end
  return {
    access_key_id = printed.AccessKeyId,
    secret_access_key = printed.SecretAccessKey,
    session_token = answer.text(printed, "SessionToken"),
    expiration = expiration_of(printed),
    account_id = answer.text(printed, "AccountId") or account,
  }
end

local function retrieve(command, account)
  local output, status, text = run(command)
  if status ~= 0 then
    text = error_text(text, output)
    text = text ~= "" and ": " .. text or ""
    problem.retrieval(PROVIDER, ("the program exited with status %d%s"):format(status, text))
  end
  return read_keys(output, account)
end

--- Runs the profile's `credential_process`; again where the keys have an expiration that is near. It blocks.
-- Raises `CredentialRetrievalError` where the program fails or prints no keys; its output is never in the message.
-- @param search table: of glacier.credentials.chain
-- @return table of `refreshable.new`; or nil and why there is none
function process.find(search)
  local section = settings.profile(search.session, search.profile_name)
  local command = settings.text(section, "credential_process")
  if not command then
    return nil, ('profile "%s" has no credential_process'):format(search.profile_name)
  end
  local function fetch()
    return retrieve(command, settings.text(section, "aws_account_id"))
  end
  local keys = fetch()
  return { provider = PROVIDER, keys = keys, fetch = keys.expiration and fetch or nil }
end

return process
