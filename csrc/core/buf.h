/* Growable bytes.  The zero value is an empty buffer, and clearing it is legal any number of
 * times.  `data` is NULL while nothing was ever appended, otherwise NUL-terminated behind `length`
 * bytes, which may hold NULs themselves. */
#ifndef GL_CORE_BUF_H
#define GL_CORE_BUF_H

#include <stddef.h>

typedef struct gl_buf {
  char *data; /* owned */
  size_t length;
  size_t capacity;
} gl_buf;

/* Every function that grows a buffer returns 0, or GL_MEMORY with the buffer unchanged.  What it
 * appends must not lie in the buffer itself, and may be NULL where its length is 0. */

/* Makes room for `extra` more bytes and the NUL: appending so many cannot fail. */
int gl_buf_reserve(gl_buf *buf, size_t extra);

int gl_buf_append(gl_buf *buf, const void *bytes, size_t length);
int gl_buf_append_string(gl_buf *buf, const char *string);
int gl_buf_append_char(gl_buf *buf, char byte);
int gl_buf_append_format(gl_buf *buf, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Replaces `removed` bytes at `offset`, which are in the buffer, by `length` others. */
int gl_buf_splice(gl_buf *buf, size_t offset, size_t removed, const void *bytes, size_t length);

/* The bytes as a C string: "" for a buffer that was never written. */
const char *gl_buf_string(const gl_buf *buf);

/* Forgets the bytes behind the first `length`, if there are more, and keeps the room. */
void gl_buf_truncate(gl_buf *buf, size_t length);

/* Forgets all bytes and keeps the room. */
void gl_buf_reset(gl_buf *buf);

/* Wipes and frees; the buffer is the zero value again.  Wiped always, and so is a block that the
 * buffer outgrows, for what passes through buffers is often derived from keys and never so large
 * that it costs. */
void gl_buf_clear(gl_buf *buf);

#endif
