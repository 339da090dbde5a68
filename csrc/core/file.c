#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 16 * 1024 };

void gl_file_describe(int number, char why[GL_FILE_ERROR_SIZE]) {
  if (strerror_r(number, why, GL_FILE_ERROR_SIZE))
    snprintf(why, GL_FILE_ERROR_SIZE, "error %d", number);
}

/* ENOTDIR is for a path below a file, where nothing can exist either. */
static gl_file_result failed(int number, char *why) {
  gl_file_describe(number, why);
  int missing = number == ENOENT || number == ENOTDIR || number == EISDIR;
  return missing ? GL_FILE_MISSING : GL_FILE_FAILED;
}

static gl_file_result failed_with(const char *text, char *why) {
  snprintf(why, GL_FILE_ERROR_SIZE, "%s", text);
  return GL_FILE_FAILED;
}

static gl_file_result check_kind(int fd, char *why) {
  struct stat status;
  if (fstat(fd, &status))
    return failed(errno, why);
  if (S_ISDIR(status.st_mode))
    return failed(EISDIR, why);
  if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
    return failed_with("not a regular file", why);
  return GL_FILE_OK;
}

static gl_file_result read_all(int fd, size_t limit, gl_buf *out, char *why) {
  size_t start = out->length;
  for (;;) {
    if (gl_buf_reserve(out, CHUNK))
      return GL_FILE_MEMORY;
    ssize_t got = read(fd, out->data + out->length, CHUNK);
    if (got < 0 && errno != EINTR)
      return failed(errno, why);
    if (got == 0)
      return GL_FILE_OK;
    if (got > 0) {
      out->length += (size_t)got;
      out->data[out->length] = '\0';
    }
    if (out->length - start > limit) {
      snprintf(why, GL_FILE_ERROR_SIZE, "longer than %zu bytes", limit);
      return GL_FILE_FAILED;
    }
  }
}

gl_file_result gl_file_read(const char *path, size_t limit, gl_buf *out,
                            char why[GL_FILE_ERROR_SIZE]) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return failed(errno, why);
  gl_file_result result = check_kind(fd, why);
  if (result == GL_FILE_OK)
    result = read_all(fd, limit, out, why);
  close(fd);
  return result;
}

int gl_file_write(int fd, const void *bytes, size_t length) {
  const char *left = bytes;
  while (length > 0) {
    ssize_t written = write(fd, left, length);
    if (written < 0 && errno != EINTR)
      return -1;
    if (written > 0) {
      left += written;
      length -= (size_t)written;
    }
  }
  return 0;
}

/* Writes the new file, closes it and renames it.  Returns 0, or the errno of the first failure. */
static int finish(int fd, const char *temporary, const char *path, const void *bytes,
                  size_t length) {
  int number = gl_file_write(fd, bytes, length) || fsync(fd) ? errno : 0;
  if (close(fd) && !number)
    number = errno;
  if (!number && rename(temporary, path))
    number = errno;
  if (number)
    unlink(temporary);
  return number;
}

gl_file_result gl_file_replace(const char *path, const void *bytes, size_t length,
                               char why[GL_FILE_ERROR_SIZE]) {
  gl_buf temporary = {0};
  if (gl_buf_append_string(&temporary, path) || gl_buf_append_string(&temporary, ".XXXXXX")) {
    gl_buf_clear(&temporary);
    return GL_FILE_MEMORY;
  }
  int number, fd = mkstemp(temporary.data); /* mkstemp sets the mode 0600 */
  if (fd < 0) {
    number = errno;
  } else {
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    number = finish(fd, temporary.data, path, bytes, length);
  }
  gl_buf_clear(&temporary);
  return number ? failed(number, why) : GL_FILE_OK;
}
