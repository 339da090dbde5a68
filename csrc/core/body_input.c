#include "core/body_input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In bytes.  PAGE is the smallest page of any processor. */
enum { PAGE = 4096, SLOW = 32 };

/* Returns the distance from the position in the file to the target address, modulo the page size.
 */
static unsigned distance(const gl_body_input *input, uint64_t position, const void *target) {
  return (unsigned)((uintptr_t)target - (input->offset + position)) & (PAGE - 1);
}

/* The file had no byte at `at`.  It may end long before. */
static int set_short_error(gl_error *error, int fd, uint64_t at) {
  struct stat status;
  if (!fstat(fd, &status) && (uint64_t)status.st_size < at)
    at = (uint64_t)status.st_size;
  return gl_error_set(error, GL_VALIDATION, "ParamValidationError",
                      "it has become shorter: it ends at byte %llu", (unsigned long long)at);
}

/* Reads exactly `size` bytes. */
static int read_file(const gl_body_input *input, uint64_t position, size_t size,
                     unsigned char *target, gl_error *error) {
  for (size_t have = 0; have < size;) {
    uint64_t at = input->offset + position + have;
    ssize_t got = pread(input->fd, target + have, size - have, (off_t)at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return gl_error_set(error, GL_VALIDATION, "ParamValidationError", "it cannot be read: %s",
                          strerror(errno));
    if (got == 0)
      return set_short_error(error, input->fd, at);
    have += (size_t)got;
  }
  return 0;
}

int gl_body_input_read(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *buffer, const unsigned char **out, gl_error *error) {
  if (input->bytes) {
    *out = input->bytes + position;
    return 0;
  }
  unsigned char *target = buffer + (PAGE - distance(input, position, buffer));
  *out = target;
  return read_file(input, position, size, target, error);
}

int gl_body_input_copy(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *target, gl_error *error) {
  if (!input->bytes)
    return read_file(input, position, size, target, error);
  memcpy(target, input->bytes + position, size);
  return 0;
}

size_t gl_body_input_piece(const gl_body_input *input, uint64_t position, size_t size,
                           const void *target) {
  unsigned after = distance(input, position, target);
  int is_slow = !input->bytes && after > 0 && after < SLOW;
  return is_slow && size > PAGE ? size - PAGE / 2 : size;
}
