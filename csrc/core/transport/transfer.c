#include "core/transport/transfer_private.h"

#include "core/mem.h"
#include "core/transport/drive.h"

#include <string.h>

/* ---- ending ------------------------------------------------------------------------------ */

/* Ends the transfer.  `error` is why it failed, or NULL. */
static void end(gl_transfer *transfer, const gl_error *error) {
  gl_timers_cancel(gl_events_timers(transfer->pool->events), &transfer->read_timer);
  if (transfer->handle)
    gl_handle_return(transfer->handle);
  transfer->handle = NULL;
  if (!transfer->done)
    gl_events_add_news(transfer->pool->events, &transfer->news);
  transfer->done = 1;
  transfer->failed = error != NULL;
  if (error)
    gl_transfer_keep_error(transfer, error);
}

/* The pool's callback at the end of a transfer; see gl_handle_end. */
static void end_by_pool(void *context, CURLcode result, const char *why) {
  gl_transfer *transfer = context;
  gl_error error;
  if (!why)
    gl_transfer_result(transfer, result, &error);
  else if (result == CURLE_OUT_OF_MEMORY)
    gl_error_memory(&error);
  else {
    gl_transfer_set_closed(transfer, why, &error);
    error.retryable = result != CURLE_ABORTED_BY_CALLBACK;
  }
  end(transfer, error.kind ? &error : NULL);
}

/* ---- the read timeout -------------------------------------------------------------------- */

static int is_connected(const gl_transfer *transfer) {
  curl_off_t up = 0;
  curl_easy_getinfo(transfer->handle->easy, CURLINFO_PRETRANSFER_TIME_T, &up);
  return up > transfer->up_threshold;
}

/* The timer is not moved for each byte.  When it is due, this function checks for activity since
 * the timer was set, and sets it again if there was any. */
static void on_read_timeout(void *context) {
  gl_error error;
  gl_transfer *transfer = context;
  gl_handle *handle = transfer->handle;
  int64_t now = gl_timers_now();
  if (transfer->paused || !is_connected(transfer))
    handle->active = now;
  int64_t due = handle->active + transfer->timeouts.read;
  if (due > now &&
      gl_timers_set(gl_events_timers(transfer->pool->events), &transfer->read_timer, due) == 0)
    return;
  gl_transfer_set_timed_out(transfer, &error);
  end(transfer, &error);
}

static int start_read_timer(gl_transfer *transfer) {
  long wait = transfer->timeouts.read;
  transfer->read_timer.on_due = on_read_timeout;
  transfer->read_timer.context = transfer;
  return wait > 0 ? gl_timers_set(gl_events_timers(transfer->pool->events), &transfer->read_timer,
                                  gl_timers_now() + wait)
                  : 0;
}

/* ---- starting ---------------------------------------------------------------------------- */

/* Takes a handle from the pool and starts it.  Returns 0, or the kind and fills `error`. */
static int start(gl_transfer *transfer, const gl_request *request, gl_error *error) {
  gl_handle *handle = transfer->handle = gl_handle_take(transfer->pool);
  if (!handle || start_read_timer(transfer))
    return gl_error_memory(error);
  if (gl_request_url(request, &handle->url, error))
    return error->kind;
  CURLcode code = gl_transfer_set_options(transfer, request);
  if (code == CURLE_OK)
    code = gl_handle_start(handle, transfer, end_by_pool);
  return code == CURLE_OK ? 0 : gl_transfer_result(transfer, code, error);
}

static int is_usable(const gl_pool *pool, gl_error *error) {
  if (!gl_pool_is_forked(pool))
    return 1;
  gl_error_set(
      error, GL_TRANSPORT, "ConnectionClosedError",
      "The connection pool was created before a fork and cannot be used in the child process");
  return 0;
}

gl_transfer *gl_transfer_new(gl_pool *pool, const gl_request *request, const gl_timeouts *timeouts,
                             gl_error *error) {
  if (!is_usable(pool, error))
    return NULL;
  gl_transfer *transfer = gl_mem_zalloc(1, sizeof *transfer);
  if (!transfer) {
    gl_error_memory(error);
    return NULL;
  }
  transfer->pool = gl_pool_hold(pool);
  gl_events_enter(pool->events, &transfer->news);
  transfer->timeouts = *timeouts;
  transfer->body_length = request->streamed ? request->body_length : 0;
  transfer->may_have_body = strcmp(gl_buf_string(&request->method), "HEAD") != 0;
  transfer->round = gl_events_rounds(pool->events) - 1;
  if (start(transfer, request, error) == 0)
    return transfer;
  gl_transfer_free(transfer);
  return NULL;
}

/* ---- polling ----------------------------------------------------------------------------- */

unsigned long gl_transfer_number(const gl_transfer *transfer) {
  return transfer->news.number;
}

int gl_transfer_has_news(const gl_transfer *transfer) {
  return gl_events_has_news(transfer->pool->events);
}

int gl_transfer_needs_caller(const gl_transfer *transfer) {
  return transfer->done || (transfer->paused & CURLPAUSE_SEND) || transfer->has_sent ||
         (transfer->streams && (transfer->response.body.length > 0 || !transfer->head_returned) &&
          gl_transfer_receives_chunks(transfer));
}

/* Waits until the transfer needs its caller or `wait` milliseconds have passed. */
static void wait_for(gl_transfer *transfer, long wait) {
  gl_events *events = transfer->pool->events;
  int64_t until = gl_timers_now() + wait;
  for (int64_t left = wait; left > 0 && !gl_transfer_needs_caller(transfer);
       left = until - gl_timers_now())
    if (gl_events_wait(events, (long)left))
      return;
}

int gl_transfer_poll(gl_transfer *transfer, long wait) {
  gl_error error;
  gl_pool *pool = transfer->pool;
  if (transfer->done)
    return 1;
  if (!is_usable(pool, &error)) {
    end(transfer, &error);
    return 1;
  }
  gl_drive_begin(pool);
  if (wait > 0)
    wait_for(transfer, wait);
  else if (transfer->round == gl_events_rounds(pool->events) && !gl_transfer_needs_caller(transfer))
    gl_events_wait(pool->events, 0);
  transfer->round = gl_events_rounds(pool->events);
  return transfer->done;
}

int gl_transfer_finish(gl_transfer *transfer, gl_response *out, gl_error *error) {
  if (!transfer->done || transfer->returned)
    return gl_error_set(error, GL_TRANSPORT, "ConnectionClosedError", "%s",
                        transfer->done ? "The response was already returned."
                                       : "The transfer is not finished.");
  if (transfer->failed && !transfer->error)
    return gl_error_memory(error);
  if (transfer->failed) {
    *error = *transfer->error;
    return error->kind;
  }
  *out = transfer->response;
  transfer->response = (gl_response){0};
  transfer->returned = 1;
  return 0;
}

void gl_transfer_free(gl_transfer *transfer) {
  if (!transfer)
    return;
  if (!transfer->done)
    end(transfer, NULL);
  gl_events_leave(&transfer->news);
  gl_response_clear(&transfer->response);
  gl_buf_clear(&transfer->feed);
  gl_mem_free(transfer->error);
  gl_pool_release(transfer->pool);
  gl_mem_free(transfer);
}
