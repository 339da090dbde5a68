#include "core/transport/pool_private.h"

#include "core/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- initialization, once per process ---------------------------------------------------- */

/* There is no cleanup, because other parts of the process may use libcurl too. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started;
static const curl_version_info_data *libcurl; /* static in libcurl; cached: the call is slow */
static char version[96];

static void start_libcurl(void) {
  started = curl_global_init(CURL_GLOBAL_DEFAULT);
  libcurl = curl_version_info(CURLVERSION_NOW);
  const char *ssl = libcurl->ssl_version;
  snprintf(version, sizeof version, "libcurl/%s%s%s", libcurl->version, ssl ? " " : "",
           ssl ? ssl : "");
}

const curl_version_info_data *gl_pool_libcurl(void) {
  pthread_once(&once, start_libcurl);
  return libcurl;
}

const char *gl_transport_version(void) {
  pthread_once(&once, start_libcurl);
  return version;
}

/* ---- handles ----------------------------------------------------------------------------- */

static void free_handle(gl_handle *handle) {
  curl_easy_cleanup(handle->easy);
  gl_buf_clear(&handle->lines);
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

gl_handle *gl_pool_take_handle(gl_pool *pool) {
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

CURLcode gl_pool_start(gl_handle *handle, void *owner, gl_pool_end *end) {
  handle->owner = owner;
  handle->end = end;
  handle->active = gl_events_now();
  if (curl_multi_add_handle(handle->pool->multi, handle->easy) != CURLM_OK)
    return CURLE_OUT_OF_MEMORY;
  link_handle(handle);
  return CURLE_OK;
}

/* Removes all data of the request, because header fields contain tokens and signatures. */
static void wipe_handle(gl_handle *handle) {
  CURL *easy = handle->easy;
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
  curl_easy_setopt(easy, CURLOPT_URL, NULL);
  curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, NULL);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  gl_mem_wipe(handle->lines.data, handle->lines.length);
  gl_buf_reset(&handle->lines);
  handle->detail[0] = '\0';
}

void gl_pool_return_handle(gl_handle *handle) {
  gl_pool *pool = handle->pool;
  gl_sigpipe held;
  unlink_handle(handle);
  handle->owner = NULL;
  if (gl_pool_is_forked(pool))
    return;
  gl_pool_hold_sigpipe(pool, &held);
  curl_multi_remove_handle(pool->multi, handle->easy);
  gl_sigpipe_release(&held);
  if (pool->spare_count >= GL_POOL_SPARE_MAX) {
    free_handle(handle);
    return;
  }
  wipe_handle(handle);
  handle->next = pool->spare;
  pool->spare = handle;
  pool->spare_count++;
}

static void free_spare_handles(gl_pool *pool) {
  gl_handle *handle;
  while (pool->spare && (handle = gl_pool_take_handle(pool)))
    free_handle(handle);
}

/* ---- lifecycle --------------------------------------------------------------------------- */

/* Copies an option that may be NULL.  Returns 0 if memory runs out. */
static int copy_option(char **out, const char *value) {
  *out = value ? gl_mem_strndup(value, strlen(value)) : NULL;
  return *out || !value;
}

static int set_up(gl_pool *pool, const gl_pool_options *options) {
  pool->insecure = options->insecure;
  pool->multi = curl_multi_init();
  if (!pool->multi || !copy_option(&pool->ca_bundle, options->ca_bundle) ||
      !copy_option(&pool->proxy, options->proxy) ||
      !copy_option(&pool->no_proxy, options->no_proxy) || gl_pool_connect_events(pool))
    return GL_MEMORY;
  curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, 256L);
#if LIBCURL_VERSION_NUM >= 0x081400
  curl_multi_setopt(pool->multi, CURLMOPT_QUICK_EXIT, 1L);
#endif
  return 0;
}

gl_pool *gl_pool_new(const gl_pool_options *options, gl_events *events, gl_error *error) {
  pthread_once(&once, start_libcurl);
  if (started != CURLE_OK) {
    gl_error_set(error, GL_TRANSPORT, "SSLError", "Cannot initialize libcurl: %s",
                 curl_easy_strerror(started));
    return NULL;
  }
  gl_pool *pool = gl_mem_zalloc(1, sizeof *pool);
  if (!pool) {
    gl_error_memory(error);
    return NULL;
  }
  pool->references = 1;
  pool->events = gl_events_hold(events);
  pool->internal.pool = pool;
  if (set_up(pool, options) == 0)
    return pool;
  gl_error_memory(error);
  curl_multi_cleanup(pool->multi);
  gl_pool_release(pool);
  return NULL;
}

int gl_pool_is_forked(const gl_pool *pool) {
  return gl_events_is_forked(pool->events);
}

gl_pool *gl_pool_hold(gl_pool *pool) {
  pool->references++;
  return pool;
}

void gl_pool_release(gl_pool *pool) {
  if (--pool->references > 0)
    return;
  gl_events_cancel_timer(pool->events, &pool->timer);
  gl_events_release(pool->events);
  gl_mem_free(pool->ca_bundle);
  gl_mem_free(pool->no_proxy);
  if (pool->proxy)
    gl_mem_wipe_free(pool->proxy, strlen(pool->proxy));
  gl_mem_free(pool);
}

void gl_pool_end_all(gl_pool *pool, CURLcode result, const char *why) {
  while (pool->running)
    pool->running->end(pool->running->owner, result, why);
}

void gl_pool_free(gl_pool *pool) {
  gl_sigpipe held;
  if (!pool)
    return;
  gl_pool_end_all(pool, CURLE_ABORTED_BY_CALLBACK, "The client was closed.");
  if (pool->multi && !gl_pool_is_forked(pool)) {
    gl_pool_hold_sigpipe(pool, &held);
    free_spare_handles(pool);
    curl_multi_cleanup(pool->multi);
    gl_sigpipe_release(&held);
  }
  pool->multi = NULL;
  gl_events_cancel_timer(pool->events, &pool->timer);
  gl_pool_release(pool);
}
