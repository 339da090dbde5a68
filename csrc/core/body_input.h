/* The bytes of a body: in memory, or a part of a file. */
#ifndef GL_CORE_BODY_INPUT_H
#define GL_CORE_BODY_INPUT_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes that are read from a file at a time. */
enum { GL_BODY_READ = 256 * 1024 };

typedef struct gl_body_input {
  const unsigned char *bytes; /* borrowed until the hash is done or cleared; NULL for a file */
  int fd;                     /* borrowed for the same time; pread does not move its position */
  uint64_t offset;            /* where the body begins in the file */
  uint64_t length;
} gl_body_input;

/* Sets `*out` to `size` bytes of the input at `position`.  The bytes of a file are read into
 * `buffer`, which has room for GL_BODY_READ bytes, and `size` is at most that.  Returns 0 or the
 * kind in `error`.  If the file cannot be read or ends too early, that is GL_VALIDATION
 * "ParamValidationError", whose message begins with "it", for the file. */
int gl_body_input_read(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *buffer, const unsigned char **out, gl_error *error);

#endif
