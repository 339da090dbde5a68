/* Timers, in a binary heap whose first element is due first. */
#ifndef GL_CORE_TRANSPORT_TIMERS_H
#define GL_CORE_TRANSPORT_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/* A timer.  The caller owns its memory and must cancel the timer before freeing the memory.  The
 * caller sets `on_due` and `context`.  If the other fields are zero, the timer is not running. */
typedef struct gl_timer {
  void (*on_due)(void *context);
  void *context;
  int64_t due;     /* milliseconds on the clock of gl_timers_now */
  size_t position; /* index in the heap, from 1; 0 if it is not running */
} gl_timer;

/* The running timers.  The zero value has none. */
typedef struct gl_timers {
  gl_timer **heap; /* owned; [1] is due first, [0] is unused */
  size_t count, capacity;
} gl_timers;

#define GL_TIMERS_NEVER INT64_MAX

/* Returns the time of a monotonic clock, in milliseconds. */
int64_t gl_timers_now(void);

/* Starts a timer, or changes the time of a running timer.  `on_due` is called once, as soon as
 * gl_timers_now() >= due.  Returns 0, or -1 and changes nothing if memory runs out.  Changing a
 * running timer never fails.  So set a timer to GL_TIMERS_NEVER to reserve its memory. */
int gl_timers_set(gl_timers *timers, gl_timer *timer, int64_t due);

/* Stops a timer.  Does nothing if the timer is not running. */
void gl_timers_cancel(gl_timers *timers, gl_timer *timer);

/* Returns the milliseconds until the next timer is due: 0 if one is due now, -1 if none is running
 * or all are set to GL_TIMERS_NEVER. */
long gl_timers_timeout(const gl_timers *timers);

/* Calls the callbacks of the timers that are due. */
void gl_timers_run_due(gl_timers *timers);

/* Frees the heap.  No timer may be used with it any more.  May be called repeatedly. */
void gl_timers_clear(gl_timers *timers);

#endif
