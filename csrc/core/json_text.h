/* Reads the inside of a JSON string (RFC 8259, section 7), in chunks of any size.  Decodes escapes
 * and checks UTF-8. */
#ifndef GL_CORE_JSON_TEXT_H
#define GL_CORE_JSON_TEXT_H

#include "core/buf.h"

#include <stdint.h>

enum { GL_JSON_MAX_TEXT = 1024 * 1024 /* bytes of a text that is stored */ };

/* The zero value is before the first byte of a string. */
typedef struct gl_json_text {
  gl_buf bytes; /* owned: the text, as UTF-8 */
  int skip;     /* set by the caller: the text is checked but not stored */

  /* private */
  unsigned continuation;         /* bytes that a UTF-8 character still needs */
  unsigned char lowest, highest; /* range of the next continuation byte */
  unsigned escape;               /* 1 after a backslash; 2 to 5 before each digit of \u */
  uint32_t unit, high;           /* the \u escape being read, and a high surrogate before it */
} gl_json_text;

typedef enum gl_json_text_result {
  GL_JSON_TEXT_MORE, /* the chunk ended inside the string */
  GL_JSON_TEXT_END,  /* the closing quote was read */
  GL_JSON_TEXT_FAILED
} gl_json_text_result;

/* Begins another string. */
void gl_json_text_begin(gl_json_text *text);

/* Continues at `*at`, and moves `*at` past what was read, or to the wrong byte.  A surrogate
 * without its partner becomes U+FFFD.  After GL_JSON_TEXT_FAILED, `*why` says what is wrong, or is
 * NULL if an allocation failed. */
gl_json_text_result gl_json_text_read(gl_json_text *text, const char **at, const char *end,
                                      const char **why);

/* Appends bytes unchanged, unless the text would exceed GL_JSON_MAX_TEXT.  Returns
 * GL_JSON_TEXT_MORE, or GL_JSON_TEXT_FAILED with `*why` as above. */
gl_json_text_result gl_json_text_append(gl_json_text *text, const char *bytes, size_t length,
                                        const char **why);

#endif
