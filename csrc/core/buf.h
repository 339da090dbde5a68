/* Growable bytes.  The zero value is an empty buffer; clearing it is legal any number of times.
 * `data` is NULL until something is appended; then a NUL follows the `length` bytes, which may
 * contain NULs themselves. */
#ifndef GL_CORE_BUF_H
#define GL_CORE_BUF_H

#include <stddef.h>

typedef struct gl_buf {
  char *data; /* owned */
  size_t length;
  size_t capacity;
} gl_buf;

/* Every function that grows a buffer returns 0, or GL_MEMORY with the buffer unchanged.  The bytes
 * to append must not lie in the buffer itself; they may be NULL with length 0. */

/* Makes room for `extra` more bytes and the NUL: appending that many cannot fail. */
int gl_buf_reserve(gl_buf *buf, size_t extra);

int gl_buf_append(gl_buf *buf, const void *bytes, size_t length);
int gl_buf_append_string(gl_buf *buf, const char *string);
int gl_buf_append_char(gl_buf *buf, char byte);
int gl_buf_append_format(gl_buf *buf, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Replaces the `removed` bytes at `offset`, which the buffer has, by `length` others. */
int gl_buf_splice(gl_buf *buf, size_t offset, size_t removed, const void *bytes, size_t length);

/* The bytes as a C string; "" for a buffer without `data`. */
const char *gl_buf_string(const gl_buf *buf);

/* Drops the bytes behind the first `length`, if there are any, and keeps the memory. */
void gl_buf_truncate(gl_buf *buf, size_t length);

/* Drops all bytes and keeps the memory. */
void gl_buf_reset(gl_buf *buf);

/* Wipes and frees; the buffer is the zero value again.  A buffer is always wiped, and so is a block
 * that it outgrows: the content often comes from keys, and wiping costs little beside copying. */
void gl_buf_clear(gl_buf *buf);

#endif
