#include "core/body_hash_private.h"

#include "core/mem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int refuse(gl_error *error, const char *what) {
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
      return refuse(error, "it became shorter while it was hashed");
    have += (size_t)got;
  }
  return 0;
}

int gl_body_input_read(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *buffer, const unsigned char **out, gl_error *error) {
  *out = input->bytes ? input->bytes + position : buffer;
  return input->bytes ? 0 : read_file(input, position, size, buffer, error);
}

int gl_body_hash_default_threads(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores < 1 ? 1 : cores > GL_BODY_HASH_MOST_THREADS ? GL_BODY_HASH_MOST_THREADS : (int)cores;
}

int gl_body_hash_start(gl_body_hash *hash, const gl_body_input *input, int threads, int skip_linear,
                       gl_events *events, gl_error *error) {
  hash->input = *input;
  hash->skip_linear = hash->serial.skip_linear = skip_linear;
  if (threads > GL_BODY_HASH_MOST_THREADS)
    threads = GL_BODY_HASH_MOST_THREADS;
  if (threads < 1 || input->length < GL_BODY_HASH_THREADS_FROM)
    return 0;
  return gl_body_team_start(hash, threads, events, error);
}

static int hash_step(gl_body_hash *hash, gl_error *error) {
  const gl_body_input *input = &hash->input;
  uint64_t begin = hash->serial.total;
  uint64_t left = input->length - begin;
  uint64_t end = begin + (left < GL_BODY_HASH_STEP ? left : GL_BODY_HASH_STEP);
  unsigned char *buffer = NULL;
  if (!input->bytes && !(buffer = gl_mem_realloc(NULL, GL_BODY_READ)))
    return gl_error_memory(error);
  int kind = 0;
  while (hash->serial.total < end && !kind) {
    const unsigned char *at;
    uint64_t most = end - hash->serial.total;
    size_t size = most < GL_BODY_READ ? (size_t)most : GL_BODY_READ;
    kind = gl_body_input_read(input, hash->serial.total, size, buffer, &at, error);
    if (!kind)
      kind = gl_tree_hash_update(&hash->serial, at, size, error);
  }
  gl_mem_free(buffer);
  return kind;
}

static void step(gl_body_hash *hash) {
  int kind = hash_step(hash, &hash->error);
  int over = hash->serial.total == hash->input.length;
  if (!kind && over)
    kind = gl_tree_hash_value(&hash->serial, hash->tree, hash->skip_linear ? NULL : hash->linear,
                              &hash->error);
  hash->done = kind || over;
}

int gl_body_hash_poll(gl_body_hash *hash, long wait) {
  if (hash->done)
    return 1;
  if (hash->team && gl_body_team_is_forked(hash->team))
    gl_body_team_cancel(hash);
  if (!hash->team)
    step(hash);
  else if (gl_body_team_finished(hash->team, wait))
    gl_body_team_collect(hash);
  return hash->done;
}

int gl_body_hash_has_threads(const gl_body_hash *hash) {
  return hash->team && !gl_body_team_is_forked(hash->team);
}

void gl_body_hash_wait(gl_body_hash *hash) {
  while (!gl_body_hash_poll(hash, 0))
    if (hash->team)
      gl_body_team_collect(hash);
}

void gl_body_hash_clear(gl_body_hash *hash) {
  if (hash->team)
    gl_body_team_cancel(hash);
  gl_tree_hash_clear(&hash->serial);
  *hash = (gl_body_hash){.done = 0};
}
