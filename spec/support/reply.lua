-- Responses of the service, as steps of spec.support.scripted. Each closes its connection, so that the
-- n-th request is on the n-th connection.

local reply = {}

local function answer(status, headers, body)
  local lines = { ("HTTP/1.1 %d -\r\n"):format(status) }
  for name, value in pairs(headers or {}) do lines[#lines + 1] = ("%s: %s\r\n"):format(name, value) end
  lines[#lines + 1] = ("Connection: close\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body)
  return { { "read" }, { "send", table.concat(lines) } }
end

--- Returns a successful response to list_vaults.
function reply.good(headers)
  return answer(200, headers, '{"VaultList":[]}')
end

--- Returns an error response. Without a code its body is empty.
function reply.error(status, code, headers)
  local body = code and ('{"code":"%s","type":"Client","message":"because"}'):format(code) or ""
  return answer(status, headers, body)
end

return reply
