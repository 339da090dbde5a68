#include "core/transport/timers.h"

#include "core/mem.h"

#include <limits.h>
#include <time.h>

int64_t gl_timers_now(void) {
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void put(gl_timers *timers, gl_timer *timer, size_t position) {
  timers->heap[position] = timer;
  timer->position = position;
}

static void sift_up(gl_timers *timers, gl_timer *timer) {
  size_t position = timer->position;
  for (; position > 1 && timers->heap[position / 2]->due > timer->due; position /= 2)
    put(timers, timers->heap[position / 2], position);
  put(timers, timer, position);
}

static void sift_down(gl_timers *timers, gl_timer *timer) {
  size_t position = timer->position, child;
  while ((child = 2 * position) <= timers->count) {
    if (child < timers->count && timers->heap[child + 1]->due < timers->heap[child]->due)
      child++;
    if (timers->heap[child]->due >= timer->due)
      break;
    put(timers, timers->heap[child], position);
    position = child;
  }
  put(timers, timer, position);
}

static int reserve(gl_timers *timers) {
  if (timers->count + 1 < timers->capacity)
    return 0;
  size_t capacity = timers->capacity ? 2 * timers->capacity : 16;
  gl_timer **larger = gl_mem_realloc(timers->heap, capacity * sizeof(gl_timer *));
  if (!larger)
    return -1;
  timers->heap = larger;
  timers->capacity = capacity;
  return 0;
}

int gl_timers_set(gl_timers *timers, gl_timer *timer, int64_t due) {
  if (!timer->position) {
    if (reserve(timers))
      return -1;
    put(timers, timer, ++timers->count);
  }
  timer->due = due;
  sift_up(timers, timer);
  sift_down(timers, timer);
  return 0;
}

void gl_timers_cancel(gl_timers *timers, gl_timer *timer) {
  size_t position = timer->position;
  if (!position)
    return;
  gl_timer *last = timers->heap[timers->count--];
  timer->position = 0;
  if (last == timer)
    return;
  put(timers, last, position);
  sift_up(timers, last);
  sift_down(timers, last);
}

long gl_timers_timeout(const gl_timers *timers) {
  if (timers->count == 0 || timers->heap[1]->due == GL_TIMERS_NEVER)
    return -1;
  int64_t left = timers->heap[1]->due - gl_timers_now();
  return left <= 0 ? 0 : left < INT_MAX ? (long)left : INT_MAX;
}

void gl_timers_run_due(gl_timers *timers) {
  if (timers->count == 0)
    return;
  int64_t now = gl_timers_now();
  /* A callback may restart its own timer.  The limit on the number of calls prevents an endless
   * loop. */
  for (size_t left = timers->count; left > 0 && timers->count > 0; left--) {
    gl_timer *timer = timers->heap[1];
    if (timer->due > now)
      return;
    gl_timers_cancel(timers, timer);
    timer->on_due(timer->context);
  }
}

void gl_timers_clear(gl_timers *timers) {
  gl_mem_free(timers->heap);
  *timers = (gl_timers){NULL, 0, 0};
}
