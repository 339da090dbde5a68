--- Sources of keys that are fetched when they are first needed: a function of the user, or the AWS chain.
local copcall = require "glacier.async.copcall"
local errors = require "glacier.credentials.errors"
local refreshable = require "glacier.credentials.refreshable"

local fetched = {}

local FUNCTION = "the option credentials"

-- Returns the keys that the user's function returns. An error object that it raises is raised again, and so is a fatal
-- error; any other error becomes `CredentialRetrievalError`.
local function ask(given)
  local good, keys = copcall.call(given)
  if not good and type(keys) == "table" and keys.kind then
    error(keys, 0)
  elseif not good then
    copcall.raise_fatal(keys)
    errors.retrieval(FUNCTION, errors.quote(keys))
  elseif type(keys) ~= "table" then
    require("glacier.errors").raise("credentials", "NoCredentialsError",
      "Unable to locate credentials: the function in the option credentials did not return a table")
  end
  return keys
end

--- Makes the source of the keys that a function of the user returns.
-- @param session table: of glacier.credentials.settings
-- @param given function() -> table of keys
function fetched.from_function(session, given)
  return refreshable.new(session, {
    provider = FUNCTION,
    fetch = function()
      return ask(given)
    end,
  })
end

--- Makes the source of the keys that the AWS chain finds. The chain is searched when keys are first needed. Later only
-- the provider that had keys is asked.
-- @param session table: of glacier.credentials.settings
function fetched.from_chain(session)
  local source
  source = refreshable.new(session, {
    provider = "the chain",
    fetch = function(context)
      local provided = require("glacier.credentials.chain").find(session, context)
      source:become(provided)
      return provided.keys or provided.fetch(context)
    end,
  })
  return source
end

return fetched
