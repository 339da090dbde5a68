/* Hexadecimal digits. */
#ifndef GL_CORE_HEX_H
#define GL_CORE_HEX_H

/* Returns the value of a digit, or -1 for any other byte. */
static inline int gl_hex_value(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  char lower = (char)(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

#endif
