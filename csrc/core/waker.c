#include "core/waker.h"

#include "core/error.h"
#include "core/mem.h"
#include "core/process.h"
#include "core/transport/timers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Milliseconds.  If the thread has sent no byte for this time, it sends one. */
enum { IDLE = 1000 };

/* A closed connection must not raise SIGPIPE.  macOS has no such flag: see SO_NOSIGPIPE below. */
#ifdef MSG_NOSIGNAL
enum { NO_SIGNAL = MSG_NOSIGNAL };
#else
enum { NO_SIGNAL = 0 };
#endif

/* Indexes of the thread's array: the connection that numbers arrive on, the connection to the loop,
 * and the first watched descriptor. */
enum { CONTROL, CONNECTION, WATCHED };

typedef struct watcher {
  struct pollfd *polls;
  nfds_t count, capacity;
  int64_t due; /* the time at which the thread sends a byte even if nothing is ready */
} watcher;

struct gl_waker {
  pid_t process;
  int listener, control; /* -1 when not open */
  int has_thread;
  pthread_t thread;
  watcher watcher; /* while the thread runs, only the thread uses it */
  char directory[sizeof((struct sockaddr_un *)NULL)->sun_path];
  char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
};

/* ---- the thread -------------------------------------------------------------------------- */

static int reserve(watcher *of) {
  if (of->count < of->capacity)
    return 0;
  nfds_t capacity = of->capacity ? 2 * of->capacity : 8;
  struct pollfd *larger = gl_mem_realloc(of->polls, capacity * sizeof *larger);
  if (!larger)
    return GL_MEMORY;
  of->polls = larger;
  of->capacity = capacity;
  return 0;
}

static int add(watcher *of, int fd, short events) {
  for (nfds_t i = WATCHED; i < of->count; i++)
    if (of->polls[i].fd == fd)
      return 0;
  if (reserve(of))
    return GL_MEMORY;
  of->polls[of->count++] = (struct pollfd){fd, events, 0};
  return 0;
}

/* Returns whether the thread continues. */
static int receive_numbers(watcher *of) {
  int numbers[32];
  ssize_t got = recv(of->polls[CONTROL].fd, numbers, sizeof numbers, 0);
  if (got < 0)
    return errno == EINTR;
  for (size_t i = 0; i < (size_t)got / sizeof *numbers; i++)
    if (add(of, numbers[i], POLLIN))
      return 0;
  return got > 0;
}

/* Removes the descriptors that are ready.  Returns whether there were any. */
static int remove_ready(watcher *of) {
  nfds_t before = of->count;
  for (nfds_t i = of->count; i-- > WATCHED;)
    if (of->polls[i].revents)
      of->polls[i] = of->polls[--of->count];
  return of->count < before;
}

/* Returns whether the connection is still open.  A full buffer is not a failure, because the loop
 * has bytes to read then. */
static int send_byte(watcher *of, char byte) {
  of->due = gl_timers_now() + IDLE;
  return send(of->polls[CONNECTION].fd, &byte, 1, MSG_DONTWAIT) == 1 || errno == EAGAIN ||
         errno == EWOULDBLOCK || errno == EINTR;
}

static int watch_once(watcher *of) {
  int64_t left = of->due - gl_timers_now();
  if (poll(of->polls, of->count, left > 0 ? (int)left : 0) < 0)
    return errno == EINTR;
  short control = of->polls[CONTROL].revents;
  if (of->polls[CONNECTION].revents)
    return 0;
  if (remove_ready(of) && !send_byte(of, GL_WAKER_READY))
    return 0;
  if (gl_timers_now() >= of->due && !send_byte(of, GL_WAKER_IDLE))
    return 0;
  return !control || receive_numbers(of);
}

/* At the end it shuts the control connection down, so that gl_waker_watch fails. */
static void *run(void *value) {
  watcher *of = value;
  of->due = gl_timers_now() + IDLE;
  while (watch_once(of)) {
  }
  shutdown(of->polls[CONTROL].fd, SHUT_RDWR);
  return NULL;
}

/* The thread blocks all signals, because the host program handles signals in its own threads. */
static int start_thread(gl_waker *waker) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  waker->has_thread = pthread_create(&waker->thread, NULL, run, &waker->watcher) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return waker->has_thread ? 0 : -1;
}

/* ---- the waker --------------------------------------------------------------------------- */

