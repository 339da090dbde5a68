#include "core/transport/events_private.h"

#include "core/mem.h"
#include "core/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* ---- lifecycle --------------------------------------------------------------------------- */

gl_events *gl_events_new(gl_error *error) {
  gl_events *events = gl_mem_zalloc(1, sizeof *events);
  if (!events) {
    gl_error_memory(error);
    return NULL;
  }
  events->references = 1;
  events->alarm = -1;
  events->news.next = events->news.previous = &events->news;
  events->process = gl_process_id();
  if (gl_kernel_open(events) == 0)
    return events;
  gl_error_set(error, GL_TRANSPORT, "ConnectionClosedError", "Cannot create the event set: %s",
               strerror(errno));
  gl_mem_free(events);
  return NULL;
}

gl_events *gl_events_hold(gl_events *events) {
  events->references++;
  return events;
}

void gl_events_release(gl_events *events) {
  if (!events || --events->references > 0)
    return;
  if (events->fd >= 0)
    close(events->fd);
  if (events->alarm >= 0)
    close(events->alarm);
  gl_mem_free(events->watches);
  gl_timers_clear(&events->timers);
  gl_mem_free(events->scratch);
  gl_mem_free(events);
}

int gl_events_is_forked(const gl_events *events) {
  return events->process != gl_process_id();
}

int gl_events_fd(const gl_events *events) {
  return events->fd;
}

gl_timers *gl_events_timers(gl_events *events) {
  return &events->timers;
}

unsigned long gl_events_rounds(const gl_events *events) {
  return events->rounds;
}

/* ---- news -------------------------------------------------------------------------------- */

void gl_events_enter(gl_events *events, gl_news *news) {
  news->number = ++events->numbers;
}

void gl_events_leave(gl_news *news) {
  if (!news->is_listed)
    return;
  news->previous->next = news->next;
  news->next->previous = news->previous;
  news->is_listed = 0;
}

void gl_events_add_news(gl_events *events, gl_news *news) {
  gl_news *head = &events->news;
  if (news->is_listed)
    return;
  news->next = head;
  news->previous = head->previous;
  head->previous->next = news;
  head->previous = news;
  news->is_listed = 1;
}

int gl_events_has_news(const gl_events *events) {
  return events->news.next != &events->news;
}

unsigned long gl_events_take_news(gl_events *events) {
  gl_news *first = events->news.next;
  if (first == &events->news)
    return 0;
  gl_events_leave(first);
  return first->number;
}

/* ---- descriptors ------------------------------------------------------------------------- */

static gl_watch *watch_of(gl_events *events, int fd) {
  return fd >= 0 && (size_t)fd < events->watch_count ? &events->watches[fd] : NULL;
}

/* Returns the watch of `fd` and grows the array if necessary.  Returns NULL if memory runs out. */
static gl_watch *reserve_watch(gl_events *events, int fd) {
  gl_watch *watch = watch_of(events, fd);
  if (watch || fd < 0)
    return watch;
  size_t count = (size_t)fd + 16;
  gl_watch *larger = gl_mem_realloc(events->watches, count * sizeof *larger);
  if (!larger)
    return NULL;
  memset(larger + events->watch_count, 0, (count - events->watch_count) * sizeof *larger);
  events->watches = larger;
  events->watch_count = count;
  return &larger[fd];
}

static int tell_kernel(gl_events *events, int fd, gl_watch *watch, int interest) {
  if (watch->registered == interest)
    return 0;
  if (gl_kernel_watch(events, fd, watch, interest))
    return -1;
  watch->registered = (unsigned char)interest;
  return 0;
}

/* Returns whether the kernel goes on watching a descriptor whose interest becomes 0.  It does so
 * for a kept descriptor that it watches only for reading, because the next request will read from
 * it. */
static int stays_registered(const gl_watch *watch) {
  return watch->kept && watch->registered == GL_EVENTS_READ;
}

static void forget(gl_events *events, int fd, gl_watch *watch) {
  if (watch->registered)
    (void)gl_kernel_watch(events, fd, watch, 0); /* fails if the descriptor is already closed */
  *watch = (gl_watch){.generation = watch->generation + 1, .kept = watch->kept};
}

