#include "core/utf8.h"

#include "core/error.h"
#include "core/word.h"

#include <string.h>

size_t gl_utf8_size(unsigned char lead, unsigned char *lowest, unsigned char *highest) {
  *lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  *highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (lead < 0x80)
    return 1;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Returns the size of the character at `at`.  If it is invalid, returns the size of its longest
 * valid start, at least 1. */
static size_t next_character(const unsigned char *at, size_t left, int *is_valid) {
  unsigned char lowest, highest;
  size_t size = gl_utf8_size(at[0], &lowest, &highest), i = 1;
  for (; i < size && i < left; i++) {
    if (at[i] < lowest || at[i] > highest)
      break;
    lowest = 0x80, highest = 0xBF;
  }
  *is_valid = i == size;
  return i;
}

int gl_utf8_valid(const char *bytes, size_t length) {
  const unsigned char *at = (const unsigned char *)bytes;
  for (size_t i = 0; i < length;) {
    int is_valid;
    /* Most text is ASCII. */
    if (length - i >= GL_WORD_SIZE && !gl_word_has_high(gl_word_load(bytes + i))) {
      i += GL_WORD_SIZE;
      continue;
    }
    if (at[i] < 0x80) {
      i++;
      continue;
    }
    i += next_character(at + i, length - i, &is_valid);
    if (!is_valid)
      return 0;
  }
  return 1;
}

int gl_utf8_append_clean(gl_buf *out, const char *bytes, size_t length, size_t limit) {
  static const char replacement[] = "\xEF\xBF\xBD";
  size_t before = out->length;
  for (size_t i = 0, size; i < length; i += size) {
    int is_valid;
    size = next_character((const unsigned char *)bytes + i, length - i, &is_valid);
    size_t written = is_valid ? size : sizeof replacement - 1;
    if (written > limit - (out->length - before))
      break;
    if (gl_buf_append(out, is_valid ? bytes + i : replacement, written)) {
      gl_buf_truncate(out, before);
      return GL_MEMORY;
    }
  }
  return 0;
}
