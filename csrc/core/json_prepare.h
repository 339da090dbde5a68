/* Prepares a JSON text for lua-cjson, which reads numbers with strtod: digits beyond 2^53 are lost,
 * and under a locale with a decimal comma "[10,11]" is misread.  After this
 * - an integer of at most 15 characters is followed by a blank;
 * - any other number is a string: GL_JSON_NUMBER_MARK and the digits;
 * - NaN, Infinity and -Infinity, which Python's json takes for numbers, are null;
 * - half of a surrogate pair is \ufffd.
 * A string of the text that begins with the mark, which is not UTF-8, begins with U+FFFD instead.
 * A text that is not JSON is still not JSON. */
#ifndef GL_CORE_JSON_PREPARE_H
#define GL_CORE_JSON_PREPARE_H

#include <stddef.h>
#include <stdint.h>

#define GL_JSON_NUMBER_MARK '\xFF'

/* The room for a prepared text of `length` bytes. */
#define GL_JSON_PREPARED_MAX(length) (2 * (length) + 1)

/* Writes the prepared text to `out`, which has GL_JSON_PREPARED_MAX(length) bytes, and returns its
 * length. */
size_t gl_json_prepare(const char *text, size_t length, char *out);

/* Reads a JSON number, NUL-terminated, as an integer.  Returns whether it is one of 64 bits. */
int gl_json_to_integer(const char *text, int64_t *out);

/* Reads a JSON number, NUL-terminated, under any locale.  0 or GL_MEMORY. */
int gl_json_to_double(const char *text, double *out);

#endif
