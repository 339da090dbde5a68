#include "core/clock.h"

#include <time.h>

static double read_clock(clockid_t which) {
  struct timespec now = {0, 0};
  clock_gettime(which, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double gl_clock_realtime(void) {
  return read_clock(CLOCK_REALTIME);
}

double gl_clock_monotonic(void) {
  return read_clock(CLOCK_MONOTONIC);
}

void gl_clock_sleep(double seconds) {
  if (!(seconds > 0))
    return;
  if (seconds > 86400)
    seconds = 86400;
  struct timespec length = {(time_t)seconds, 0};
  length.tv_nsec = (long)((seconds - (double)length.tv_sec) * 1e9);
  nanosleep(&length, NULL);
}
