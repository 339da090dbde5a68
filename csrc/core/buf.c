#include "core/buf.h"

#include "core/error.h"
#include "core/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SMALLEST = 64 };

int gl_buf_reserve(gl_buf *buf, size_t extra) {
  if (extra >= SIZE_MAX - buf->length)
    return GL_MEMORY;
  size_t needed = buf->length + extra + 1;
  if (needed <= buf->capacity)
    return 0;
  size_t capacity = buf->capacity < SMALLEST ? SMALLEST : buf->capacity;
  while (capacity < needed)
    capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
  /* A realloc of the old block could move the bytes and free the old ones without a wipe. */
  char *data = gl_mem_realloc(NULL, capacity);
  if (!data)
    return GL_MEMORY;
  if (buf->length)
    memcpy(data, buf->data, buf->length);
  data[buf->length] = '\0';
  gl_mem_wipe_free(buf->data, buf->capacity);
  buf->data = data;
  buf->capacity = capacity;
  return 0;
}

int gl_buf_append(gl_buf *buf, const void *bytes, size_t length) {
  if (length == 0)
    return 0;
  if (length >= buf->capacity - buf->length && gl_buf_reserve(buf, length))
    return GL_MEMORY;
  memcpy(buf->data + buf->length, bytes, length);
  buf->length += length;
  buf->data[buf->length] = '\0';
  return 0;
}

int gl_buf_append_string(gl_buf *buf, const char *string) {
  return gl_buf_append(buf, string, strlen(string));
}

int gl_buf_append_char(gl_buf *buf, char byte) {
  if (buf->capacity - buf->length < 2 && gl_buf_reserve(buf, 1))
    return GL_MEMORY;
  buf->data[buf->length++] = byte;
  buf->data[buf->length] = '\0';
  return 0;
}

int gl_buf_append_format(gl_buf *buf, const char *format, ...) {
  va_list measured, written;
  va_start(measured, format);
  va_copy(written, measured);
  int length = vsnprintf(NULL, 0, format, measured);
  int failed = length < 0 || gl_buf_reserve(buf, (size_t)length) != 0;
  if (!failed) {
    vsnprintf(buf->data + buf->length, (size_t)length + 1, format, written);
    buf->length += (size_t)length;
  }
  va_end(written);
  va_end(measured);
  return failed ? GL_MEMORY : 0;
}

int gl_buf_splice(gl_buf *buf, size_t offset, size_t removed, const void *bytes, size_t length) {
  if (length > removed && gl_buf_reserve(buf, length - removed))
    return GL_MEMORY;
  if (length == 0 && removed == 0)
    return 0;
  size_t tail = buf->length - offset - removed;
  memmove(buf->data + offset + length, buf->data + offset + removed, tail);
  if (length)
    memcpy(buf->data + offset, bytes, length);
  buf->length = offset + length + tail;
  buf->data[buf->length] = '\0';
  return 0;
}

const char *gl_buf_string(const gl_buf *buf) {
  return buf->data ? buf->data : "";
}

void gl_buf_truncate(gl_buf *buf, size_t length) {
  if (length >= buf->length)
    return;
  buf->length = length;
  buf->data[length] = '\0';
}

void gl_buf_reset(gl_buf *buf) {
  gl_buf_truncate(buf, 0);
}

void gl_buf_clear(gl_buf *buf) {
  gl_mem_wipe_free(buf->data, buf->capacity);
  *buf = (gl_buf){0};
}
