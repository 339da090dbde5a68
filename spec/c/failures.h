/* Requests that fail, for the tests of the transport. */
#ifndef GL_SPEC_FAILURES_H
#define GL_SPEC_FAILURES_H

#include "exchange.h"
#include "loopback.h"

/* Runs one GET and expects this error.  Its message begins with `words`, followed by `url` and
 * "/a?b=c". */
static inline void expect_failure(const gl_pool_options *options, const gl_timeouts *timeouts,
                                  const char *url, const char *code, int retryable,
                                  const char *words) {
  exchange one;
  char expected[256];
  gl_pool *pool = exchange_pool_of(options, &one.error);
  assert_non_null(pool);
  exchange_init(&one, "GET", url, "/a?b=c", NULL);
  if (timeouts)
    one.timeouts = *timeouts;
  assert_int_equal(exchange_run(&one, pool), GL_TRANSPORT);
  assert_string_equal(one.error.code, code);
  assert_int_equal(one.error.retryable, retryable);
  snprintf(expected, sizeof expected, "%s%s/a?b=c", words, url);
  one.error.message[strlen(expected)] = '\0';
  assert_string_equal(one.error.message, expected);
  assert_int_equal(one.response.status, 0);
  exchange_clear(&one);
  gl_pool_free(pool);
}

static const gl_pool_options no_proxy = {.proxy = ""};

/* Writes the URL of a port of 127.0.0.1 without a listener to `url`.  Returns a descriptor that is
 * bound to the port, so that no other program gets it. */
static inline int refused_port(char *url, size_t size, const char *scheme) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int bound = socket(AF_INET, SOCK_STREAM, 0);
  loopback_check(bind(bound, (struct sockaddr *)&address, length) == 0, "bind");
  getsockname(bound, (struct sockaddr *)&address, &length);
  snprintf(url, size, "%s127.0.0.1:%d", scheme, ntohs(address.sin_port));
  return bound;
}

#endif
