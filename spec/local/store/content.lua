-- Data on disk, below the run's directory. A content is { name, part_size, length }: its bytes are in
-- files numbered from 0, each of `part_size` bytes except for the last. An archive's content has its
-- leaves (see checksum.lua) in one more file.

local checksum = require "http.checksum"

local content = {}

local BLOCK = 262144 -- bytes sent at once

local directory = ngx.config.prefix() .. "archives/"

local function path(name, suffix)
  return directory .. name .. "." .. suffix
end

local function write(file_name, ...)
  local file = assert(io.open(file_name, "wb"))
  assert(file:write(...))
  assert(file:close())
end

-- Writes `text` to the file `number` of the content `name`.
function content.write(name, number, text)
  write(path(name, number), text)
end

-- Stores a request's body (see request.lua) as the file `number` of the content `name`. If nginx has
-- put the body into a file, that file is moved.
function content.keep(name, number, body)
  if body.file then
    assert(os.rename(body.file, path(name, number)))
  else
    content.write(name, number, body.text)
  end
end

function content.write_leaves(name, leaves)
  write(path(name, "leaves"), table.concat(leaves))
end

-- Returns `count` leaves from index `first` on, or all leaves.
function content.leaves(name, first, count)
  local file = assert(io.open(path(name, "leaves"), "rb"))
  file:seek("set", (first or 0) * checksum.LENGTH)
  local bytes = file:read(count and count * checksum.LENGTH or "*a")
  file:close()
  local leaves = {}
  for i = 1, #bytes, checksum.LENGTH do
    leaves[#leaves + 1] = bytes:sub(i, i + checksum.LENGTH - 1)
  end
  return leaves
end

function content.remove_file(name, number)
  os.remove(path(name, number))
end

-- Deletes `count` files of the content, and its leaves. They need not exist.
function content.remove(name, count)
  for number = 0, count - 1 do content.remove_file(name, number) end
  os.remove(path(name, "leaves"))
end

-- Returns the number of files of a content.
function content.files(self)
  return math.ceil(self.length / self.part_size)
end

-- Sends `count` bytes of a file from `offset` on. Returns nil if the client has closed the connection.
local function send(file_name, offset, count)
  local file = assert(io.open(file_name, "rb"))
  file:seek("set", offset)
  local going = true
  while going and count > 0 do
    local block = file:read(math.min(BLOCK, count))
    assert(block, "a stored file is too short")
    count = count - #block
    going = ngx.print(block) and ngx.flush(true)
  end
  file:close()
  return going
end

-- Sends the bytes `first` to `last` to the client as fast as it reads them.
function content.send(self, first, last)
  while first <= last do
    local number = math.floor(first / self.part_size)
    local offset = first - number * self.part_size
    local count = math.min(self.part_size - offset, last - first + 1)
    if not send(path(self.name, number), offset, count) then return end
    first = first + count
  end
end

return content
