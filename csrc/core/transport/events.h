/* A set of descriptors and timers to wait for: epoll on Linux, kqueue on macOS and the BSDs, poll
 * elsewhere.  A client has one, whatever it waits for: connections of several pools, threads that
 * hash.
 *
 * A set is used by one thread.  Its functions are called by gl_events_wait and gl_events_run_due
 * alone, and must not call these two.
 *
 * A set belongs to the process that made it: a forked child shares the kernel's side with its
 * parent.  In a child gl_events_is_forked is true, gl_events_set fails, waiting returns at once,
 * and releasing the set only closes the descriptor.  The caller makes a new set. */
#ifndef GL_CORE_TRANSPORT_EVENTS_H
#define GL_CORE_TRANSPORT_EVENTS_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct gl_events gl_events;

/* What a descriptor is watched for, and what it is ready for.  An error, or the end of the stream,
 * counts as ready for both. */
enum { GL_EVENTS_READ = 1, GL_EVENTS_WRITE = 2 };

/* Called when `fd` is ready.  Level-triggered: called again by the next wait unless that changed.
 */
typedef void gl_events_ready(void *context, int fd, int ready);

/* A timer.  It lies in the caller's memory and must be cancelled before that is freed.  The caller
 * sets `on_due` and `context`; zero for the rest is a timer that does not run. */
typedef struct gl_timer {
  void (*on_due)(void *context);
  void *context;
  int64_t due;     /* milliseconds, on the clock of gl_events_now */
  size_t position; /* in the heap, from 1; 0: not running */
} gl_timer;

/* NULL with `error` filled on failure.  The caller owns one reference. */
gl_events *gl_events_new(gl_error *error);

/* Takes one more reference; returns `events`. */
gl_events *gl_events_hold(gl_events *events);

/* Gives a reference back; the last one frees the set.  NULL is legal. */
void gl_events_release(gl_events *events);

/* Whether the set was made before a fork, by another process. */
int gl_events_is_forked(const gl_events *events);

/* The set as one descriptor, readable while a descriptor of it is ready.  It says nothing of
 * timers: see gl_events_timeout.  -1 where there is only poll. */
int gl_events_fd(const gl_events *events);

/* Watches `fd` for `interest` (GL_EVENTS_* bits) from now on, instead of what it was watched for;
 * 0 stops watching.  Returns 0, or -1 with nothing changed where memory or a limit of the system
 * is used up. */
int gl_events_set(gl_events *events, int fd, int interest, gl_events_ready *on_ready,
                  void *context);

/* For a descriptor that was just opened, and that will be given to gl_events_remove before it is
 * closed: to stop watching it for reading, and to start again, then costs no system call.  (The
 * kernel is told when an unwanted event shows up.)  0, or -1 as gl_events_set. */
int gl_events_keep(gl_events *events, int fd);

/* Forgets a descriptor, before it is closed.  One that the set does not know is ignored. */
void gl_events_remove(gl_events *events, int fd);

/* Milliseconds of a clock that is never set back. */
int64_t gl_events_now(void);

#define GL_EVENTS_NEVER INT64_MAX

/* Starts a timer, or moves one that runs: its function is called once, as soon as
 * gl_events_now() >= due.  0, or -1 with nothing changed where memory is used up.  Moving never
 * fails, so a timer that is set to GL_EVENTS_NEVER has its memory reserved. */
int gl_events_set_timer(gl_events *events, gl_timer *timer, int64_t due);

/* Stops a timer; one that does not run is left alone. */
void gl_events_cancel_timer(gl_events *events, gl_timer *timer);

/* Milliseconds until the next timer is due, 0 if one is due now; -1 when none runs. */
long gl_events_timeout(const gl_events *events);

/* Calls the functions of the timers that are due.  Makes no system call of its own. */
void gl_events_run_due(gl_events *events);

/* Waits until a descriptor is ready, a timer is due or `wait` milliseconds are over (0: does not
 * wait), then calls the functions of what is ready and due.  Returns -1 when a signal ended the
 * wait, else 0. */
int gl_events_wait(gl_events *events, long wait);

/* How often gl_events_wait was called: who remembers the count sees whether somebody else has
 * waited since. */
unsigned long gl_events_rounds(const gl_events *events);

#endif
