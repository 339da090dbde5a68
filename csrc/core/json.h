/* Writes JSON into a buffer (RFC 8259), without white space.  The writer adds commas and colons.
 * The caller must make the calls in a valid order. */
#ifndef GL_CORE_JSON_H
#define GL_CORE_JSON_H

#include "core/buf.h"

#include <stdint.h>

typedef struct gl_json {
  gl_buf *out; /* borrowed */
  int comma;   /* whether the next value or key needs a comma before it */
} gl_json;

/* Each function returns 0, or GL_MEMORY with writer and buffer unchanged. */
int gl_json_open(gl_json *json, char bracket);  /* '{' or '[' */
int gl_json_close(gl_json *json, char bracket); /* '}' or ']' */
int gl_json_key(gl_json *json, const char *name, size_t length);
int gl_json_string(gl_json *json, const char *bytes, size_t length); /* valid UTF-8 */
int gl_json_integer(gl_json *json, int64_t value);
int gl_json_boolean(gl_json *json, int value);
int gl_json_raw(gl_json *json, const char *text,
                size_t length); /* a JSON value, copied unchanged */

#endif
