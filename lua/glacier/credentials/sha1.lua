--- SHA-1 (FIPS 180-4), for the names of cached token files and nothing else: it is slow, and no longer secure.
-- Written without bit operators, which 5.1 lacks, LuaJIT has as a library and 5.4 as syntax.

local WORD = 4294967296

-- xor and and of two numbers of four bits, by 16 * a + b.
local xor_of, and_of = {}, {}
for a = 0, 15 do
  for b = 0, 15 do
    local both, either, weight = 0, 0, 1
    for bit = 0, 3 do
      local in_a, in_b = math.floor(a / 2 ^ bit) % 2, math.floor(b / 2 ^ bit) % 2
      both = both + weight * in_a * in_b
      either = either + weight * ((in_a + in_b) % 2)
      weight = weight * 2
    end
    and_of[16 * a + b], xor_of[16 * a + b] = both, either
  end
end

local function bitwise(by_nibbles, a, b)
  local result, weight = 0, 1
  for _ = 1, 8 do
    result = result + weight * by_nibbles[16 * (a % 16) + b % 16]
    a, b, weight = math.floor(a / 16), math.floor(b / 16), weight * 16
  end
  return result
end

local function xor(a, b)
  return bitwise(xor_of, a, b)
end

local function rotate(word, bits)
  local shifted = word * 2 ^ bits
  return shifted % WORD + math.floor(shifted / WORD)
end

-- The function and the constant of each twenty rounds. A choice and a majority are sums, for their parts share no bit.
local rounds = {
  { 0x5A827999, function(b, c, d)
    return xor(d, bitwise(and_of, b, xor(c, d)))
  end },
  { 0x6ED9EBA1, function(b, c, d)
    return xor(xor(b, c), d)
  end },
  { 0x8F1BBCDC, function(b, c, d)
    return bitwise(and_of, b, c) + bitwise(and_of, d, xor(b, c))
  end },
}
rounds[4] = { 0xCA62C1D6, rounds[2][2] }

local function schedule(message, first)
  local words = {}
  for i = 0, 15 do
    local a, b, c, d = message:byte(first + 4 * i, first + 4 * i + 3)
    words[i] = ((a * 256 + b) * 256 + c) * 256 + d
  end
  for i = 16, 79 do
    words[i] = rotate(xor(xor(words[i - 3], words[i - 8]), xor(words[i - 14], words[i - 16])), 1)
  end
  return words
end

local function compress(state, words)
  local a, b, c, d, e = state[1], state[2], state[3], state[4], state[5]
  for i = 0, 79 do
    local round = rounds[math.floor(i / 20) + 1]
    local sum = (rotate(a, 5) + round[2](b, c, d) + e + round[1] + words[i]) % WORD
    a, b, c, d, e = sum, a, rotate(b, 30), c, d
  end
  for i, value in ipairs { a, b, c, d, e } do
    state[i] = (state[i] + value) % WORD
  end
end

-- Zeros up to the last eight bytes of a block of 64, and the length in bits there.
local function pad(text)
  local bits, length = #text * 8, {}
  for i = 8, 1, -1 do
    length[i] = string.char(bits % 256)
    bits = math.floor(bits / 256)
  end
  return text .. "\128" .. ("\0"):rep((55 - #text) % 64) .. table.concat(length)
end

--- The digest of a string.
-- @return string: 40 hexadecimal digits, in lower case
return function(text)
  local state = { 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0 }
  local message = pad(text)
  for first = 1, #message, 64 do
    compress(state, schedule(message, first))
  end
  local hex = {}
  for i, word in ipairs(state) do
    hex[i] = ("%04x%04x"):format(math.floor(word / 65536), word % 65536)
  end
  return table.concat(hex)
end
