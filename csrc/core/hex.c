#include "core/hex.h"

#include <stdint.h>

/* Returns the digits of four bytes, one in each byte of a word, the first one in the lowest byte.
 */
static uint64_t digits_of(const unsigned char bytes[4]) {
  uint64_t apart = (uint64_t)bytes[0] | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 32 |
                   (uint64_t)bytes[3] << 48;
  uint64_t halves = (apart >> 4 & 0x000F000F000F000Fu) | (apart & 0x000F000F000F000Fu) << 8;
  uint64_t letters = (halves + 0x0606060606060606u) >> 4 & 0x0101010101010101u; /* 1 for a to f */
  return halves + 0x3030303030303030u + letters * ('a' - '0' - 10);
}

/* Compilers merge the eight assignments into one. */
void gl_hex_put(const unsigned char *bytes, size_t count, char *out) {
  for (; count >= 4; count -= 4, bytes += 4, out += 8) {
    uint64_t digits = digits_of(bytes);
    out[0] = (char)digits;
    out[1] = (char)(digits >> 8);
    out[2] = (char)(digits >> 16);
    out[3] = (char)(digits >> 24);
    out[4] = (char)(digits >> 32);
    out[5] = (char)(digits >> 40);
    out[6] = (char)(digits >> 48);
    out[7] = (char)(digits >> 56);
  }
}
