/* The event set's backend for Linux: epoll. */
#include "core/transport/events_private.h"

#ifdef GL_EVENTS_EPOLL

#include <errno.h>
#include <sys/epoll.h>

int gl_kernel_open(gl_events *events) {
  events->fd = epoll_create1(EPOLL_CLOEXEC);
  return events->fd < 0 ? -1 : 0;
}

int gl_kernel_watch(gl_events *events, int fd, const gl_watch *watch, int interest) {
  struct epoll_event event = {.data.u64 = (uint64_t)watch->generation << 32 | (uint32_t)fd};
  event.events = (interest & GL_EVENTS_READ ? (uint32_t)EPOLLIN : 0) |
                 (interest & GL_EVENTS_WRITE ? (uint32_t)EPOLLOUT : 0);
  if (!interest)
    return epoll_ctl(events->fd, EPOLL_CTL_DEL, fd, &event);
  int result = epoll_ctl(events->fd, watch->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  /* The kernel's state differs from `watch` if a descriptor was closed without gl_events_remove,
   * and its number now belongs to another one. */
  if (result && errno == ENOENT)
    return epoll_ctl(events->fd, EPOLL_CTL_ADD, fd, &event);
  if (result && errno == EEXIST)
    return epoll_ctl(events->fd, EPOLL_CTL_MOD, fd, &event);
  return result;
}

static int ready_of(uint32_t events) {
  int broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  return (broken || (events & EPOLLIN) ? GL_EVENTS_READ : 0) |
         (broken || (events & EPOLLOUT) ? GL_EVENTS_WRITE : 0);
}

int gl_kernel_collect(gl_events *events, gl_ready *out, int wait) {
  struct epoll_event reported[GL_EVENTS_BATCH];
  int count = epoll_wait(events->fd, reported, GL_EVENTS_BATCH, wait);
  for (int i = 0; i < count; i++) {
    out[i].fd = (int)(uint32_t)reported[i].data.u64;
    out[i].generation = (uint32_t)(reported[i].data.u64 >> 32);
    out[i].ready = ready_of(reported[i].events);
  }
  return count;
}

#endif
