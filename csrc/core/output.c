#include "core/output.h"

#include "core/error.h"
#include "core/file.h"
#include "core/mem.h"
#include "core/output_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NEW_MODE = 0666, PRIVATE_MODE = 0600, MODE_BITS = 07777, NAMES_TRIED = 100 };

/* ---- the partial file -------------------------------------------------------------------- */

/* Sets the name of the partial file to ".glacier-TAG.part" in the target's directory.  It does not
 * contain the target's name, which may be as long as the system allows. */
static int name_partial(gl_output *output, const char *tag) {
  gl_buf name = {0};
  size_t folder = gl_output_folder(output->target);
  int failed = gl_buf_append(&name, output->target, folder) ||
               gl_buf_append_format(&name, ".glacier-%.*s.part", (int)GL_OUTPUT_TAG_MAX, tag);
  gl_mem_free(output->partial);
  output->partial = failed ? NULL : gl_mem_strndup(name.data, name.length);
  gl_buf_clear(&name);
  return output->partial ? 0 : GL_MEMORY;
}

static int open_named(gl_output *output, const char *tag, int flags, mode_t mode) {
  if (name_partial(output, tag))
    return GL_MEMORY;
  output->fd = open(output->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, mode);
  output->is_open = output->fd >= 0;
  return output->is_open ? 0 : -1;
}

/* Creates a new file.  Tries several names, because another process may use one of them. */
static int open_new(gl_output *output, mode_t mode) {
  char tag[GL_OUTPUT_TAG_MAX];
  struct timespec now = {0};
  int result;
  clock_gettime(CLOCK_REALTIME, &now);
  for (long i = 0; i < NAMES_TRIED; i++) {
    snprintf(tag, sizeof tag, "%lx-%lx", (long)getpid(), now.tv_nsec + i);
    result = open_named(output, tag, O_EXCL, mode);
    if (result != -1 || errno != EEXIST)
      break;
  }
  return result;
}

/* Gives the partial file the owner and the mode of the file that it will replace. */
static int copy_owner(int fd, const struct stat *replaced) {
  struct stat partial;
  if (fstat(fd, &partial))
    return -1;
  if ((partial.st_uid != replaced->st_uid || partial.st_gid != replaced->st_gid) &&
      fchown(fd, replaced->st_uid, replaced->st_gid))
    return -1;
  return fchmod(fd, replaced->st_mode & MODE_BITS);
}

static void remove_partial(gl_output *output) {
  int number = errno;
  if (output->partial)
    unlink(output->partial);
  errno = number;
}

static int open_partial(gl_output *output, const char *tag, const struct stat *replaced,
                        char *why) {
  mode_t mode = replaced ? PRIVATE_MODE : NEW_MODE;
  int result = tag ? open_named(output, tag, 0, mode) : open_new(output, mode);
  if (result == -1)
    return gl_output_failed(errno, why);
  if (!result && replaced && copy_owner(output->fd, replaced)) {
    int number = errno;
    if (gl_output_size(output) == 0) /* otherwise an earlier process wrote it */
      remove_partial(output);
    return gl_output_failed(number, why);
  }
  return result;
}

/* ---- opening ----------------------------------------------------------------------------- */

/* Makes `fd` the descriptor of the output; -1 means that opening it failed, with errno set. */
static int set_descriptor(gl_output *output, int fd, char *why) {
  output->fd = fd;
  output->is_open = fd >= 0;
  return fd >= 0 ? 0 : gl_output_failed(errno, why);
}

static int open_target(gl_output *output, const char *tag, char *why) {
  struct stat status;
  int exists = stat(output->target, &status) == 0;
  if (!exists && errno != ENOENT)
    return gl_output_failed(errno, why);
  if (exists && S_ISDIR(status.st_mode))
    return gl_output_failed(EISDIR, why);
  if (exists && !S_ISREG(status.st_mode)) {
    int fd = open(output->target, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    int result = set_descriptor(output, fd, why);
    gl_mem_free(output->target);
    output->target = NULL;
    return result;
  }
  if (exists && access(output->target, W_OK))
    return gl_output_failed(errno, why);
  return open_partial(output, tag, exists ? &status : NULL, why);
}

int gl_output_open(gl_output *output, const char *path, const char *tag,
                   char why[GL_FILE_ERROR_SIZE]) {
  gl_buf resolved = {0};
  int descriptor = -1;
  memset(output, 0, sizeof *output);
  if (!*path)
    return gl_output_failed(ENOENT, why);
  int result = gl_buf_append_string(&resolved, path);
  if (!result)
    result = gl_output_follow(&resolved, &descriptor, why);
  if (!result && descriptor < 0) {
    output->target = gl_mem_strndup(resolved.data, resolved.length);
    result = output->target ? 0 : GL_MEMORY;
  }
  gl_buf_clear(&resolved);
  if (!result)
    result = descriptor < 0 ? open_target(output, tag, why)
                            : set_descriptor(output, fcntl(descriptor, F_DUPFD_CLOEXEC, 3), why);
  if (result)
    gl_output_keep(output);
  return result;
}

/* ---- writing ----------------------------------------------------------------------------- */

int gl_output_write(gl_output *output, const void *bytes, size_t length,
                    char why[GL_FILE_ERROR_SIZE]) {
  return gl_file_write(output->fd, bytes, length) ? gl_output_failed(errno, why) : 0;
}

int gl_output_write_at(gl_output *output, uint64_t offset, const void *bytes, size_t length,
                       char why[GL_FILE_ERROR_SIZE]) {
  const char *left = bytes;
  while (length > 0) {
    ssize_t written = pwrite(output->fd, left, length, (off_t)offset);
    if (written < 0 && errno != EINTR)
      return gl_output_failed(errno, why);
    if (written > 0) {
      left += written;
      offset += (uint64_t)written;
      length -= (size_t)written;
    }
  }
  return 0;
}

uint64_t gl_output_size(const gl_output *output) {
  struct stat status;
  return fstat(output->fd, &status) ? 0 : (uint64_t)status.st_size;
}

/* ---- the end ----------------------------------------------------------------------------- */

int gl_output_commit(gl_output *output, char why[GL_FILE_ERROR_SIZE]) {
  int number = close(output->fd) ? errno : 0;
  output->is_open = 0;
  if (!number && output->partial && rename(output->partial, output->target))
    number = errno;
  if (number) {
    gl_output_discard(output);
    return gl_output_failed(number, why);
  }
  gl_output_keep(output);
  return 0;
}

void gl_output_keep(gl_output *output) {
  if (output->is_open)
    close(output->fd);
  gl_mem_free(output->target);
  gl_mem_free(output->partial);
  memset(output, 0, sizeof *output);
}

void gl_output_discard(gl_output *output) {
  remove_partial(output);
  gl_output_keep(output);
}
