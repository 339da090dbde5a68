#include "core/body_input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int set_error(gl_error *error, const char *what) {
  return gl_error_set(error, GL_VALIDATION, "ParamValidationError", "%s", what);
}

static int read_file(const gl_body_input *input, uint64_t position, size_t size,
                     unsigned char *buffer, gl_error *error) {
  for (size_t have = 0; have < size;) {
    ssize_t got =
        pread(input->fd, buffer + have, size - have, (off_t)(input->offset + position + have));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return gl_error_set(error, GL_VALIDATION, "ParamValidationError", "it cannot be read: %s",
                          strerror(errno));
    if (got == 0)
      return set_error(error, "it became shorter while it was hashed");
    have += (size_t)got;
  }
  return 0;
}

int gl_body_input_read(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *buffer, const unsigned char **out, gl_error *error) {
  *out = input->bytes ? input->bytes + position : buffer;
  return input->bytes ? 0 : read_file(input, position, size, buffer, error);
}
