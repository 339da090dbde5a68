/* UTF-8 (RFC 3629): no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef GL_CORE_UTF8_H
#define GL_CORE_UTF8_H

#include "core/buf.h"

/* Returns the size of the character that begins with `lead`, or 0 if no character does.  Sets the
 * range of its second byte; this range excludes overlong forms, surrogates and values above
 * U+10FFFF (RFC 3629, section 4). */
size_t gl_utf8_size(unsigned char lead, unsigned char *lowest, unsigned char *highest);

/* Returns whether the bytes are valid UTF-8. */
int gl_utf8_valid(const char *bytes, size_t length);

/* Appends the bytes as valid UTF-8, at most `limit` bytes of it, and cuts only between characters.
 * U+FFFD replaces each invalid byte and each incomplete character (the maximal subparts of the
 * Unicode Standard, 3.9).  Returns 0, or GL_MEMORY with the buffer unchanged. */
int gl_utf8_append_clean(gl_buf *out, const char *bytes, size_t length, size_t limit);

#endif
