/* The inside of a JSON string (RFC 8259, section 7), read in pieces of any size: escapes are
 * resolved and UTF-8 is checked. */
#ifndef GL_CORE_JSON_TEXT_H
#define GL_CORE_JSON_TEXT_H

#include "core/buf.h"

#include <stdint.h>

enum { GL_JSON_MAX_TEXT = 1024 * 1024 /* bytes of a text that is kept */ };

/* The zero value is before the first byte of a string. */
typedef struct gl_json_text {
  gl_buf bytes; /* owned: the text, as UTF-8 */
  int skip;     /* set by the caller: the text is checked and not kept */

  /* private */
  unsigned continuation;         /* bytes that a UTF-8 character still needs */
  unsigned char lowest, highest; /* range of the next of them */
  unsigned escape;               /* 1 behind a backslash; from 2 on: one hexadecimal digit each */
  uint32_t unit, high;           /* the \u escape being read, and a high surrogate before it */
} gl_json_text;

typedef enum gl_json_text_result {
  GL_JSON_TEXT_MORE, /* the piece is used up inside the string */
  GL_JSON_TEXT_END,  /* the closing quote was read */
  GL_JSON_TEXT_FAILED
} gl_json_text_result;

/* Begins another string. */
void gl_json_text_begin(gl_json_text *text);

/* Reads on from `*at`, which moves behind what was read, or to the byte that is wrong.  A surrogate
 * without its partner becomes U+FFFD.  After GL_JSON_TEXT_FAILED `*why` is a phrase, or NULL where
 * an allocation failed. */
gl_json_text_result gl_json_text_read(gl_json_text *text, const char **at, const char *end,
                                      const char **why);

/* Appends bytes as they are, within the limit of a text.  Returns as gl_json_text_read does:
 * GL_JSON_TEXT_MORE or GL_JSON_TEXT_FAILED. */
gl_json_text_result gl_json_text_append(gl_json_text *text, const char *bytes, size_t length,
                                        const char **why);

#endif
