/* Hexadecimal digits. */
#ifndef GL_CORE_HEX_H
#define GL_CORE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Returns the value of a digit, or -1 for any other byte. */
static inline int gl_hex_value(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  char lower = (char)(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Returns a word with one digit in each byte, the first digit in the lowest byte, for four bytes.
 */
static inline uint64_t gl_hex_digits(const unsigned char bytes[4]) {
  uint64_t low = (uint64_t)bytes[0] | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 32 |
                 (uint64_t)bytes[3] << 48;
  uint64_t halves = (low >> 4 & 0x000F000F000F000Fu) | (low & 0x000F000F000F000Fu) << 8;
  uint64_t letters = (halves + 0x0606060606060606u) >> 4 & 0x0101010101010101u; /* 1 from 10 on */
  return halves + 0x3030303030303030u + letters * ('a' - '0' - 10);
}

/* Writes bytes in lower-case hexadecimal, without a NUL.  `count` is a multiple of 4.  Compilers
 * merge the eight assignments into one. */
static inline void gl_hex_put(const unsigned char *bytes, size_t count, char *out) {
  for (; count >= 4; count -= 4, bytes += 4, out += 8) {
    uint64_t digits = gl_hex_digits(bytes);
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

#endif
