#include "core/body_hash.h"

#include "core/mem.h"
#include "core/background.h"

#include <unistd.h>

int gl_body_hash_default_threads(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores < 1 ? 1 : cores > GL_BACKGROUND_THREADS ? GL_BACKGROUND_THREADS : (int)cores;
}

int gl_body_hash_start(gl_body_hash *hash, const gl_body_input *input, int threads, int skip_linear,
                       gl_events *events, gl_error *error) {
  hash->input = *input;
  hash->skip_linear = hash->serial.skip_linear = skip_linear;
  if (threads > GL_BACKGROUND_THREADS)
    threads = GL_BACKGROUND_THREADS;
  if (threads < 1 || input->length < GL_BODY_HASH_THREADS_FROM)
    return 0;
  return gl_body_team_start(&hash->team, input, threads, skip_linear, events, error);
}

static int hash_step(gl_body_hash *hash, gl_error *error) {
  const gl_body_input *input = &hash->input;
  uint64_t begin = hash->serial.total;
  uint64_t left = input->length - begin;
  uint64_t end = begin + (left < GL_BODY_HASH_STEP ? left : GL_BODY_HASH_STEP);
  unsigned char *buffer = NULL;
  if (!input->bytes && !(buffer = gl_mem_realloc(NULL, GL_BODY_BUFFER)))
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

static void collect(gl_body_hash *hash) {
  (void)gl_body_team_collect(hash->team, hash->tree, hash->linear, &hash->error);
  hash->team = NULL;
  hash->done = 1;
}

static void cancel(gl_body_hash *hash) {
  gl_body_team_cancel(hash->team);
  hash->team = NULL;
}

int gl_body_hash_poll(gl_body_hash *hash, long wait) {
  if (hash->done)
    return 1;
  if (hash->team && gl_body_team_is_forked(hash->team))
    cancel(hash);
  if (!hash->team)
    step(hash);
  else if (gl_body_team_finished(hash->team, wait))
    collect(hash);
  return hash->done;
}

int gl_body_hash_has_threads(const gl_body_hash *hash) {
  return hash->team && !gl_body_team_is_forked(hash->team);
}

int gl_body_hash_needs_caller(const gl_body_hash *hash) {
  return !gl_body_hash_has_threads(hash) || gl_body_team_finished(hash->team, 0);
}

void gl_body_hash_wait(gl_body_hash *hash) {
  while (!gl_body_hash_poll(hash, 0))
    if (hash->team)
      collect(hash);
}

void gl_body_hash_clear(gl_body_hash *hash) {
  if (hash->team)
    cancel(hash);
  gl_tree_hash_clear(&hash->serial);
  *hash = (gl_body_hash){.done = 0};
}
