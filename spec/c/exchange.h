/* One request through the transport, from start to finish, for the transport's tests. */
#ifndef GL_SPEC_EXCHANGE_H
#define GL_SPEC_EXCHANGE_H

#include "core/transport/transfer.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

typedef struct exchange {
  gl_request request;
  gl_timeouts timeouts;
  gl_response response;
  gl_error error;
} exchange;

/* A NULL `body` means a request without a body. */
static inline void exchange_init(exchange *one, const char *method, const char *origin,
                                 const char *target, const char *body) {
  char url[512];
  *one = (exchange){.timeouts = {.connect = 300000, .read = 60000}};
  snprintf(url, sizeof url, "%s%s", origin, target);
  assert_int_equal(gl_request_set_url(&one->request, method, url, strlen(url), &one->error), 0);
  one->request.has_body = body != NULL;
  if (body)
    assert_int_equal(gl_buf_append_string(&one->request.body, body), 0);
}

static inline void exchange_header(exchange *one, const char *name, const char *value) {
  assert_int_equal(gl_request_set_header(&one->request, name, value, strlen(value), &one->error),
                   0);
}

/* Waits for the transfer and frees it.  Returns 0 and fills the response, or returns the kind and
 * fills the error. */
static inline int exchange_finish(exchange *one, gl_transfer *transfer) {
  while (!gl_transfer_poll(transfer, 1000))
    ;
  gl_response_clear(&one->response);
  int result = gl_transfer_finish(transfer, &one->response, &one->error);
  gl_transfer_free(transfer);
  return result;
}

/* Runs the whole exchange.  Returns the same as exchange_finish. */
static inline int exchange_run(exchange *one, gl_pool *pool) {
  gl_transfer *transfer = gl_transfer_new(pool, &one->request, &one->timeouts, &one->error);
  return transfer ? exchange_finish(one, transfer) : (int)one->error.kind;
}

static inline void exchange_clear(exchange *one) {
  gl_request_clear(&one->request);
  gl_response_clear(&one->response);
}

/* Returns a pool with a new event set, which is freed with the pool.  Returns NULL and fills
 * `error` on failure. */
static inline gl_pool *exchange_pool_of(const gl_pool_options *options, gl_error *error) {
  gl_events *events = gl_events_new(error);
  gl_pool *pool = events ? gl_pool_new(options, events, error) : NULL;
  gl_events_release(events);
  return pool;
}

/* Returns a pool that uses no proxy and ignores the proxy variables. */
static inline gl_pool *exchange_pool(void) {
  gl_error error;
  const gl_pool_options options = {.proxy = ""};
  gl_pool *pool = exchange_pool_of(&options, &error);
  assert_non_null(pool);
  return pool;
}

#endif
