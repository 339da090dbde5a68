#include "core/body_team.h"

#include "core/digest.h"
#include "core/mem.h"
#include "core/background.h"
#include "core/tree_hash.h"

#include <stdatomic.h>
#include <string.h>

typedef unsigned char leaf[GL_SHA256_SIZE];

/* The shared data of the threads.  The first thread computes the linear hash, unless it is skipped,
 * and then hashes chunks of the tree.  All other threads hash chunks from the beginning. */
struct gl_body_team {
  gl_body_input input;
  int skip_linear;
  gl_background *threads;
  atomic_int linear_begun; /* a thread has started the linear hash */
  atomic_size_t next_chunk;
  atomic_int stop;   /* the hash was cancelled, or a thread failed */
  atomic_int failed; /* a thread has filled `error` or is about to */
  gl_error error;
  unsigned char tree[GL_SHA256_SIZE];
  unsigned char linear[GL_SHA256_SIZE];
  size_t count; /* number of chunks */
  leaf *leaves; /* owned */
};

/* ---- in the threads ---------------------------------------------------------------------- */

/* The data of one thread. */
typedef struct worker {
  gl_body_team *team;
  gl_digest digest;
  unsigned char *buffer; /* owned; NULL for bytes in memory */
} worker;

/* Hashes `length` bytes at `begin` into `out`.  If the team stops, the result is not valid. */
static int hash_range(worker *w, uint64_t begin, uint64_t length, unsigned char *out,
                      gl_error *error) {
  int kind = gl_digest_start(&w->digest, error);
  for (uint64_t at = 0; at < length && !kind && !atomic_load(&w->team->stop);) {
    const unsigned char *bytes;
    size_t size = length - at < GL_BODY_READ ? (size_t)(length - at) : GL_BODY_READ;
    kind = gl_body_input_read(&w->team->input, begin + at, size, w->buffer, &bytes, error);
    if (!kind)
      kind = gl_digest_update(&w->digest, bytes, size, error);
    at += size;
  }
  return kind ? kind : gl_digest_finish(&w->digest, out, error);
}

static int hash_chunks(worker *w, gl_error *error) {
  gl_body_team *team = w->team;
  int kind = 0;
  while (!kind && !atomic_load(&team->stop)) {
    size_t i = atomic_fetch_add(&team->next_chunk, 1);
    if (i >= team->count)
      break;
    uint64_t begin = (uint64_t)i * GL_TREE_CHUNK, left = team->input.length - begin;
    kind =
        hash_range(w, begin, left < GL_TREE_CHUNK ? left : GL_TREE_CHUNK, team->leaves[i], error);
  }
  return kind;
}

static int work(worker *w, gl_error *error) {
  gl_body_team *team = w->team;
  int kind = 0;
  if (!team->input.bytes && !(w->buffer = gl_mem_realloc(NULL, GL_BODY_BUFFER)))
    return gl_error_memory(error);
  if (!team->skip_linear && !atomic_exchange(&team->linear_begun, 1))
    kind = hash_range(w, 0, team->input.length, team->linear, error);
  return kind ? kind : hash_chunks(w, error);
}

/* Keeps only the first of several errors. */
static void note_failure(gl_body_team *team, const gl_error *error) {
  if (!atomic_exchange(&team->failed, 1))
    team->error = *error;
  atomic_store(&team->stop, 1);
}

/* Called by the last thread. */
static void finish(void *context) {
  gl_body_team *team = context;
  gl_error error;
  if (!atomic_load(&team->stop) && gl_tree_hash_join(team->leaves, team->count, team->tree, &error))
    note_failure(team, &error);
}

static void run(void *context) {
  worker w = {context, {NULL}, NULL};
  gl_error error;
  if (work(&w, &error))
    note_failure(context, &error);
  gl_digest_clear(&w.digest);
  gl_mem_free(w.buffer);
}

/* ---- in the caller's thread -------------------------------------------------------------- */

/* Waits until the threads have ended, and frees the team. */
static void free_team(gl_body_team *team) {
  gl_background_free(team->threads);
  gl_mem_free(team->leaves);
  gl_mem_free(team);
}

static gl_body_team *new_team(const gl_body_input *input, int skip_linear) {
  gl_body_team *team = gl_mem_zalloc(1, sizeof *team);
  if (!team)
    return NULL;
  team->input = *input;
  team->skip_linear = skip_linear;
  team->count = (size_t)((input->length + GL_TREE_CHUNK - 1) / GL_TREE_CHUNK);
  team->leaves = gl_mem_zalloc(team->count, sizeof *team->leaves);
  if (!team->leaves) {
    free_team(team);
    return NULL;
  }
  return team;
}

int gl_body_team_start(gl_body_team **out, const gl_body_input *input, int threads, int skip_linear,
                       gl_events *events, gl_error *error) {
  gl_body_team *team = new_team(input, skip_linear);
  *out = NULL;
  if (!team)
    return gl_error_memory(error);
  gl_background_work all = {run, finish, team};
  int kind = gl_background_start(&team->threads, threads, &all, events, error);
  if (team->threads)
    *out = team;
  else
    free_team(team);
  return kind;
}

int gl_body_team_finished(const gl_body_team *team, long wait) {
  return gl_background_finished(team->threads, wait);
}

int gl_body_team_is_forked(const gl_body_team *team) {
  return gl_background_is_forked(team->threads);
}

int gl_body_team_collect(gl_body_team *team, unsigned char *tree, unsigned char *linear,
                         gl_error *error) {
  gl_background_free(team->threads);
  team->threads = NULL;
  int failed = atomic_load(&team->failed);
  if (failed)
    *error = team->error;
  memcpy(tree, team->tree, sizeof team->tree);
  memcpy(linear, team->linear, sizeof team->linear);
  free_team(team);
  return failed ? error->kind : 0;
}

void gl_body_team_cancel(gl_body_team *team) {
  atomic_store(&team->stop, 1);
  free_team(team);
}
