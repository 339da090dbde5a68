/* Threads that hash one body together.  They begin when the team is started, and the last one makes
 * the event set ready when it ends. */
#ifndef GL_CORE_BODY_TEAM_H
#define GL_CORE_BODY_TEAM_H

#include "core/body_input.h"
#include "core/transport/events.h"

typedef struct gl_body_team gl_body_team;

/* Starts at most `threads` threads, from 1 to GL_BACKGROUND_THREADS, that compute the tree hash
 * of `input` and, unless `skip_linear`, its linear hash.  `events` may be NULL; the team holds a
 * reference to it.  Returns 0 or the kind in `error`.  After 0, `*team` is NULL if
 * gl_background_start could not start a thread; otherwise the caller ends it with
 * gl_body_team_collect or gl_body_team_cancel. */
int gl_body_team_start(gl_body_team **team, const gl_body_input *input, int threads,
                       int skip_linear, gl_events *events, gl_error *error);

/* Returns whether the hash is finished.  Waits for the threads for at most `wait` milliseconds. */
int gl_body_team_finished(const gl_body_team *team, long wait);

/* Returns whether this process is a forked child of the one that started the threads. */
int gl_body_team_is_forked(const gl_body_team *team);

/* Waits for the threads, stores the two hashes of GL_SHA256_SIZE bytes and frees the team.  Returns
 * 0 or the kind in `error`. */
int gl_body_team_collect(gl_body_team *team, unsigned char *tree, unsigned char *linear,
                         gl_error *error);

/* Stops the threads and frees the team, without a result. */
void gl_body_team_cancel(gl_body_team *team);

#endif
