/* Prepares a JSON text for lua-cjson.  lua-cjson reads numbers with strtod, which loses digits
 * beyond 2^53, and misreads "[10,11]" under a locale with a decimal comma.  In the prepared text
 * - an integer of at most 15 characters is followed by a space;
 * - any other number is a string that consists of GL_JSON_NUMBER_MARK and the number;
 * - NaN, Infinity and -Infinity, which Python's json accepts as numbers, are null;
 * - half of a surrogate pair is \ufffd.
 * The mark is not valid UTF-8.  If a string of the text begins with the mark, U+FFFD replaces it.
 * Apart from these changes, a text that is not JSON is still not JSON afterwards. */
#ifndef GL_CORE_JSON_PREPARE_H
#define GL_CORE_JSON_PREPARE_H

#include <stddef.h>
#include <stdint.h>

#define GL_JSON_NUMBER_MARK '\xFF'

/* The greatest size of the prepared text for a text of `length` bytes. */
#define GL_JSON_PREPARED_MAX(length) (2 * (length) + 1)

/* Writes the prepared text to `out`, which has room for GL_JSON_PREPARED_MAX(length) bytes, and
 * returns its length. */
size_t gl_json_prepare(const char *text, size_t length, char *out);

/* Reads a JSON number, NUL-terminated, as an integer.  Returns whether it is an integer of 64 bits.
 */
int gl_json_to_integer(const char *text, int64_t *out);

/* Reads a JSON number, NUL-terminated, independently of the locale.  Returns 0 or GL_MEMORY. */
int gl_json_to_double(const char *text, double *out);

#endif
