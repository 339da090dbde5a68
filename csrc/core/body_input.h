/* The bytes of a body: in memory, or a part of a file.
 *
 * On some AMD processors, the kernel copies from the page cache five times slower if the target
 * begins 1 to 31 bytes after the source, modulo the page size.  (Measured on Zen 3; their "rep
 * movsb" has this weakness.)  The C library's large blocks begin 16 bytes after a page, so a plain
 * buffer is often in that range.  The functions of this room avoid it. */
#ifndef GL_CORE_BODY_INPUT_H
#define GL_CORE_BODY_INPUT_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

enum {
  /* Bytes that are read from a file at a time. */
  GL_BODY_READ = 256 * 1024,
  /* Size of a buffer for gl_body_input_read: one page more. */
  GL_BODY_BUFFER = GL_BODY_READ + 4096
};

typedef struct gl_body_input {
  const unsigned char *bytes; /* borrowed as long as the input is read; NULL for a file */
  int fd;                     /* borrowed for the same time; pread does not move its position */
  uint64_t offset;            /* where the body begins in the file */
  uint64_t length;
} gl_body_input;

/* Sets `*out` to `size` bytes of the input at `position`.  The bytes of a file are read into
 * `buffer`, which has GL_BODY_BUFFER bytes, and `size` is at most GL_BODY_READ.  Returns 0 or the
 * kind in `error`.  If the file cannot be read or ends too early, that is GL_VALIDATION
 * "ParamValidationError".  Its message begins with "it", which means the file. */
int gl_body_input_read(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *buffer, const unsigned char **out, gl_error *error);

/* Copies `size` bytes of the input at `position` to `target`.  Returns as gl_body_input_read. */
int gl_body_input_copy(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *target, gl_error *error);

/* Returns the size of the next piece, which is at most `size`, for a caller that copies all pieces
 * of an input to the same `target`.  It is less than `size` if that moves the later pieces out of
 * the slow range. */
size_t gl_body_input_piece(const gl_body_input *input, uint64_t position, size_t size,
                           const void *target);

#endif
