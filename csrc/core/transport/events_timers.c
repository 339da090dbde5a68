/* The timers of an event set: a binary heap whose first element is due first. */
#include "core/transport/events_private.h"

#include "core/mem.h"

#include <limits.h>

static void place(gl_events *events, gl_timer *timer, size_t position) {
  events->timers[position] = timer;
  timer->position = position;
}

static void sift_up(gl_events *events, gl_timer *timer) {
  size_t position = timer->position;
  for (; position > 1 && events->timers[position / 2]->due > timer->due; position /= 2)
    place(events, events->timers[position / 2], position);
  place(events, timer, position);
}

static void sift_down(gl_events *events, gl_timer *timer) {
  size_t position = timer->position, child;
  while ((child = 2 * position) <= events->timer_count) {
    if (child < events->timer_count && events->timers[child + 1]->due < events->timers[child]->due)
      child++;
    if (events->timers[child]->due >= timer->due)
      break;
    place(events, events->timers[child], position);
    position = child;
  }
  place(events, timer, position);
}

static int reserve(gl_events *events) {
  if (events->timer_count + 1 < events->timer_capacity)
    return 0;
  size_t capacity = events->timer_capacity ? 2 * events->timer_capacity : 16;
  gl_timer **larger = gl_mem_realloc(events->timers, capacity * sizeof(gl_timer *));
  if (!larger)
    return -1;
  events->timers = larger;
  events->timer_capacity = capacity;
  return 0;
}

int gl_events_set_timer(gl_events *events, gl_timer *timer, int64_t due) {
  if (!timer->position) {
    if (reserve(events))
      return -1;
    place(events, timer, ++events->timer_count);
  }
  timer->due = due;
  sift_up(events, timer);
  sift_down(events, timer);
  return 0;
}

void gl_events_cancel_timer(gl_events *events, gl_timer *timer) {
  size_t position = timer->position;
  if (!position)
    return;
  gl_timer *last = events->timers[events->timer_count--];
  timer->position = 0;
  if (last == timer)
    return;
  place(events, last, position);
  sift_up(events, last);
  sift_down(events, last);
}

long gl_events_timeout(const gl_events *events) {
  if (events->timer_count == 0 || events->timers[1]->due == GL_EVENTS_NEVER)
    return -1;
  int64_t left = events->timers[1]->due - gl_events_now();
  return left <= 0 ? 0 : left < INT_MAX ? (long)left : INT_MAX;
}

void gl_events_run_due(gl_events *events) {
  if (events->timer_count == 0)
    return;
  int64_t now = gl_events_now();
  /* A callback may restart its own timer.  The limit on the number of calls prevents an endless
   * loop. */
  for (size_t left = events->timer_count; left > 0 && events->timer_count > 0; left--) {
    gl_timer *timer = events->timers[1];
    if (timer->due > now)
      return;
    gl_events_cancel_timer(events, timer);
    timer->on_due(timer->context);
  }
}
