/* Clocks, in seconds. */
#ifndef GL_CORE_CLOCK_H
#define GL_CORE_CLOCK_H

/* Since the epoch. */
double gl_clock_realtime(void);

/* Since some moment in the past.  This clock is never set back, so it can measure durations. */
double gl_clock_monotonic(void);

/* Sleeps for `seconds`, at most one day, or until a signal is handled. */
void gl_clock_sleep(double seconds);

#endif
