/* The errors of the transport when a proxy fails. */
#include "core/transport/transfer_private.h"

#include "exchange.h"
#include "failures.h"
#include "loopback.h"

/* Runs one GET of `url` through `proxy`, which fails, and stores the error's message in `message`.
 * A NULL `proxy` means the proxy of the environment. */
static void fail_at_proxy(const char *proxy, const char *url, char *message, size_t size) {
  const gl_pool_options options = {.proxy = proxy};
  exchange one;
  gl_pool *pool = exchange_pool_of(&options, &one.error);
  exchange_init(&one, "GET", url, "/", NULL);
  exchange_header(&one, "Authorization", "signature");
  assert_int_equal(exchange_run(&one, pool), GL_TRANSPORT);
  assert_string_equal(one.error.code, "ProxyConnectionError");
  assert_true(one.error.retryable);
  snprintf(message, size, "%s", one.error.message);
  exchange_clear(&one);
  gl_pool_free(pool);
}

static void a_proxy_that_cannot_be_reached_is_a_proxy_error(void **state) {
  (void)state;
  char proxy[64], message[1024];
  int bound = refused_port(proxy, sizeof proxy, "http://me:secret@");
  fail_at_proxy(proxy, "http://127.0.0.1:1", message, sizeof message);
  assert_non_null(strstr(message, "Failed to connect to proxy URL: \"http://***:***@127.0.0.1:"));
  fail_at_proxy(proxy, "https://glacier.invalid", message, sizeof message);
  fail_at_proxy("http://nobody.invalid:1", "https://glacier.invalid", message, sizeof message);
  setenv("http_proxy", proxy, 1);
  fail_at_proxy(NULL, "http://127.0.0.1:1", message, sizeof message);
  assert_null(strstr(message, "secret"));
  unsetenv("http_proxy");
  close(bound);
}

static void the_error_for_an_invalid_proxy_url_does_not_show_its_password(void **state) {
  (void)state;
  char message[1024];
  fail_at_proxy("gopher://me:secret@127.0.0.1:1", "http://127.0.0.1:1", message, sizeof message);
  assert_null(strstr(message, "secret"));
}

static void control_characters_of_a_proxy_url_are_escaped(void **state) {
  (void)state;
  char message[1024];
  fail_at_proxy("gopher://\n127.0.0.1\x1b:1\x7f", "http://127.0.0.1:1", message, sizeof message);
  assert_non_null(strstr(message, "\"gopher://\\x0a127.0.0.1\\x1b:1\\x7f\""));
  for (const char *byte = message; *byte; byte++)
    assert_true((unsigned char)*byte >= 0x20 && *byte != 0x7f);
}

static void
a_refused_endpoint_beside_a_proxy_that_is_not_for_it_is_an_endpoint_error(void **state) {
  (void)state;
  static const gl_pool_options others = {.proxy = "http://127.0.0.1:1", .no_proxy = "127.0.0.1"};
  char url[64];
  int bound = refused_port(url, sizeof url, "http://");
  expect_failure(&others, NULL, url, "EndpointConnectionError", 1,
                 "Could not connect to the endpoint URL: \"");
  close(bound);
}

static void an_error_response_of_a_proxy_is_never_returned_as_the_response(void **state) {
  (void)state;
  static const char *const refusals[] = {"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno",
                                         "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n",
                                         "HTTP/1.1 302 There\r\nContent-Length: 0\r\n\r\n"};
  for (size_t i = 0; i < 3; i++) {
    const loopback_step steps[] = {LOOPBACK_ANSWER(refusals[i]), {CLOSE, 0, 0}, {END, 0, 0}};
    loopback proxy;
    char message[1024];
    loopback_start(&proxy, steps);
    fail_at_proxy(proxy.url, "https://glacier.invalid", message, sizeof message);
    loopback_stop(&proxy);
    assert_non_null(strstr(proxy.received, "CONNECT glacier.invalid:443 HTTP/1.1\r\n"));
    assert_null(strstr(proxy.received, "signature"));
    loopback_clear(&proxy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_proxy_that_cannot_be_reached_is_a_proxy_error),
      cmocka_unit_test(the_error_for_an_invalid_proxy_url_does_not_show_its_password),
      cmocka_unit_test(control_characters_of_a_proxy_url_are_escaped),
      cmocka_unit_test(a_refused_endpoint_beside_a_proxy_that_is_not_for_it_is_an_endpoint_error),
      cmocka_unit_test(an_error_response_of_a_proxy_is_never_returned_as_the_response),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
