#define _DEFAULT_SOURCE /* flock */

#include "core/output_journal.h"

#include "core/error.h"
#include "core/file.h"
#include "core/mem.h"
#include "core/output_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0600, CHUNK = 64 * 1024 };

/* ---- the name ---------------------------------------------------------------------------- */

/* FNV-1a, 64 bits.  A hash keeps the journal's name short even if the target's name is long. */
static uint64_t hash_name(const char *name) {
  uint64_t hash = 14695981039346656037u;
  for (; *name; name++)
    hash = (hash ^ (unsigned char)*name) * 1099511628211u;
  return hash;
}

/* Returns whether the target is a regular file or does not exist yet. */
static int is_regular(const char *target) {
  struct stat status;
  return stat(target, &status) ? errno == ENOENT : S_ISREG(status.st_mode);
}

static int name_journal(gl_output_journal *journal, const char *target, int number) {
  gl_buf name = {0};
  size_t folder = gl_output_folder(target);
  int failed = gl_buf_append(&name, target, folder) ||
               gl_buf_append_format(&name, ".glacier-%016" PRIx64 "-%d.journal",
                                    hash_name(target + folder), number);
  journal->path = failed ? NULL : gl_mem_strndup(name.data, name.length);
  gl_buf_clear(&name);
  return journal->path ? 0 : GL_MEMORY;
}

/* Follows the links in `path` and sets the name of the journal. */
static gl_output_journal_result resolve(gl_output_journal *journal, const char *path, int number,
                                        char *why) {
  gl_buf target = {0};
  int descriptor = -1;
  int result = *path ? gl_buf_append_string(&target, path) : gl_output_failed(ENOENT, why);
  if (!result)
    result = gl_output_follow(&target, &descriptor, why);
  int has_none = !result && (descriptor >= 0 || !is_regular(target.data));
  if (!result && !has_none)
    result = name_journal(journal, target.data, number);
  gl_buf_clear(&target);
  if (has_none)
    return GL_JOURNAL_NONE;
  return result == GL_MEMORY ? GL_JOURNAL_MEMORY : result ? GL_JOURNAL_FAILED : GL_JOURNAL_OPEN;
}

/* ---- opening ----------------------------------------------------------------------------- */

/* Returns whether the open file belongs to this user and was not removed or replaced meanwhile. */
static int is_own(const gl_output_journal *journal) {
  struct stat opened, named;
  return !fstat(journal->fd, &opened) && !lstat(journal->path, &named) &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev &&
         S_ISREG(opened.st_mode) && opened.st_uid == geteuid();
}

/* Returns the result for the errno of a failed open or lock.  Anyone can put a file into a shared
 * directory, so a file of another user counts as a journal in use, not as a failure. */
static gl_output_journal_result open_failed(const gl_output_journal *journal, int number,
                                            char *why) {
  struct stat status;
  if (number == ELOOP || number == EISDIR || number == ENXIO)
    return GL_JOURNAL_BUSY;
  if (number == EACCES && !lstat(journal->path, &status))
    return GL_JOURNAL_BUSY;
  gl_output_failed(number, why);
  return GL_JOURNAL_FAILED;
}

static int lock(int fd) {
  int failed;
  do
    failed = flock(fd, LOCK_EX | LOCK_NB);
  while (failed && errno == EINTR);
  return failed ? errno : 0;
}

static gl_output_journal_result open_locked(gl_output_journal *journal, int create, char *why) {
  int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (create ? O_CREAT : 0);
  journal->fd = open(journal->path, flags, MODE);
  if (journal->fd < 0 && errno == ENOENT && !create)
    return GL_JOURNAL_NONE;
  if (journal->fd < 0)
    return open_failed(journal, errno, why);
  journal->is_open = 1;
  int number = lock(journal->fd);
  if (number == EWOULDBLOCK)
    return GL_JOURNAL_BUSY;
  if (number)
    return open_failed(journal, number, why);
  return is_own(journal) ? GL_JOURNAL_OPEN : GL_JOURNAL_BUSY;
}

gl_output_journal_result gl_output_journal_open(gl_output_journal *journal, const char *path,
                                                int number, int create,
                                                char why[GL_FILE_ERROR_SIZE]) {
  memset(journal, 0, sizeof *journal);
  gl_output_journal_result result = resolve(journal, path, number, why);
  if (result == GL_JOURNAL_OPEN)
    result = open_locked(journal, create, why);
  if (result != GL_JOURNAL_OPEN)
    gl_output_journal_close(journal);
  return result;
}

/* ---- the text ---------------------------------------------------------------------------- */

int gl_output_journal_read(gl_output_journal *journal, size_t limit, gl_buf *out,
                           char why[GL_FILE_ERROR_SIZE]) {
  off_t offset = 0;
  while (out->length < limit) {
    size_t room = limit - out->length;
    if (gl_buf_reserve(out, CHUNK))
      return GL_MEMORY;
    ssize_t got = pread(journal->fd, out->data + out->length, room < CHUNK ? room : CHUNK, offset);
    if (got < 0 && errno != EINTR)
      return gl_output_failed(errno, why);
    if (got == 0)
      break;
    if (got > 0) {
      out->length += (size_t)got;
      out->data[out->length] = '\0';
      offset += got;
    }
  }
  return 0;
}

int gl_output_journal_append(gl_output_journal *journal, const char *text, size_t length,
                             char why[GL_FILE_ERROR_SIZE]) {
  return gl_file_write(journal->fd, text, length) ? gl_output_failed(errno, why) : 0;
}

int gl_output_journal_restart(gl_output_journal *journal, const char *text, size_t length,
                              char why[GL_FILE_ERROR_SIZE]) {
  if (ftruncate(journal->fd, 0))
    return gl_output_failed(errno, why);
  return gl_output_journal_append(journal, text, length, why);
}

/* ---- the end ----------------------------------------------------------------------------- */

void gl_output_journal_close(gl_output_journal *journal) {
  if (journal->is_open)
    close(journal->fd);
  gl_mem_free(journal->path);
  memset(journal, 0, sizeof *journal);
}

void gl_output_journal_remove(gl_output_journal *journal) {
  if (journal->is_open)
    unlink(journal->path);
  gl_output_journal_close(journal);
}
