/* Helpers for the tests of the event set.  Include cmocka.h before it. */
#ifndef GL_SPEC_EVENTS_H
#define GL_SPEC_EVENTS_H

#include "core/transport/events.h"

#include <sys/socket.h>
#include <unistd.h>

enum { LONG_WAIT = 60 * 1000 };

/* How often the set called on_ready, and the arguments of the last call. */
typedef struct report {
  int calls, fd, ready;
} report;

static inline void on_ready(void *context, int fd, int ready) {
  report *last = context;
  *last = (report){last->calls + 1, fd, ready};
}

static inline gl_events *new_events(void) {
  gl_error error;
  gl_events *events = gl_events_new(&error);
  assert_non_null(events);
  return events;
}

static inline void make_pair(int pair[2]) {
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

static inline void close_pair(const int pair[2]) {
  close(pair[0]);
  close(pair[1]);
}

static inline void put(int fd) {
  assert_int_equal(write(fd, "x", 1), 1);
}

#endif
