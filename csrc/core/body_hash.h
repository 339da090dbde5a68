/* The hashes of a whole body, bytes in memory or a part of a file, on threads of its own or step by
 * step on the caller's.
 *
 * The threads begin when the hash is started.  The caller polls, or waits, or registers an event
 * set, which then becomes ready when the threads end.  They never call back.  In a forked child
 * they do not exist: there, the hash begins again on the caller's thread. */
#ifndef GL_CORE_BODY_HASH_H
#define GL_CORE_BODY_HASH_H

#include "core/transport/events.h"
#include "core/tree_hash.h"

#include <stdint.h>

enum {
  GL_BODY_HASH_MOST_THREADS = 8,
  /* Bytes from which on threads are worth their start. */
  GL_BODY_HASH_THREADS_FROM = 4 * 1024 * 1024,
  /* Bytes that one poll hashes where there are no threads. */
  GL_BODY_HASH_STEP = 4 * 1024 * 1024
};

typedef struct gl_body_input {
  const unsigned char *bytes; /* borrowed until the hash is done or cleared; NULL for a file */
  int fd;                     /* borrowed likewise; read with pread, so its position stays */
  uint64_t offset;            /* of a file */
  uint64_t length;
} gl_body_input;

struct gl_body_team; /* the threads, and what they share */

/* The zero value is legal to clear. */
typedef struct gl_body_hash {
  gl_body_input input;
  int skip_linear;
  struct gl_body_team *team; /* NULL without threads, and once they have ended */
  gl_tree_hash serial;       /* where there are no threads */
  int done;
  gl_error error; /* of a hash that failed; its kind is GL_OK otherwise */
  unsigned char tree[GL_SHA256_SIZE];
  unsigned char linear[GL_SHA256_SIZE]; /* not set with `skip_linear` */
} gl_body_hash;

/* As many threads as there are processors, at most GL_BODY_HASH_MOST_THREADS. */
int gl_body_hash_default_threads(void);

/* Starts a hash; `hash` is the zero value and must not move.  At most `threads` threads are used,
 * none for a body below GL_BODY_HASH_THREADS_FROM or where none can be created.  `events` may be
 * NULL; a reference is held while threads run.  Returns 0 or the kind in `error`. */
int gl_body_hash_start(gl_body_hash *hash, const gl_body_input *input, int threads, int skip_linear,
                       gl_events *events, gl_error *error);

/* Whether the hash is done: see its fields `error`, `tree` and `linear`.  Waits for the threads at
 * most `wait` milliseconds; without threads, hashes the next GL_BODY_HASH_STEP bytes.  A file that
 * cannot be read or is shorter than `length` is GL_VALIDATION "ParamValidationError", with a
 * message that begins "it". */
int gl_body_hash_poll(gl_body_hash *hash, long wait);

/* Whether threads are at work, so that polling again at once is of no use. */
int gl_body_hash_has_threads(const gl_body_hash *hash);

/* Returns when the hash is done. */
void gl_body_hash_wait(gl_body_hash *hash);

/* Cancels what is under way; returns when no thread reads the input any more. */
void gl_body_hash_clear(gl_body_hash *hash);

#endif
