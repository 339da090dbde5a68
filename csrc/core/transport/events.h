/* A set of descriptors and timers to wait for.  It uses epoll on Linux, kqueue on macOS and the
 * BSDs, and poll elsewhere.  A client has one set for everything that it waits for: the connections
 * of all its pools, and the background threads.
 *
 * Only one thread at a time may use a set.  Only gl_events_wait and gl_timers_run_due call the
 * callbacks, and a callback must not call these two functions.
 *
 * A set belongs to the process that created it, because a forked child shares the kernel object
 * with its parent.  In a child, gl_events_is_forked returns true, gl_events_set fails, waiting
 * returns at once, and releasing the set does not change what the parent watches.  The child must
 * create a new set. */
#ifndef GL_CORE_TRANSPORT_EVENTS_H
#define GL_CORE_TRANSPORT_EVENTS_H

#include "core/error.h"
#include "core/transport/timers.h"

typedef struct gl_events gl_events;

/* What a descriptor is watched for or is ready for.  An error or a hang-up counts as ready for
 * both. */
enum { GL_EVENTS_READ = 1, GL_EVENTS_WRITE = 2 };

/* Something in a set that a caller may wait for, such as a transfer.  It is embedded in a user of
 * the set, and starts zeroed.  Its fields belong to the set. */
typedef struct gl_news {
  struct gl_news *next, *previous; /* links of the list of news */
  unsigned long number;            /* identifies it in its set; 0 before gl_events_enter */
  int is_listed;
} gl_news;

/* Called when `fd` is ready.  Level-triggered: the next wait calls it again if `fd` is still ready.
 */
typedef void gl_events_ready(void *context, int fd, int ready);

/* Creates a set; the caller owns one reference.  Returns NULL and fills `error` on failure. */
gl_events *gl_events_new(gl_error *error);

/* Adds a reference and returns `events`. */
gl_events *gl_events_hold(gl_events *events);

/* Drops a reference.  Frees the set if it was the last one.  NULL is legal. */
void gl_events_release(gl_events *events);

/* Returns whether the set was created before a fork, by another process. */
int gl_events_is_forked(const gl_events *events);

/* Returns a descriptor that is readable while any descriptor of the set is ready.  It does not
 * report timers: see gl_timers_timeout.  Returns -1 on a system that has only poll. */
int gl_events_fd(const gl_events *events);

/* Makes the descriptor of gl_events_fd readable until a call with `on` 0, even if no other
 * descriptor is ready.  Until then, gl_events_wait returns at once.  Returns 0, or -1 and changes
 * nothing if memory or a system limit is exhausted. */
int gl_events_interrupt(gl_events *events, int on);

/* Watches `fd` for `interest` (GL_EVENTS_* bits), which replaces the previous interest; 0 stops
 * watching.  Returns 0, or -1 and changes nothing if memory or a system limit is exhausted. */
int gl_events_set(gl_events *events, int fd, int interest, gl_events_ready *on_ready,
                  void *context);

/* Keeps a descriptor: if the kernel watches it only for reading, its registration stays when its
 * interest becomes 0.  It then costs no system call to stop reading and to start again.  The
 * registration is removed if an event arrives that nobody waits for.  Call it right after opening
 * `fd`, and call gl_events_remove before closing `fd`.  Returns 0 or -1 as gl_events_set does. */
int gl_events_keep(gl_events *events, int fd);

/* Removes a descriptor from the set.  Call it before closing the descriptor.  Ignores a descriptor
 * that is not in the set. */
void gl_events_remove(gl_events *events, int fd);

/* Returns the timers of the set.  They belong to the set. */
gl_timers *gl_events_timers(gl_events *events);

/* Waits until a descriptor is ready, a timer is due or `wait` milliseconds have passed; 0 does not
 * wait.  Then calls the callbacks of the ready descriptors, at most 256 of them, and of all due
 * timers.  The next wait reports the other descriptors.  Returns -1 if a signal interrupted the
 * wait, else 0. */
int gl_events_wait(gl_events *events, long wait);

/* Returns how often gl_events_wait was called.  A caller that compares two counts knows whether
 * gl_events_wait was called between them. */
unsigned long gl_events_rounds(const gl_events *events);

/* Gives `news` a number, which the set uses only once. */
void gl_events_enter(gl_events *events, gl_news *news);

/* Removes `news` from the list of news.  Call it before freeing the memory. */
void gl_events_leave(gl_news *news);

/* Adds `news` to the end of the list of news, unless it is listed already.  A transfer, for
 * example, calls this function when it is done, because it then needs its caller. */
void gl_events_add_news(gl_events *events, gl_news *news);

/* Returns whether the list of news is not empty. */
int gl_events_has_news(const gl_events *events);

/* Removes the first news from the list.  Returns its number, or 0 if the list is empty. */
unsigned long gl_events_take_news(gl_events *events);

#endif
