/* Threads that do one unit of work together in the background.
 *
 * The caller polls, waits, or passes an event set, which becomes ready when the work is finished.
 * A forked child does not have the threads. */
#ifndef GL_CORE_BACKGROUND_H
#define GL_CORE_BACKGROUND_H

#include "core/transport/events.h"

enum { GL_BACKGROUND_THREADS = 8 }; /* the most threads for one unit of work */

/* The functions that the threads run.  `context` must stay valid until gl_background_free returns.
 */
typedef struct gl_background_work {
  void (*run)(void *context);    /* called by each thread */
  void (*finish)(void *context); /* called once, after the last `run`; NULL for nothing */
  void *context;
} gl_background_work;

typedef struct gl_background gl_background;

/* Starts at most `count` threads, and never more than GL_BACKGROUND_THREADS.  `events` may be NULL;
 * `*out` holds a reference to it.  Returns 0 or the kind in `error`.  `*out` is NULL after a
 * failure, and also after 0 if no thread can be created, or if the pipe that reports the end cannot
 * be created or watched. */
int gl_background_start(gl_background **out, int count, const gl_background_work *work,
                        gl_events *events, gl_error *error);

/* Returns whether the work is finished.  Waits for the end of the work for at most `wait`
 * milliseconds. */
int gl_background_finished(const gl_background *background, long wait);

/* Returns whether this process is a forked child of the one that started the threads. */
int gl_background_is_forked(const gl_background *background);

/* Waits until the threads have ended, unless they belong to another process, and frees the
 * memory.  Legal for NULL. */
void gl_background_free(gl_background *background);

#endif
