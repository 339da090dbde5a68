/* Shared by the files of the event set: its fields, and the functions that each backend (epoll,
 * kqueue, poll) implements. */
#ifndef GL_CORE_TRANSPORT_EVENTS_PRIVATE_H
#define GL_CORE_TRANSPORT_EVENTS_PRIVATE_H

#include "core/transport/events.h"

#include <sys/types.h>

/* The backend depends on the system.  -DGL_EVENTS_POLL or -DGL_EVENTS_KQUEUE overrides it. */
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
  uint32_t generation;      /* changes when the watch ends or `fd` is another descriptor: identifies
                               outdated events */
  unsigned char interest;   /* GL_EVENTS_* bits */
  unsigned char registered; /* bits that the kernel watches; at least those of `interest` */
  unsigned char kept;       /* gl_events_keep was called */
} gl_watch;

struct gl_events {
  size_t references;
  pid_t process; /* the process that created the set */
  int fd;        /* descriptor of epoll or kqueue; -1 with poll */
  int alarm;     /* descriptor that is always readable, of gl_events_interrupt; -1 before its use */
  unsigned long rounds;
  unsigned long numbers; /* the last number that gl_events_enter gave */
  gl_news news;          /* the head of the circular list of news */
  gl_watch *watches;     /* owned; indexed by descriptor */
  size_t watch_count;
  gl_timers timers;
  void *scratch; /* owned; the array for poll() */
  size_t scratch_size;
  size_t first; /* with poll: the descriptor that the next wait looks at first */
};

/* A descriptor that the kernel reports as ready. */
typedef struct gl_ready {
  int fd;
  int ready; /* GL_EVENTS_* bits */
  uint32_t generation;
} gl_ready;

enum { GL_EVENTS_BATCH = 256 }; /* how many descriptors one wait reports at most */

/* Opens the descriptor of a new set.  Returns 0, or -1 and sets errno. */
int gl_kernel_open(gl_events *events);

/* Changes the events for which the kernel watches a descriptor, from `watch->registered` to
 * `interest`.  0 removes the descriptor.  Returns 0 or -1. */
int gl_kernel_watch(gl_events *events, int fd, const gl_watch *watch, int interest);

/* Waits up to `wait` milliseconds and stores up to GL_EVENTS_BATCH ready descriptors in
 * `out`.  Returns their number, or -1 and sets errno. */
int gl_kernel_collect(gl_events *events, gl_ready *out, int wait);

#endif
