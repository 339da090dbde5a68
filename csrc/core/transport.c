#include "core/transport_private.h"

#include "core/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- libcurl, once a process --------------------------------------------------------------- */

/* Never undone: other parts of the process may use libcurl too. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started;
static char version[96];

static void start_libcurl(void) {
  started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  snprintf(version, sizeof version, "libcurl/%s%s%s", info->version, info->ssl_version ? " " : "",
           info->ssl_version ? info->ssl_version : "");
}

const char *gl_transport_version(void) {
  pthread_once(&once, start_libcurl);
  return version;
}

/* --- pools --------------------------------------------------------------------------------- */

/* Copies an option that may be NULL; returns whether it is there now. */
static int copy_option(char **out, const char *value) {
  *out = value ? gl_mem_strndup(value, strlen(value)) : NULL;
  return *out || !value;
}

static int pool_setup(gl_pool *pool, const gl_pool_options *options) {
  pool->process = getpid();
  pool->references = 1;
  pool->insecure = options->insecure;
  pool->multi = curl_multi_init();
  if (!pool->multi || !copy_option(&pool->ca_bundle, options->ca_bundle) ||
      !copy_option(&pool->proxy, options->proxy) ||
      !copy_option(&pool->no_proxy, options->no_proxy))
    return GL_MEMORY;
  curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, 256L);
#if LIBCURL_VERSION_NUM >= 0x081400
  curl_multi_setopt(pool->multi, CURLMOPT_QUICK_EXIT, 1L);
#endif
  return 0;
}

gl_pool *gl_pool_new(const gl_pool_options *options, gl_error *error) {
  static const gl_pool_options defaults = {0};
  pthread_once(&once, start_libcurl);
  if (started != CURLE_OK) {
    gl_error_set(error, GL_TRANSPORT, "SSLError", "libcurl cannot start: %s",
                 curl_easy_strerror(started));
    return NULL;
  }
  gl_pool *pool = gl_mem_zalloc(1, sizeof *pool);
  if (pool && pool_setup(pool, options ? options : &defaults) == 0)
    return pool;
  gl_pool_free(pool);
  gl_error_memory(error);
  return NULL;
}

int gl_pool_foreign(const gl_pool *pool) {
  return pool->process != getpid();
}

static void pool_release(gl_pool *pool) {
  if (--pool->references > 0)
    return;
  gl_mem_free(pool->ca_bundle);
  gl_mem_free(pool->no_proxy);
  if (pool->proxy)
    gl_mem_wipe_free(pool->proxy, strlen(pool->proxy));
  gl_mem_free(pool);
}

void gl_pool_end_all(gl_pool *pool, const char *why) {
  while (pool->running) {
    gl_transfer *transfer = pool->running;
    gl_transfer_given_up(transfer, why, &transfer->error);
    gl_transfer_end(transfer);
  }
}

void gl_pool_free(gl_pool *pool) {
  if (!pool)
    return;
  gl_pool_end_all(pool, "The client was closed.");
  if (pool->multi && !gl_pool_foreign(pool)) {
    gl_sigpipe held;
    gl_sigpipe_hold(&held);
    curl_multi_cleanup(pool->multi);
    gl_sigpipe_release(&held);
  }
  pool->multi = NULL;
  pool_release(pool);
}

/* --- transfers ----------------------------------------------------------------------------- */

static void link_transfer(gl_transfer *transfer) {
  gl_pool *pool = transfer->pool;
  transfer->next = pool->running;
  if (pool->running)
    pool->running->previous = transfer;
  pool->running = transfer;
}

static void unlink_transfer(gl_transfer *transfer) {
  if (transfer->next)
    transfer->next->previous = transfer->previous;
  if (transfer->previous)
    transfer->previous->next = transfer->next;
  else if (transfer->pool->running == transfer)
    transfer->pool->running = transfer->next;
  transfer->next = transfer->previous = NULL;
}

