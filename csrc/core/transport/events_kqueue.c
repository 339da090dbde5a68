/* The event set's backend for macOS and the BSDs: kqueue. */
#undef _POSIX_C_SOURCE /* it hides what sys/event.h needs */

#include "core/transport/events_private.h"

#ifdef GL_EVENTS_KQUEUE

#include <fcntl.h>
#include <sys/event.h>
#include <time.h>
#include <unistd.h>

int gl_kernel_open(gl_events *events) {
  events->fd = kqueue();
  if (events->fd < 0)
    return -1;
  fcntl(events->fd, F_SETFD, FD_CLOEXEC);
  return 0;
}

/* Adds or deletes (EV_ADD, EV_DELETE) the filters of these GL_EVENTS_* bits.  Returns 0 or -1. */
static int change_filters(const gl_events *events, int fd, const gl_watch *watch, int bits,
                          unsigned short action) {
  static const struct {
    int bit;
    short filter;
  } kinds[] = {{GL_EVENTS_READ, EVFILT_READ}, {GL_EVENTS_WRITE, EVFILT_WRITE}};
  int result = 0;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    struct kevent change;
    EV_SET(&change, (uintptr_t)fd, kinds[i].filter, action, 0, 0,
           (void *)(uintptr_t)watch->generation);
    if (bits & kinds[i].bit && kevent(events->fd, &change, 1, NULL, 0, NULL) < 0)
      result = -1;
  }
  return result;
}

/* Deletes last, so that after a failure the kernel watches for the same events as before. */
int gl_kernel_watch(gl_events *events, int fd, const gl_watch *watch, int interest) {
  int added = interest & ~watch->registered, removed = watch->registered & ~interest;
  int result = change_filters(events, fd, watch, added, EV_ADD);
  (void)change_filters(events, fd, watch, result ? added : removed, EV_DELETE);
  return result;
}

int gl_kernel_collect(gl_events *events, gl_ready *out, int wait) {
  struct kevent reported[GL_EVENTS_BATCH];
  const struct timespec time = {wait / 1000, (long)(wait % 1000) * 1000000};
  int count = kevent(events->fd, NULL, 0, reported, GL_EVENTS_BATCH, &time);
  for (int i = 0; i < count; i++) {
    out[i].fd = (int)reported[i].ident;
    out[i].generation = (uint32_t)(uintptr_t)reported[i].udata;
    out[i].ready = reported[i].filter == EVFILT_READ ? GL_EVENTS_READ : GL_EVENTS_WRITE;
  }
  return count;
}

#endif
