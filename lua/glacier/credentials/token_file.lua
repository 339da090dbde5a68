--- Files that hold a token, which whoever writes them replaces while a program runs.
local problem = require "glacier.credentials.problem"

local token_file = {}

-- Bytes: more than a header line may take, and than STS takes.
local LONGEST = 64 * 1024

--- Reads the whole file.
-- Raises `CredentialRetrievalError`.
-- @param provider string: botocore's name of the provider
-- @param what string: what errors call the file
-- @param path string
-- @return string
function token_file.read(provider, what, path)
  local file, why = io.open(path, "rb")
  if not file then
    problem.retrieval(provider, ("cannot read the %s %s"):format(what, problem.quote(why)))
  end
  local token = file:read(LONGEST + 1)
  file:close()
  if not token then
    problem.retrieval(provider, ("the %s %s is empty or cannot be read"):format(what, path))
  elseif #token > LONGEST then
    problem.retrieval(provider, ("the %s %s has more than %d bytes"):format(what, path, LONGEST))
  end
  return token
end

return token_file
