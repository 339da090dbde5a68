/* A buffer of bytes that grows.  The zero value is an empty buffer, and clearing it is legal any
 * number of times.  `data` is NULL until something is appended or reserved.  Then a NUL follows the
 * `length` bytes, which may contain NULs themselves. */
#ifndef GL_CORE_BUF_H
#define GL_CORE_BUF_H

#include <stddef.h>
#include <string.h>

typedef struct gl_buf {
  char *data; /* owned */
  size_t length;
  size_t capacity;
} gl_buf;

/* Every function that grows a buffer returns 0, or GL_MEMORY with the buffer unchanged.  The bytes
 * to append must not lie in the buffer itself; they may be NULL with length 0. */

/* Allocates room for `extra` more bytes and the NUL, so that appending them cannot fail. */
int gl_buf_reserve(gl_buf *buf, size_t extra);

int gl_buf_append(gl_buf *buf, const void *bytes, size_t length);
int gl_buf_append_string(gl_buf *buf, const char *string);
int gl_buf_append_char(gl_buf *buf, char byte);
int gl_buf_append_format(gl_buf *buf, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Writing many short pieces is faster with a pointer: reserve memory for all of them, write each
 * one with gl_put, which returns the position after it, and end with gl_buf_end. */
static inline char *gl_put(char *to, const void *bytes, size_t length) {
  memcpy(to, bytes, length);
  return to + length;
}

/* Makes the buffer end at `end`, which is a position in its reserved memory. */
static inline void gl_buf_end(gl_buf *buf, char *end) {
  *end = '\0';
  buf->length = (size_t)(end - buf->data);
}

/* Replaces the `removed` bytes at `offset` with `length` others.  The buffer must hold the bytes to
 * remove.  Cannot fail if it does not grow the buffer. */
int gl_buf_splice(gl_buf *buf, size_t offset, size_t removed, const void *bytes, size_t length);

/* Returns the bytes as a C string, and "" for a buffer without `data`. */
const char *gl_buf_string(const gl_buf *buf);

/* Drops the bytes after the first `length`, if there are any, and keeps the memory. */
void gl_buf_truncate(gl_buf *buf, size_t length);

/* Drops all bytes and keeps the memory. */
void gl_buf_reset(gl_buf *buf);

/* Wipes and frees, and makes the buffer the zero value.  Every buffer is wiped, and so is the old
 * memory of a buffer that grows, because many buffers hold secrets and wiping costs less than
 * copying. */
void gl_buf_clear(gl_buf *buf);

#endif