/* The list holds tokens and signatures. */
static void free_headers(struct curl_slist *list) {
  for (struct curl_slist *item = list; item; item = item->next)
    gl_mem_wipe(item->data, strlen(item->data));
  curl_slist_free_all(list);
}

void gl_transfer_end(gl_transfer *transfer) {
  unlink_transfer(transfer);
  if (transfer->easy && !gl_pool_foreign(transfer->pool)) {
    gl_sigpipe held;
    gl_sigpipe_hold(&held);
    curl_multi_remove_handle(transfer->pool->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    gl_sigpipe_release(&held);
  }
  transfer->easy = NULL;
  free_headers(transfer->headers);
  transfer->headers = NULL;
  transfer->done = 1;
}

/* Makes the handle and hands it to libcurl; fills `transfer->error` on failure. */
static int transfer_start(gl_transfer *transfer, const gl_request *request) {
  if (gl_request_url(request, &transfer->url, &transfer->error))
    return transfer->error.kind;
  transfer->easy = curl_easy_init();
  if (!transfer->easy)
    return gl_error_memory(&transfer->error);
  CURLcode code = gl_transfer_setup(transfer, request);
  if (code == CURLE_OK && curl_multi_add_handle(transfer->pool->multi, transfer->easy) != CURLM_OK)
    code = CURLE_OUT_OF_MEMORY;
  if (code == CURLE_OK)
    return 0;
  gl_transfer_judge(transfer, code);
  return transfer->error.kind;
}

static int pool_usable(const gl_pool *pool, gl_error *error) {
  if (!gl_pool_foreign(pool))
    return 1;
  gl_error_set(error, GL_TRANSPORT, "ConnectionClosedError",
               "The connections belong to the process that this one was forked from");
  return 0;
}

gl_transfer *gl_transfer_new(gl_pool *pool, const gl_request *request, const gl_timeouts *timeouts,
                             gl_error *error) {
  if (!pool_usable(pool, error))
    return NULL;
  gl_transfer *transfer = gl_mem_zalloc(1, sizeof *transfer);
  if (!transfer) {
    gl_error_memory(error);
    return NULL;
  }
  pool->references++;
  transfer->pool = pool;
  transfer->timeouts = *timeouts;
  transfer->body_length = request->streamed ? request->body_length : 0;
  transfer->idle_since = -1;
  transfer->seen = pool->moves;
  if (transfer_start(transfer, request) == 0) {
    link_transfer(transfer);
    return transfer;
  }
  *error = transfer->error;
  gl_transfer_free(transfer);
  return NULL;
}

int gl_transfer_poll(gl_transfer *transfer, long wait) {
  gl_pool *pool = transfer->pool;
  if (transfer->done)
    return 1;
  if (!pool_usable(pool, &transfer->error)) {
    gl_transfer_end(transfer);
    return 1;
  }
  /* Many transfers polled in turn move the pool once a round, not once each. */
  if (wait > 0 || transfer->seen == pool->moves)
    gl_pool_move(pool);
  if (wait > 0 && !gl_transfer_has_news(transfer)) {
    gl_pool_wait(pool, wait);
    if (!transfer->done)
      gl_pool_move(pool);
  }
  transfer->seen = pool->moves;
  return transfer->done;
}

int gl_transfer_finish(gl_transfer *transfer, gl_response *out, gl_error *error) {
  if (!transfer->done)
    gl_transfer_given_up(transfer, "It was given up.", error);
  else
    *error = transfer->error;
  if (error->kind != GL_OK)
    return error->kind;
  *out = transfer->response;
  transfer->response = (gl_response){0};
  gl_transfer_given_up(transfer, "It was taken already.", &transfer->error);
  return 0;
}

void gl_transfer_free(gl_transfer *transfer) {
  if (!transfer)
    return;
  gl_transfer_end(transfer);
  gl_response_clear(&transfer->response);
  gl_buf_clear(&transfer->feed);
  gl_buf_clear(&transfer->url);
  pool_release(transfer->pool);
  gl_mem_free(transfer);
}
