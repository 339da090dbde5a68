#include "core/background.h"

#include "core/mem.h"
#include "core/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

struct gl_background {
  gl_background_work work;
  pid_t process;
  int count; /* the number of created threads */
  pthread_t ids[GL_BACKGROUND_THREADS];
  int pipe[2]; /* a byte arrives when the work is finished */
  gl_events *events;
  gl_news news;        /* listed when gl_events_wait has seen the end of the work */
  atomic_int running;  /* calls of `work.run` that have not returned */
  atomic_int finished; /* the results of the work may be read */
};

static void finish(gl_background *background) {
  if (background->work.finish)
    background->work.finish(background->work.context);
  atomic_store(&background->finished, 1);
  while (write(background->pipe[1], "", 1) < 0 && errno == EINTR) {
  }
}

static void *run(void *value) {
  gl_background *background = value;
  background->work.run(background->work.context);
  if (atomic_fetch_sub(&background->running, 1) == 1)
    finish(background);
  return NULL;
}

/* Frees the memory.  No thread may use it any more. */
static void release(gl_background *background) {
  if (background->events)
    gl_events_remove(background->events, background->pipe[0]);
  gl_events_leave(&background->news);
  gl_events_release(background->events);
  for (int i = 0; i < 2; i++)
    if (background->pipe[i] >= 0)
      close(background->pipe[i]);
  gl_mem_free(background);
}

/* Adds the news, and stops watching the pipe.  The byte in the pipe is never read, so it would end
 * every later wait at once. */
static void end_seen(void *context, int fd, int ready) {
  (void)ready;
  gl_background *background = context;
  gl_events_add_news(background->events, &background->news);
  gl_events_remove(background->events, fd);
}

/* Returns -1 if the system has no descriptor left. */
static int open_pipe(gl_background *background) {
  if (pipe(background->pipe) != 0) {
    background->pipe[0] = background->pipe[1] = -1;
    return -1;
  }
  for (int i = 0; i < 2; i++)
    if (fcntl(background->pipe[i], F_SETFD, FD_CLOEXEC) != 0)
      return -1;
  return 0;
}

/* Registers the pipe with the event set.  Returns -1 without memory or at a limit of the system. */
static int watch(gl_background *background, gl_events *events) {
  gl_events_remove(events, background->pipe[0]); /* the set may remember a closed descriptor */
  if (gl_events_set(events, background->pipe[0], GL_EVENTS_READ, end_seen, background) != 0)
    return -1;
  background->events = gl_events_hold(events);
  gl_events_enter(events, &background->news);
  return 0;
}

/* Creates up to `count` threads.  If the system refuses some, the others do all of the work.  The
 * threads block all signals, because the host program handles signals in its own threads. */
static void create(gl_background *background, int count) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  atomic_store(&background->running, count);
  while (background->count < count &&
         pthread_create(&background->ids[background->count], NULL, run, background) == 0)
    background->count++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  int missing = count - background->count;
  if (missing > 0 && atomic_fetch_sub(&background->running, missing) == missing &&
      background->count > 0)
    finish(background); /* all created threads had already ended */
}

int gl_background_start(gl_background **out, int count, const gl_background_work *work,
                        gl_events *events, gl_error *error) {
  *out = NULL;
  gl_background *background = gl_mem_zalloc(1, sizeof *background);
  if (!background)
    return gl_error_memory(error);
  background->work = *work;
  background->process = gl_process_id();
  background->pipe[0] = background->pipe[1] = -1;
  if (open_pipe(background) == 0 && (!events || watch(background, events) == 0))
    create(background, count < GL_BACKGROUND_THREADS ? count : GL_BACKGROUND_THREADS);
  if (background->count > 0)
    *out = background;
  else
    release(background);
  return 0;
}

int gl_background_finished(const gl_background *background, long wait) {
  struct pollfd end = {background->pipe[0], POLLIN, 0};
  if (wait > 0 && !atomic_load(&background->finished))
    (void)poll(&end, 1, wait < INT_MAX ? (int)wait : INT_MAX);
  return atomic_load(&background->finished);
}

int gl_background_is_forked(const gl_background *background) {
  return background->process != gl_process_id();
}

void gl_background_free(gl_background *background) {
  if (!background)
    return;
  if (!gl_background_is_forked(background))
    for (int i = 0; i < background->count; i++)
      pthread_join(background->ids[i], NULL);
  release(background);
}
