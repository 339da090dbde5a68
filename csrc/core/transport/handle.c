#include "core/transport/handle.h"

#include "core/mem.h"

void gl_handle_hold_sigpipe(const gl_pool *pool, gl_sigpipe *held) {
  held->active = 0;
  if (pool->guards_sigpipe)
    gl_sigpipe_hold(held);
}

static void free_handle(gl_handle *handle) {
  curl_easy_cleanup(handle->easy);
  curl_url_cleanup(handle->parsed);
  gl_buf_clear(&handle->url);
  gl_buf_clear(&handle->origin);
  gl_mem_free(handle->fields);
  gl_mem_free(handle);
}

static gl_handle *new_handle(gl_pool *pool) {
  gl_handle *handle = gl_mem_zalloc(1, sizeof *handle);
  if (!handle)
    return NULL;
  handle->pool = pool;
  handle->easy = curl_easy_init();
  if (handle->easy)
    return handle;
  gl_mem_free(handle);
  return NULL;
}

gl_handle *gl_handle_take(gl_pool *pool) {
  gl_handle *handle = pool->spare;
  if (!handle)
    return new_handle(pool);
  pool->spare = handle->next;
  pool->spare_count--;
  handle->next = NULL;
  return handle;
}

static void link_handle(gl_handle *handle) {
  gl_pool *pool = handle->pool;
  handle->next = pool->running;
  if (pool->running)
    pool->running->previous = handle;
  pool->running = handle;
}

static void unlink_handle(gl_handle *handle) {
  if (handle->next)
    handle->next->previous = handle->previous;
  if (handle->previous)
    handle->previous->next = handle->next;
  else if (handle->pool->running == handle)
    handle->pool->running = handle->next;
  handle->next = handle->previous = NULL;
}

CURLcode gl_handle_start(gl_handle *handle, void *owner, gl_handle_end *end) {
  handle->owner = owner;
  handle->end = end;
  handle->active = gl_timers_now();
  if (curl_multi_add_handle(handle->pool->multi, handle->easy) != CURLM_OK)
    return CURLE_OUT_OF_MEMORY;
  link_handle(handle);
  return CURLE_OK;
}

static void wipe_buf(gl_buf *buf) {
  gl_mem_wipe(buf->data, buf->length);
  gl_buf_reset(buf);
}

/* Removes the data of the request, because libcurl must not use it any more.  The origin stays. */
static void wipe_handle(gl_handle *handle) {
  CURL *easy = handle->easy;
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
  if (handle->origin.length == 0)
    curl_easy_setopt(easy, CURLOPT_URL, NULL);
  curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, NULL);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  wipe_buf(&handle->url);
  handle->detail[0] = '\0';
}

void gl_handle_return(gl_handle *handle) {
  gl_pool *pool = handle->pool;
  gl_sigpipe held;
  unlink_handle(handle);
  handle->owner = NULL;
  if (gl_events_is_forked(pool->events))
    return;
  gl_handle_hold_sigpipe(pool, &held);
  curl_multi_remove_handle(pool->multi, handle->easy);
  gl_sigpipe_release(&held);
  if (pool->spare_count >= GL_HANDLE_SPARE_MAX) {
    free_handle(handle);
    return;
  }
  wipe_handle(handle);
  handle->next = pool->spare;
  pool->spare = handle;
  pool->spare_count++;
}

void gl_handle_free_spare(gl_pool *pool) {
  gl_handle *handle;
  while (pool->spare && (handle = gl_handle_take(pool)))
    free_handle(handle);
}

void gl_handle_end_all(gl_pool *pool, CURLcode result, const char *why) {
  while (pool->running)
    pool->running->end(pool->running->owner, result, why);
}
