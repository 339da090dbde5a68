#include "core/transport/pool.h"

#include "core/mem.h"
#include "core/transport/drive.h"
#include "core/transport/libcurl.h"

#include <string.h>

/* Copies an option that may be NULL.  Returns 0 if memory runs out. */
static int copy_option(char **out, const char *value) {
  *out = value ? gl_mem_strndup(value, strlen(value)) : NULL;
  return *out || !value;
}

static int set_up(gl_pool *pool, const gl_pool_options *options) {
  pool->insecure = options->insecure;
  pool->direct = options->proxy && !*options->proxy;
  pool->multi = curl_multi_init();
  if (!pool->multi || !copy_option(&pool->ca_bundle, options->ca_bundle) ||
      !copy_option(&pool->proxy, options->proxy) ||
      !copy_option(&pool->no_proxy, options->no_proxy) || gl_drive_connect(pool))
    return GL_MEMORY;
  curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, 256L);
#if LIBCURL_VERSION_NUM >= 0x081400
  curl_multi_setopt(pool->multi, CURLMOPT_QUICK_EXIT, 1L);
#endif
  return 0;
}

gl_pool *gl_pool_new(const gl_pool_options *options, gl_events *events, gl_error *error) {
  CURLcode started = gl_libcurl_start();
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
  gl_timers_cancel(gl_events_timers(pool->events), &pool->timer);
  gl_events_release(pool->events);
  gl_mem_free(pool->ca_bundle);
  gl_mem_free(pool->no_proxy);
  if (pool->proxy)
    gl_mem_wipe_free(pool->proxy, strlen(pool->proxy));
  gl_mem_free(pool);
}

void gl_pool_free(gl_pool *pool) {
  gl_sigpipe held;
  if (!pool)
    return;
  gl_handle_end_all(pool, CURLE_ABORTED_BY_CALLBACK, "The client was closed.");
  if (pool->multi && !gl_pool_is_forked(pool)) {
    gl_handle_hold_sigpipe(pool, &held);
    gl_handle_free_spare(pool);
    curl_multi_cleanup(pool->multi);
    gl_sigpipe_release(&held);
  }
  pool->multi = NULL;
  gl_timers_cancel(gl_events_timers(pool->events), &pool->timer);
  gl_pool_release(pool);
}
