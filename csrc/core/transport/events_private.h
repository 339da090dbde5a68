/* What the files of the event set share: its fields, and the functions that exist once for each
 * kind of kernel. */
#ifndef GL_CORE_TRANSPORT_EVENTS_PRIVATE_H
#define GL_CORE_TRANSPORT_EVENTS_PRIVATE_H

#include "core/transport/events.h"

#include <sys/types.h>

/* -DGL_EVENTS_POLL or -DGL_EVENTS_KQUEUE chooses one where the system has several. */
#if !defined(GL_EVENTS_POLL) && !defined(GL_EVENTS_KQUEUE)
#if defined(__linux__)
#define GL_EVENTS_EPOLL
#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) || \
    defined(__DragonFly__)
#define GL_EVENTS_KQUEUE
#else
#define GL_EVENTS_POLL
#endif
#endif

typedef struct gl_watch {
  gl_events_ready *on_ready;
  void *context;
  uint32_t generation;      /* changes when the descriptor is forgotten: older events are not its */
  unsigned char interest;   /* GL_EVENTS_* bits */
  unsigned char registered; /* what the kernel watches it for: `interest` and perhaps more */
  unsigned char kept;       /* gl_events_keep was called */
} gl_watch;

struct gl_events {
  size_t references;
  pid_t process; /* that made it */
  int fd;        /* of epoll or kqueue; -1 with poll */
  unsigned long rounds;
  gl_watch *watches; /* owned; indexed by descriptor */
  size_t watch_count;
  gl_timer **timers; /* owned; a heap, the timer that is due first at [1]; [0] is unused */
  size_t timer_count, timer_capacity;
  void *scratch; /* owned; what gl_kernel_collect needs with poll */
  size_t scratch_size;
};

/* A descriptor that the kernel reports as ready. */
typedef struct gl_ready {
  int fd;
  int ready; /* GL_EVENTS_* bits */
  uint32_t generation;
} gl_ready;

enum { GL_EVENTS_BATCH = 256 }; /* the most that one wait reports */

/* Opens the descriptor of a new set.  0, or -1 with errno set. */
int gl_kernel_open(gl_events *events);

/* Watches a descriptor for `interest` instead of `watch->registered`; 0 forgets it.  0, or -1. */
int gl_kernel_watch(gl_events *events, int fd, const gl_watch *watch, int interest);

/* Waits up to `wait` milliseconds and reports up to GL_EVENTS_BATCH descriptors.  Returns how many,
 * or -1 with errno set. */
int gl_kernel_collect(gl_events *events, gl_ready *out, int wait);

#endif
