/* Computes the hashes of a whole body, which is in memory or a part of a file.  It uses threads, or
 * works step by step on the caller's thread.
 *
 * The threads begin when the hash is started.  The caller polls, waits, or passes an event set,
 * which becomes ready when the threads end.  A forked child does not have the threads, so it hashes
 * from the beginning on its own thread. */
#ifndef GL_CORE_BODY_HASH_H
#define GL_CORE_BODY_HASH_H

#include "core/body_input.h"
#include "core/body_team.h"
#include "core/transport/events.h"
#include "core/tree_hash.h"

enum {
  /* The smallest body, in bytes, for which starting threads is faster. */
  GL_BODY_HASH_THREADS_FROM = 4 * 1024 * 1024,
  /* Bytes that one poll hashes if there are no threads. */
  GL_BODY_HASH_STEP = 4 * 1024 * 1024
};

/* The zero value is legal to clear. */
typedef struct gl_body_hash {
  gl_body_input input;
  int skip_linear;
  gl_body_team *team;  /* owned; NULL without threads, and after they have ended */
  gl_tree_hash serial; /* used if there are no threads */
  int done;
  gl_error error; /* its kind is GL_OK unless the hash failed */
  unsigned char tree[GL_SHA256_SIZE];
  unsigned char linear[GL_SHA256_SIZE]; /* not set with `skip_linear` */
} gl_body_hash;

/* Returns the number of processors, at least 1 and at most GL_BACKGROUND_THREADS. */
int gl_body_hash_default_threads(void);

/* Starts a hash.  `hash` is the zero value.  Uses at most `threads` threads, and none for a body
 * below GL_BODY_HASH_THREADS_FROM or if none can be created.  `events` may be NULL; a hash with
 * threads holds a reference to it until it is done or cleared.  Returns 0 or the kind in `error`.
 */
int gl_body_hash_start(gl_body_hash *hash, const gl_body_input *input, int threads, int skip_linear,
                       gl_events *events, gl_error *error);

/* Returns whether the hash is done; then its fields `error`, `tree` and `linear` are set.  Waits
 * for the threads for at most `wait` milliseconds.  Without threads, hashes the next
 * GL_BODY_HASH_STEP bytes.  If a file cannot be read or ends before the body does, `error` is
 * GL_VALIDATION "ParamValidationError".  Its message begins with "it", for the file. */
int gl_body_hash_poll(gl_body_hash *hash, long wait);

/* Returns whether threads do the work, so that the caller should wait before it polls again. */
int gl_body_hash_has_threads(const gl_body_hash *hash);

/* Returns whether the next poll can do something: the hash is done, its threads have ended, or it
 * has none.  It never waits. */
int gl_body_hash_needs_caller(const gl_body_hash *hash);

/* Waits until the hash is done. */
void gl_body_hash_wait(gl_body_hash *hash);

/* Cancels the hash and frees its memory.  When it returns, no thread reads the input any more.
 * Legal any number of times. */
void gl_body_hash_clear(gl_body_hash *hash);

#endif
