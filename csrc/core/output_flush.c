#include "core/output_flush.h"

#include "core/output_private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { LONGEST_WAIT = 1000 }; /* milliseconds */

static void flush_file(int fd, int *failure) {
  int failed;
  do
    failed = fsync(fd);
  while (failed && errno == EINTR);
  *failure = failed ? errno : 0;
}

static void run(void *context) {
  gl_output_flush *flush = context;
  flush_file(flush->fd, &flush->failure);
}

/* Closes the duplicate at once, because an open duplicate would keep the lock of a journal. */
static void end(gl_output_flush *flush) {
  gl_background_free(flush->thread);
  flush->thread = NULL;
  if (flush->has_file)
    close(flush->fd);
  flush->has_file = 0;
}

int gl_output_flush_start(gl_output_flush *flush, int fd, gl_events *events, gl_error *error) {
  int kind = 0;
  flush->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  flush->has_file = flush->fd >= 0;
  if (flush->has_file) {
    gl_background_work work = {run, NULL, flush};
    kind = gl_background_start(&flush->thread, 1, &work, events, error);
  }
  if (flush->thread)
    return 0;
  if (!kind)
    flush_file(fd, &flush->failure);
  flush->done = 1;
  end(flush);
  return kind;
}

int gl_output_flush_poll(gl_output_flush *flush, long wait) {
  if (flush->done)
    return 1;
  int is_forked = gl_background_is_forked(flush->thread);
  if (!is_forked && !gl_background_finished(flush->thread, wait))
    return 0;
  if (is_forked)
    flush_file(flush->fd, &flush->failure);
  flush->done = 1;
  end(flush);
  return 1;
}

int gl_output_flush_needs_caller(const gl_output_flush *flush) {
  return flush->done || gl_background_is_forked(flush->thread) ||
         gl_background_finished(flush->thread, 0);
}

int gl_output_flush_result(gl_output_flush *flush, char why[GL_FILE_ERROR_SIZE]) {
  while (!gl_output_flush_poll(flush, LONGEST_WAIT)) {
  }
  return flush->failure ? gl_output_failed(flush->failure, why) : 0;
}

void gl_output_flush_clear(gl_output_flush *flush) {
  end(flush);
  *flush = (gl_output_flush){.done = 0};
}
