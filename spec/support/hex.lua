-- Bytes in lower-case hexadecimal.
return function(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end
