-- Measures the work of a function in instructions and bytes, not in time.
local steps = {}

-- Instructions of the virtual machine between two calls of the hook.
local PERIOD = 100

-- The allowed growth for ten times the input. Tables and buffers double when they are full, so bytes are less exact
-- than instructions. Quadratic work would grow by a factor of a hundred.
local MOST_INSTRUCTIONS, MOST_BYTES = 15, 40

--- Counts the instructions that a function executes and the bytes that it allocates. C functions only show in the
-- bytes.
-- @return number, number: instructions of the virtual machine, and bytes
function steps.count(run)
  local count, jit = 0, rawget(_G, "jit")
  collectgarbage()
  collectgarbage "stop"
  if jit then
    jit.off()
    jit.flush() -- the hook does not run in code that was compiled before
  end
  local before = collectgarbage "count"
  debug.sethook(function() count = count + PERIOD end, "", PERIOD)
  local good, err = pcall(run)
  debug.sethook()
  local bytes = (collectgarbage "count" - before) * 1024
  if jit then jit.on() end
  collectgarbage "restart"
  if not good then error(err, 0) end
  return count, bytes
end

--- Asserts that ten times the input takes at most about 15 times the instructions and 40 times the bytes.
-- @param run function(n): works on an input of size n
-- @param n number: the smaller size
function steps.assert_linear(run, n)
  local few, small = steps.count(function() run(n) end)
  local many, large = steps.count(function() run(10 * n) end)
  if many > MOST_INSTRUCTIONS * math.max(few, 1000) or large > MOST_BYTES * math.max(small, 10000) then
    error(("size %d: %d instructions, %d bytes; size %d: %d instructions, %d bytes")
      :format(n, few, small, 10 * n, many, large), 2)
  end
end

return steps