static void stop_watching(gl_events *events, int fd) {
  gl_watch *watch = watch_of(events, fd);
  if (watch && stays_registered(watch))
    watch->interest = 0;
  else if (watch)
    forget(events, fd, watch);
}

int gl_events_set(gl_events *events, int fd, int interest, gl_events_ready *on_ready,
                  void *context) {
  if (gl_events_is_forked(events))
    return -1;
  if (!interest) {
    stop_watching(events, fd);
    return 0;
  }
  gl_watch *watch = reserve_watch(events, fd);
  if (!watch)
    return -1;
  if ((watch->registered & interest) != interest && tell_kernel(events, fd, watch, interest))
    return -1;
  watch->interest = (unsigned char)interest;
  watch->on_ready = on_ready;
  watch->context = context;
  return 0;
}

/* The watch belongs to an old descriptor with the same number that was closed without
 * gl_events_remove.  libcurl does that with the slower of two parallel connection attempts.  If the
 * old one had an interest, the new one inherits it, with its callback. */
static int renew(gl_events *events, int fd, gl_watch *watch) {
  watch->generation++;
  watch->registered = 0;
  return tell_kernel(events, fd, watch, watch->interest);
}

int gl_events_keep(gl_events *events, int fd) {
  gl_watch *watch = gl_events_is_forked(events) ? NULL : reserve_watch(events, fd);
  if (!watch || (watch->registered && renew(events, fd, watch)))
    return -1;
  watch->kept = 1;
  return 0;
}

void gl_events_remove(gl_events *events, int fd) {
  gl_watch *watch = gl_events_is_forked(events) ? NULL : watch_of(events, fd);
  if (!watch)
    return;
  forget(events, fd, watch);
  watch->kept = 0;
}

/* ---- interrupting ------------------------------------------------------------------------ */

/* Opens a pipe and closes the end for writing, so that the other end is always readable. */
static int open_alarm(gl_events *events) {
  int ends[2];
  if (pipe(ends) != 0)
    return -1;
  close(ends[1]);
  (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  gl_events_remove(events, ends[0]); /* the set may remember a closed descriptor */
  events->alarm = ends[0];
  return 0;
}

static void ignore_alarm(void *context, int fd, int ready) {
  (void)context;
  (void)fd;
  (void)ready;
}

int gl_events_interrupt(gl_events *events, int on) {
  if (events->alarm < 0 && (!on || open_alarm(events) != 0))
    return on ? -1 : 0;
  return gl_events_set(events, events->alarm, on ? GL_EVENTS_READ : 0, ignore_alarm, NULL);
}

/* ---- waiting ----------------------------------------------------------------------------- */

static void call_ready(gl_events *events, const gl_ready *reported) {
  gl_watch *watch = watch_of(events, reported->fd);
  if (!watch || watch->generation != reported->generation)
    return;
  int wanted = reported->ready & watch->interest;
  if (watch->registered != watch->interest && wanted != reported->ready)
    (void)tell_kernel(events, reported->fd, watch, watch->interest);
  if (wanted)
    watch->on_ready(watch->context, reported->fd, wanted);
}

/* Returns how long the kernel may wait, in milliseconds: until the next timer at most. */
static int kernel_timeout(const gl_events *events, long wait) {
  long timeout = wait > 0 ? gl_timers_timeout(&events->timers) : 0;
  long least = timeout >= 0 && timeout < wait ? timeout : wait;
  return least > INT_MAX ? INT_MAX : least > 0 ? (int)least : 0;
}

int gl_events_wait(gl_events *events, long wait) {
  gl_ready reported[GL_EVENTS_BATCH];
  if (gl_events_is_forked(events))
    return 0;
  events->rounds++;
  int count = gl_kernel_collect(events, reported, kernel_timeout(events, wait));
  int interrupted = count < 0 && errno == EINTR;
  gl_events_hold(events);
  for (int i = 0; i < count; i++)
    call_ready(events, &reported[i]);
  gl_timers_run_due(&events->timers);
  gl_events_release(events);
  return interrupted ? -1 : 0;
}
