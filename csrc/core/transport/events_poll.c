/* The event set's backend for systems that have only poll(2).  A wait costs time for every watched
 * descriptor, not only for the ready ones. */
#include "core/transport/events_private.h"

#ifdef GL_EVENTS_POLL

#include "core/mem.h"

#include <poll.h>

int gl_kernel_open(gl_events *events) {
  events->fd = -1;
  return 0;
}

/* Reserves memory for all descriptors here, so that gl_kernel_collect cannot run out of memory. */
int gl_kernel_watch(gl_events *events, int fd, const gl_watch *watch, int interest) {
  (void)fd;
  (void)watch;
  size_t size = events->watch_count * sizeof(struct pollfd);
  if (!interest || size <= events->scratch_size)
    return 0;
  void *larger = gl_mem_realloc(events->scratch, size);
  if (!larger)
    return -1;
  events->scratch = larger;
  events->scratch_size = size;
  return 0;
}

/* Begins after the last descriptor that was reported.  So descriptors that are always ready do not
 * hide the others. */
static nfds_t list_watched(const gl_events *events, struct pollfd *list) {
  nfds_t count = 0;
  for (size_t i = 0; i < events->watch_count; i++) {
    size_t fd = (events->first + i) % events->watch_count;
    int interest = events->watches[fd].interest;
    int wanted =
        (interest & GL_EVENTS_READ ? POLLIN : 0) | (interest & GL_EVENTS_WRITE ? POLLOUT : 0);
    if (wanted)
      list[count++] = (struct pollfd){.fd = (int)fd, .events = (short)wanted};
  }
  return count;
}

static int ready_of(short events) {
  int broken = (events & (POLLERR | POLLHUP | POLLNVAL)) != 0;
  return (broken || (events & POLLIN) ? GL_EVENTS_READ : 0) |
         (broken || (events & POLLOUT) ? GL_EVENTS_WRITE : 0);
}

int gl_kernel_collect(gl_events *events, gl_ready *out, int wait) {
  struct pollfd *list = events->scratch;
  nfds_t count = list_watched(events, list);
  int reported = 0, result = poll(list, count, wait);
  for (nfds_t i = 0; result > 0 && i < count && reported < GL_EVENTS_BATCH; i++) {
    if (!list[i].revents)
      continue;
    out[reported].fd = list[i].fd;
    out[reported].generation = events->watches[list[i].fd].generation;
    out[reported++].ready = ready_of(list[i].revents);
    events->first = (size_t)list[i].fd + 1;
  }
  return result < 0 ? -1 : reported;
}

#endif
