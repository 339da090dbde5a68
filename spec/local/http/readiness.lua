-- Tells `serve`, which waits at a named pipe, that a worker runs. At that time the master already listens on the port.

local readiness = {}

function readiness.announce()
  if ngx.worker.id() ~= 0 then return end
  local pipe = io.open(ngx.config.prefix() .. "ready", "w")
  if pipe then
    pipe:write "ready\n"
    pipe:close()
  end
end

return readiness
