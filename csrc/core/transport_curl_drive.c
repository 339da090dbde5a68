/* Moving the transfers of a pool: libcurl's work, its results, and the read timeouts. */
#include "core/transport_private.h"

#include <limits.h>
#include <time.h>

/* --- SIGPIPE ------------------------------------------------------------------------------- */

void gl_sigpipe_hold(gl_sigpipe *held) {
  held->active = 0;
#ifndef __APPLE__ /* where libcurl asks every socket not to raise it */
  sigset_t pending, pipe;
  sigpending(&pending);
  if (sigismember(&pending, SIGPIPE))
    return; /* blocked already; another one changes nothing, and this one is the host's */
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  held->active = pthread_sigmask(SIG_BLOCK, &pipe, &held->before) == 0;
#endif
}

void gl_sigpipe_release(const gl_sigpipe *held) {
  if (!held->active)
    return;
#ifndef __APPLE__
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  const struct timespec now = {0, 0};
  sigtimedwait(&pipe, NULL, &now);
#endif
  pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}

/* --- read timeouts ------------------------------------------------------------------------- */

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The milliseconds until the read timeout runs out, 0 if it has, INT_MAX while there is none. */
static long time_left(gl_transfer *transfer, int64_t now) {
  if (transfer->timeouts.read <= 0)
    return INT_MAX;
  curl_off_t up = 0, uploaded = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &up);
  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
  int connected = up > transfer->up_threshold;
  if (transfer->idle_since < 0 || transfer->moved || transfer->paused ||
      uploaded != transfer->uploaded)
    transfer->idle_since = now;
  transfer->moved = 0;
  transfer->uploaded = uploaded;
  if (!connected) {
    transfer->idle_since = -1;
    return INT_MAX;
  }
  int64_t left = transfer->timeouts.read - (now - transfer->idle_since);
  return left > INT_MAX ? INT_MAX : left > 0 ? (long)left : 0;
}

static void end_idle(gl_pool *pool) {
  int64_t now = milliseconds();
  for (gl_transfer *transfer = pool->running, *next; transfer; transfer = next) {
    next = transfer->next;
    if (time_left(transfer, now) > 0)
      continue;
    gl_transfer_timed_out(transfer);
    gl_transfer_end(transfer);
  }
}

/* --- libcurl ------------------------------------------------------------------------------- */

static void end_finished(gl_pool *pool) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(pool->multi, &left))) {
    gl_transfer *transfer = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
    gl_transfer_judge(transfer, message->data.result);
    gl_transfer_end(transfer);
  }
}

void gl_pool_move(gl_pool *pool) {
  int running;
  gl_sigpipe held;
  gl_sigpipe_hold(&held);
  CURLMcode code = curl_multi_perform(pool->multi, &running);
  gl_sigpipe_release(&held);
  pool->moves++;
  end_finished(pool);
  end_idle(pool);
  /* Rare enough (memory, file descriptors) not to be told apart; going on would be for ever. */
  if (code > CURLM_OK)
    gl_pool_end_all(pool, curl_multi_strerror(code));
}

void gl_pool_wait(gl_pool *pool, long wait) {
  if (gl_pool_foreign(pool))
    return;
  int64_t now = milliseconds();
  if (wait > INT_MAX)
    wait = INT_MAX;
  for (gl_transfer *transfer = pool->running; transfer; transfer = transfer->next) {
    long left = time_left(transfer, now);
    if (left < wait)
      wait = left;
  }
  CURLMcode code = curl_multi_poll(pool->multi, NULL, 0, (int)wait, NULL);
  if (code > CURLM_OK)
    gl_pool_end_all(pool, curl_multi_strerror(code));
}
