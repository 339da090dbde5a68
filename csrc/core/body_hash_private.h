/* What the files of the body hash share. */
#ifndef GL_CORE_BODY_HASH_PRIVATE_H
#define GL_CORE_BODY_HASH_PRIVATE_H

#include "core/body_hash.h"

/* Bytes that are read from a file at a time. */
enum { GL_BODY_READ = 256 * 1024 };

/* Makes `*out` point at `size` bytes of the input at `position`, at most GL_BODY_READ of a file,
 * which are read into `buffer`.  0 or the kind in `error`. */
int gl_body_input_read(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *buffer, const unsigned char **out, gl_error *error);

/* Starts the threads of a hash.  0, or the kind in `error`; `hash->team` stays NULL if the
 * system has no thread or descriptor left. */
int gl_body_team_start(gl_body_hash *hash, int threads, gl_events *events, gl_error *error);

/* Whether the threads have ended; waits for that at most `wait` milliseconds. */
int gl_body_team_finished(const struct gl_body_team *team, long wait);

/* Whether the threads are those of another process, before a fork. */
int gl_body_team_is_forked(const struct gl_body_team *team);

/* Waits for the threads, takes their result into `hash` and frees the team. */
void gl_body_team_collect(gl_body_hash *hash);

/* Stops the threads and frees the team, without a result. */
void gl_body_team_cancel(gl_body_hash *hash);

#endif
