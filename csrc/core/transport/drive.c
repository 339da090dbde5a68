/* Connects libcurl with the event set.  libcurl tells the event set which sockets to watch and when
 * its timer is due.  The event set calls libcurl when a socket is ready or the timer is due. */
#include "core/transport/drive.h"

#include <unistd.h>

static void end_finished(gl_pool *pool) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(pool->multi, &left))) {
    gl_handle *handle = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&handle);
    handle->end(handle->owner, message->data.result, NULL);
  }
}

static void perform(gl_pool *pool, curl_socket_t fd, int ready) {
  int running;
  gl_sigpipe held;
  gl_handle_hold_sigpipe(pool, &held);
  CURLMcode code = curl_multi_socket_action(pool->multi, fd, ready, &running);
  gl_sigpipe_release(&held);
  end_finished(pool);
  /* Memory or descriptors ran out.  End all transfers, or callers would poll forever. */
  if (code > CURLM_OK)
    gl_handle_end_all(pool, pool->out_of_memory ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT,
                      curl_multi_strerror(code));
  pool->out_of_memory = 0;
}

/* Cannot fail: gl_drive_connect has reserved the timer's memory. */
static void set_timer(gl_pool *pool, int64_t due) {
  pool->is_due = 0;
  (void)gl_timers_set(gl_events_timers(pool->events), &pool->timer, due);
}

void gl_drive_begin(gl_pool *pool) {
  if (!pool->is_due)
    return;
  set_timer(pool, GL_TIMERS_NEVER);
  perform(pool, CURL_SOCKET_TIMEOUT, 0);
}

static void on_due(void *context) {
  gl_pool *pool = context;
  set_timer(pool, GL_TIMERS_NEVER);
  perform(pool, CURL_SOCKET_TIMEOUT, 0);
}

static void on_ready(void *context, int fd, int ready) {
  gl_handle *handle = context;
  int bits = (ready & GL_EVENTS_READ ? CURL_CSELECT_IN : 0) |
             (ready & GL_EVENTS_WRITE ? CURL_CSELECT_OUT : 0);
  handle->active = gl_timers_now();
  perform(handle->pool, fd, bits);
}

/* libcurl calls this function to change what a socket is watched for. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *unused) {
  gl_pool *pool = context;
  gl_handle *handle = NULL;
  (void)unused;
  int interest = what == CURL_POLL_IN      ? GL_EVENTS_READ
                 : what == CURL_POLL_OUT   ? GL_EVENTS_WRITE
                 : what == CURL_POLL_INOUT ? GL_EVENTS_READ | GL_EVENTS_WRITE
                                           : 0;
  if (interest) /* libcurl's internal transfers have no gl_handle */
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&handle);
  if (gl_events_set(pool->events, fd, interest, on_ready, handle ? handle : &pool->internal) == 0)
    return 0;
  pool->out_of_memory = 1;
  return -1;
}

/* libcurl calls this function to set its timer to `wait` milliseconds from now; -1 stops the timer.
 * One millisecond is added because libcurl counts microseconds: a callback in the same millisecond
 * might be too early. */
static int on_timer(CURLM *multi, long wait, void *context) {
  gl_pool *pool = context;
  (void)multi;
  set_timer(pool, wait < 0 ? GL_TIMERS_NEVER : gl_timers_now() + wait + (wait > 0));
  pool->is_due = wait == 0;
  return 0;
}

int gl_drive_on_close(void *context, curl_socket_t fd) {
  gl_pool *pool = context;
  gl_events_remove(pool->events, fd);
  return close(fd);
}

int gl_drive_connect(gl_pool *pool) {
  CURLM *multi = pool->multi;
  pool->timer.on_due = on_due;
  pool->timer.context = pool;
  if (curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) ||
      curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, pool) ||
      curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer) ||
      curl_multi_setopt(multi, CURLMOPT_TIMERDATA, pool))
    return -1;
  return gl_timers_set(gl_events_timers(pool->events), &pool->timer, GL_TIMERS_NEVER);
}
