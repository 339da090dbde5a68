#include "core/body_team.h"

#include "core/digest.h"
#include "core/mem.h"
#include "core/process.h"
#include "core/tree_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

typedef unsigned char leaf[GL_SHA256_SIZE];

/* The shared data of the threads.  The first thread computes the linear hash, unless it is skipped.
 * Then each thread hashes the next chunk of the tree until there are no more. */
struct gl_body_team {
  gl_body_input input;
  int skip_linear;
  pid_t process;
  int threads; /* the number of created threads */
  pthread_t ids[GL_BODY_TEAM_MOST_THREADS];
  int pipe[2]; /* gets a byte when the last thread ends */
  gl_events *events;
  atomic_int linear_begun; /* a thread has started the linear hash */
  atomic_size_t next_chunk;
  atomic_int running;  /* number of threads that have not ended */
  atomic_int stop;     /* the hash was cancelled, or a thread failed */
  atomic_int failed;   /* a thread has filled `error` or is about to */
  atomic_int finished; /* the results below may be read */
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
  if (!team->input.bytes && !(w->buffer = gl_mem_realloc(NULL, GL_BODY_READ)))
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
static void finish(gl_body_team *team) {
  gl_error error;
  if (!atomic_load(&team->stop) && gl_tree_hash_join(team->leaves, team->count, team->tree, &error))
    note_failure(team, &error);
  atomic_store(&team->finished, 1);
  while (write(team->pipe[1], "", 1) < 0 && errno == EINTR) {
  }
}

static void *run(void *context) {
  worker w = {context, {NULL}, NULL};
  gl_body_team *team = context;
  gl_error error;
  if (work(&w, &error))
    note_failure(team, &error);
  gl_digest_clear(&w.digest);
  gl_mem_free(w.buffer);
  if (atomic_fetch_sub(&team->running, 1) == 1)
    finish(team);
  return NULL;
}

/* ---- in the caller's thread -------------------------------------------------------------- */

/* Frees the team.  No thread may use it any more. */
static void free_team(gl_body_team *team) {
  if (team->events)
    gl_events_remove(team->events, team->pipe[0]);
  gl_events_release(team->events);
  for (int i = 0; i < 2; i++)
    if (team->pipe[i] >= 0)
      close(team->pipe[i]);
  gl_mem_free(team->leaves);
  gl_mem_free(team);
}

static gl_body_team *new_team(const gl_body_input *input, int skip_linear) {
  gl_body_team *team = gl_mem_zalloc(1, sizeof *team);
  if (!team)
    return NULL;
  team->input = *input;
  team->skip_linear = skip_linear;
  team->process = gl_process_id();
  team->pipe[0] = team->pipe[1] = -1;
  team->count = (size_t)((input->length + GL_TREE_CHUNK - 1) / GL_TREE_CHUNK);
  team->leaves = gl_mem_zalloc(team->count, sizeof *team->leaves);
  if (!team->leaves) {
    free_team(team);
    return NULL;
  }
  return team;
}

/* Stops watching the pipe.  Its byte is never read, so it would wake every later wait. */
static void end_seen(void *context, int fd, int ready) {
  (void)ready;
  gl_body_team *team = context;
  gl_events_remove(team->events, fd);
}

/* Returns -1 if the system has no descriptor left. */
static int open_pipe(gl_body_team *team) {
  if (pipe(team->pipe) != 0) {
    team->pipe[0] = team->pipe[1] = -1;
    return -1;
  }
  for (int i = 0; i < 2; i++)
    if (fcntl(team->pipe[i], F_SETFD, FD_CLOEXEC) != 0)
      return -1;
  return 0;
}

/* Registers the pipe with the event set.  Returns -1 without memory or at a limit of the system. */
static int watch(gl_body_team *team, gl_events *events) {
  if (gl_events_set(events, team->pipe[0], GL_EVENTS_READ, end_seen, team) != 0)
    return -1;
  team->events = gl_events_hold(events);
  return 0;
}

/* Creates up to `threads` threads.  If the system refuses some, the others do all of the work.  The
 * threads block all signals, because the host program handles signals in its own threads. */
static void create_threads(gl_body_team *team, int threads) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  atomic_store(&team->running, threads);
  while (team->threads < threads && pthread_create(&team->ids[team->threads], NULL, run, team) == 0)
    team->threads++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  int missing = threads - team->threads;
  if (missing > 0 && atomic_fetch_sub(&team->running, missing) == missing && team->threads > 0)
    finish(team); /* all created threads had already ended */
}

int gl_body_team_start(gl_body_team **out, const gl_body_input *input, int threads, int skip_linear,
                       gl_events *events, gl_error *error) {
  gl_body_team *team = new_team(input, skip_linear);
  *out = NULL;
  if (!team)
    return gl_error_memory(error);
  if (open_pipe(team) == 0 && (!events || watch(team, events) == 0))
    create_threads(team, threads);
  if (team->threads > 0)
    *out = team;
  else
    free_team(team);
  return 0;
}

int gl_body_team_finished(const gl_body_team *team, long wait) {
  struct pollfd end = {team->pipe[0], POLLIN, 0};
  if (wait > 0 && !atomic_load(&team->finished))
    (void)poll(&end, 1, wait < INT_MAX ? (int)wait : INT_MAX);
  return atomic_load(&team->finished);
}

int gl_body_team_is_forked(const gl_body_team *team) {
  return team->process != gl_process_id();
}

static void join_threads(const gl_body_team *team) {
  for (int i = 0; i < team->threads; i++)
    pthread_join(team->ids[i], NULL);
}

int gl_body_team_collect(gl_body_team *team, unsigned char *tree, unsigned char *linear,
                         gl_error *error) {
  join_threads(team);
  int failed = atomic_load(&team->failed);
  if (failed)
    *error = team->error;
  memcpy(tree, team->tree, sizeof team->tree);
  memcpy(linear, team->linear, sizeof team->linear);
  free_team(team);
  return failed ? error->kind : 0;
}

void gl_body_team_cancel(gl_body_team *team) {
  if (!gl_body_team_is_forked(team)) {
    atomic_store(&team->stop, 1);
    join_threads(team);
  }
  free_team(team);
}
