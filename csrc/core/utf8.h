/* UTF-8 (RFC 3629): no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef GL_CORE_UTF8_H
#define GL_CORE_UTF8_H

#include "core/buf.h"

/* The size of the character that `lead` begins, and the range of its second byte, which is what
 * excludes overlong forms, surrogates and values above U+10FFFF (RFC 3629, section 4).  0 if it
 * begins none. */
size_t gl_utf8_size(unsigned char lead, unsigned char *lowest, unsigned char *highest);

int gl_utf8_valid(const char *bytes, size_t length);

/* Appends the bytes as valid UTF-8, at most `limit` bytes of it; the cut falls between characters.
 * U+FFFD replaces each invalid byte, and each start of a character that is cut off (the maximal
 * subparts of the Unicode Standard, 3.9).  0, or GL_MEMORY with the buffer unchanged. */
int gl_utf8_append_clean(gl_buf *out, const char *bytes, size_t length, size_t limit);

#endif
