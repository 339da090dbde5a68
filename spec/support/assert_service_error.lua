local assert = require "luassert"

-- Asserts that a response of spec.support.signed_http is the service's error `code` with that status, in
-- the service's format, and that its message contains `text`.
return function(response, status, code, text)
  assert.are.equal(code, response.json and response.json.code, response.body)
  assert.are.equal(status, response.status)
  assert.are.equal(status < 500 and "Client" or "Server", response.json.type)
  assert.truthy(response.json.message:find(text, 1, true), response.json.message)
  assert.are.equal("application/json", response.headers["content-type"])
  assert.truthy(response.headers["x-amzn-requestid"])
end