static int close_on_exec(int fd, int flags) {
  return fcntl(fd, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_SETFL, flags) ? -1 : 0;
}

/* Closes the listening socket, and removes its file and directory. */
static void stop_listening(gl_waker *waker) {
  if (waker->listener >= 0)
    close(waker->listener);
  waker->listener = -1;
  if (waker->path[0])
    (void)unlink(waker->path);
  if (waker->directory[0])
    (void)rmdir(waker->directory);
  waker->path[0] = waker->directory[0] = '\0';
}

/* Returns -1 if the path does not fit. */
static int join(char *out, size_t size, const char *directory, const char *name) {
  int length = snprintf(out, size, "%s/%s", directory, name);
  return length > 0 && (size_t)length < size ? 0 : -1;
}

static int make_directory(gl_waker *waker, const char *directory) {
  if (join(waker->directory, sizeof waker->directory, directory, "glacier.XXXXXX") == 0 &&
      mkdtemp(waker->directory))
    return 0;
  waker->directory[0] = '\0';
  return -1;
}

/* Creates the socket.  After a failure, stop_listening cleans up. */
static int listen_in(gl_waker *waker, const char *directory) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (make_directory(waker, directory) ||
      join(address.sun_path, sizeof address.sun_path, waker->directory, "socket"))
    return -1;
  waker->listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (waker->listener < 0 || close_on_exec(waker->listener, O_NONBLOCK) ||
      bind(waker->listener, (struct sockaddr *)&address, sizeof address))
    return -1;
  memcpy(waker->path, address.sun_path, sizeof waker->path);
  return listen(waker->listener, 1);
}

int gl_waker_new(gl_waker **out, const char *directory) {
  gl_waker *waker = *out = gl_mem_zalloc(1, sizeof *waker);
  if (!waker)
    return GL_MEMORY;
  waker->process = gl_process_id();
  waker->listener = waker->control = -1;
  if (listen_in(waker, directory) == 0)
    return 0;
  gl_waker_free(waker);
  *out = NULL;
  return 0;
}

const char *gl_waker_path(const gl_waker *waker) {
  return waker->path;
}

/* Adds a descriptor to the thread's array, which then owns it.  Closes it after a failure. */
static int give(watcher *of, int fd, short events) {
  if (fd < 0)
    return -1;
  int result = add(of, fd, events);
  if (result)
    close(fd);
  return result;
}

/* Opens the connection over which the thread receives numbers. */
static int open_control(gl_waker *waker) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
    return -1;
  waker->control = ends[1];
  int result = give(&waker->watcher, ends[0], POLLIN);
  if (result)
    return result;
#ifdef SO_NOSIGPIPE
  (void)setsockopt(ends[1], SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
#endif
  return close_on_exec(ends[0], 0) || close_on_exec(ends[1], O_NONBLOCK) ? -1 : 0;
}

/* Accepts the connection from the loop. */
static int accept_loop(gl_waker *waker) {
  int fd = accept(waker->listener, NULL, NULL);
  int result = give(&waker->watcher, fd, 0);
  if (result)
    return result;
  return close_on_exec(fd, 0);
}

int gl_waker_start(gl_waker *waker) {
  int result = open_control(waker);
  result = result ? result : accept_loop(waker);
  stop_listening(waker);
  return result ? result : start_thread(waker);
}

int gl_waker_watch(gl_waker *waker, int fd) {
  if (!waker->has_thread || waker->process != gl_process_id())
    return -1;
  return send(waker->control, &fd, sizeof fd, NO_SIGNAL) == (ssize_t)sizeof fd ? 0 : -1;
}

/* The end of the control connection ends the thread, even if the connection's buffer is full. */
static void end_thread(gl_waker *waker) {
  if (!waker->has_thread)
    return;
  (void)shutdown(waker->control, SHUT_RDWR);
  pthread_join(waker->thread, NULL);
}

static void close_all(gl_waker *waker) {
  if (waker->listener >= 0)
    close(waker->listener);
  if (waker->control >= 0)
    close(waker->control);
  for (nfds_t i = 0; i < waker->watcher.count && i < WATCHED; i++)
    close(waker->watcher.polls[i].fd);
}

void gl_waker_free(gl_waker *waker) {
  if (!waker)
    return;
  if (waker->process == gl_process_id()) {
    end_thread(waker);
    stop_listening(waker);
  }
  close_all(waker);
  gl_mem_free(waker->watcher.polls);
  gl_mem_free(waker);
}
