/* Functions that the files of the body hash share. */
#ifndef GL_CORE_BODY_HASH_PRIVATE_H
#define GL_CORE_BODY_HASH_PRIVATE_H

#include "core/body_hash.h"

/* Bytes that are read from a file at a time. */
enum { GL_BODY_READ = 256 * 1024 };

/* Sets `*out` to `size` bytes of the input at `position`.  The bytes of a file are read into
 * `buffer`, which has room for GL_BODY_READ bytes, and `size` is at most that.  Returns 0 or the
 * kind in `error`. */
int gl_body_input_read(const gl_body_input *input, uint64_t position, size_t size,
                       unsigned char *buffer, const unsigned char **out, gl_error *error);

/* Starts the threads of a hash.  Returns 0 or the kind in `error`.  If the system has no thread or
 * descriptor left, returns 0 and leaves `hash->team` NULL. */
int gl_body_team_start(gl_body_hash *hash, int threads, gl_events *events, gl_error *error);

/* Returns whether the threads have ended.  Waits for that for at most `wait` milliseconds. */
int gl_body_team_finished(const struct gl_body_team *team, long wait);

/* Returns whether this process is a forked child of the one that started the threads. */
int gl_body_team_is_forked(const struct gl_body_team *team);

/* Waits for the threads, copies their result to `hash` and frees the team. */
void gl_body_team_collect(gl_body_hash *hash);

/* Stops the threads and frees the team, without a result. */
void gl_body_team_cancel(gl_body_hash *hash);

#endif
