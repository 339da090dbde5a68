/* Hexadecimal digits. */
#ifndef GL_CORE_HEX_H
#define GL_CORE_HEX_H

#include <stddef.h>

/* Returns the value of a digit, or -1 for any other byte. */
static inline int gl_hex_value(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  char lower = (char)(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Writes bytes in lower-case hexadecimal, without a NUL.  `count` is a multiple of 4. */
void gl_hex_put(const unsigned char *bytes, size_t count, char *out);

#endif
