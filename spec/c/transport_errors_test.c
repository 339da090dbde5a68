/* The errors of the transport when a server or a name look-up fails. */
#include "core/transport/transfer_private.h"

#include "exchange.h"
#include "failures.h"
#include "loopback.h"

#define HEAD "HTTP/1.1 200 OK\r\n"

/* Calls expect_failure with a server that runs `steps`.  The URL begins with `scheme`. */
static void expect_failure_of(const loopback_step *steps, const gl_timeouts *timeouts,
                              const char *scheme, const char *code, const char *words) {
  loopback server;
  char url[64];
  loopback_start(&server, steps);
  snprintf(url, sizeof url, "%s%s", scheme, strchr(server.url, ':'));
  expect_failure(&no_proxy, timeouts, url, code, 1, words);
  loopback_end(&server);
}

#define CLOSED_WORDS                                                                               \
  "Connection was closed before we received a valid response from endpoint URL: \""

static void expect_closed(loopback_act last, const char *answer) {
  const loopback_step steps[] = {LOOPBACK_ANSWER(answer), {last, 0, 0}, {END, 0, 0}};
  expect_failure_of(steps, NULL, "http", "ConnectionClosedError", CLOSED_WORDS);
}

/* --- invalid responses ----------------------------------------------------------------- */

static void an_empty_reply_is_a_closed_connection_error(void **state) {
  (void)state;
  expect_closed(CLOSE, "");
  expect_closed(RESET, "");
}

static void an_incomplete_or_malformed_response_is_a_closed_connection_error(void **state) {
  (void)state;
  static const char *const answers[] = {HEAD "Content-Le",
                                        HEAD "Content-Length: 10\r\n\r\nshort",
                                        "HTTP/1.1 503 Busy\r\nContent-Length: 10\r\n\r\nshort",
                                        HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
                                        HEAD
                                        "Transfer-Encoding: chunked\r\n\r\nnot hexadecimal\r\n",
                                        HEAD "Content-Length: x\r\n\r\n",
                                        "no HTTP at all\r\n\r\n",
                                        "\x15\x03\x01\r\n",
                                        "HTTP/1.1 100 Continue\r\n\r\n"};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    expect_closed(CLOSE, answers[i]);
}

static void a_reset_within_the_body_is_a_closed_connection_error(void **state) {
  (void)state;
  expect_closed(RESET, HEAD "Content-Length: 10\r\n\r\nshort");
}

static void expect_flood(const char *head, const char *bytes, long count, const char *tail) {
  const loopback_step steps[] = {
      LOOPBACK_ANSWER(head), {FILL, bytes, count}, {SEND, tail, 0}, {HOLD, 0, 0}};
  expect_failure_of(steps, NULL, "http", "ConnectionClosedError", CLOSED_WORDS);
}

/* The first response would be valid if it were shorter, and it is below the limit of libcurl. */
static void headers_beyond_the_limit_are_a_closed_connection_error(void **state) {
  (void)state;
  expect_flood(HEAD, "X-Flood: 0123456789\r\n", GL_RESPONSE_HEADERS_MAX / 21 + 1,
               "Content-Length: 0\r\n\r\n");
  expect_flood(HEAD "X-Flood: ", "0123456789", 1000000, "");
  expect_flood("", "HTTP/1.1 100 Continue\r\n\r\n", 1000000, "");
}

static void a_success_above_the_size_limit_is_an_error(void **state) {
  (void)state;
  static char block[65536 + 1];
  memset(block, 'x', 65536);
  const loopback_step steps[] = {
      LOOPBACK_ANSWER(HEAD "\r\n"), {FILL, block, GL_RESPONSE_BODY_MAX / 65536 + 1}, {HOLD, 0, 0}};
  loopback server;
  loopback_start(&server, steps);
  expect_failure(&no_proxy, NULL, server.url, "ResponseParserError", 0,
                 "The response from endpoint URL: \"");
  loopback_end(&server);
}

/* --- time ---------------------------------------------------------------------------------- */

static void a_server_that_stalls_is_a_read_timeout(void **state) {
  (void)state;
  static const gl_timeouts soon = {.connect = 60000, .read = 50};
  static const loopback_step silent[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  static const loopback_step halfway[] = {LOOPBACK_ANSWER(HEAD "Content-Length: 10\r\n\r\nshort"),
                                          {HOLD, 0, 0}};
  expect_failure_of(silent, &soon, "http", "ReadTimeoutError", "Read timeout on endpoint URL: \"");
  expect_failure_of(halfway, &soon, "http", "ReadTimeoutError", "Read timeout on endpoint URL: \"");
}

static void a_server_that_stops_reading_is_a_read_timeout(void **state) {
  (void)state;
  enum { SIZE = 32 * 1024 * 1024 };
  static const loopback_step silent[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  loopback server;
  exchange one;
  loopback_start(&server, silent);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "PUT", server.url, "/", "");
  one.timeouts.read = 50;
  assert_int_equal(gl_buf_reserve(&one.request.body, SIZE), 0);
  memset(one.request.body.data, 'x', SIZE);
  one.request.body.length = SIZE;
  assert_int_equal(exchange_run(&one, pool), GL_TRANSPORT);
  assert_string_equal(one.error.code, "ReadTimeoutError");
  exchange_clear(&one);
  gl_pool_free(pool);
  loopback_end(&server);
}

/* The test does not wait.  It moves the time of the last activity back by two thirds of the
 * timeout. */
static void a_slow_response_does_not_time_out_while_bytes_arrive(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(HEAD "\r\n1"),
                                        {CUE, 0, 0},
                                        {SEND, "2", 0},
                                        {CUE, 0, 0},
                                        {SEND, "3", 0},
                                        {CUE, 0, 0},
                                        {CLOSE, 0, 0},
                                        {END, 0, 0}};
  loopback server;
  exchange one;
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  one.timeouts.read = 90000;
  gl_transfer *transfer = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  for (size_t length = 1; length <= 3; length++) {
    while (transfer->response.body.length < length)
      assert_false(gl_transfer_poll(transfer, 1000));
    transfer->handle->active -= 60000;
    gl_timers_set(gl_events_timers(pool->events), &transfer->read_timer, gl_timers_now());
    loopback_cue(&server);
  }
  assert_int_equal(exchange_finish(&one, transfer), 0);
  exchange_clear(&one);
  gl_pool_free(pool);
  loopback_end(&server);
}

static void a_head_that_arrives_byte_by_byte_does_not_time_out(void **state) {
  (void)state;
  static const char head[] = HEAD "Content-Length: 0\r\n\r\n";
  enum { BYTES = sizeof head - 1 };
  static char bytes[BYTES][2];
  loopback_step steps[3 + 2 * BYTES] = {{ACCEPT, 0, 0}, {READ, 0, 0}};
  for (int i = 0; i < BYTES; i++) {
    bytes[i][0] = head[i];
    steps[2 + 2 * i] = (loopback_step){SEND, bytes[i], 0};
    steps[3 + 2 * i].act = CUE;
  }
  loopback server;
  exchange one;
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  one.timeouts.read = 90000;
  gl_transfer *transfer = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  for (int i = 0; i < BYTES - 1; i++) {
    int64_t before = gl_timers_now() - 60000;
    transfer->handle->active = before;
    gl_timers_set(gl_events_timers(pool->events), &transfer->read_timer, gl_timers_now());
    for (int polls = 0; transfer->handle->active == before; polls++) {
      assert_true(polls < 10000);
      assert_false(gl_transfer_poll(transfer, 10));
    }
    loopback_cue(&server);
  }
  assert_int_equal(exchange_finish(&one, transfer), 0);
  exchange_clear(&one);
  gl_pool_free(pool);
  loopback_end(&server);
}

static void a_handshake_that_stalls_is_a_connect_timeout(void **state) {
  (void)state;
  static const gl_timeouts soon = {.connect = 50, .read = 60000};
  static const loopback_step silent[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  expect_failure_of(silent, &soon, "https", "ConnectTimeoutError",
                    "Connect timeout on endpoint URL: \"");
}

/* --- no connection ------------------------------------------------------------------------- */

static void a_refused_port_is_an_endpoint_error(void **state) {
  (void)state;
  char url[64];
  int bound = refused_port(url, sizeof url, "http://");
  expect_failure(&no_proxy, NULL, url, "EndpointConnectionError", 1,
                 "Could not connect to the endpoint URL: \"");
  close(bound);
}

static void a_name_that_does_not_exist_is_an_endpoint_error(void **state) {
  (void)state;
  expect_failure(&no_proxy, NULL, "http://nobody.invalid", "EndpointConnectionError", 1,
                 "Could not connect to the endpoint URL: \"");
}

/* --- TLS ----------------------------------------------------------------------------------- */

static void an_interrupted_or_invalid_handshake_is_a_retryable_ssl_error(void **state) {
  (void)state;
  static const loopback_step hang_up[] = {
      {ACCEPT, 0, 0}, {TASTE, 0, 0}, {CLOSE, 0, 0}, {END, 0, 0}};
  static const loopback_step reset[] = {{ACCEPT, 0, 0}, {TASTE, 0, 0}, {RESET, 0, 0}, {END, 0, 0}};
  static const loopback_step plain[] = {{ACCEPT, 0, 0}, {SEND, HEAD "\r\n", 0}, {HOLD, 0, 0}};
  expect_failure_of(hang_up, NULL, "https", "SSLError", "SSL validation failed for ");
  expect_failure_of(reset, NULL, "https", "SSLError", "SSL validation failed for ");
  expect_failure_of(plain, NULL, "https", "SSLError", "SSL validation failed for ");
}

static void an_unreadable_ca_bundle_is_an_ssl_error_that_is_not_retryable(void **state) {
  (void)state;
  static const loopback_step silent[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  static const gl_pool_options missing = {.proxy = "", .ca_bundle = "/nowhere/ca.pem"};
  loopback server;
  char url[64];
  loopback_start(&server, silent);
  snprintf(url, sizeof url, "https%s", strchr(server.url, ':'));
  expect_failure(&missing, NULL, url, "SSLError", 0, "SSL validation failed for ");
  loopback_end(&server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_reply_is_a_closed_connection_error),
      cmocka_unit_test(an_incomplete_or_malformed_response_is_a_closed_connection_error),
      cmocka_unit_test(a_reset_within_the_body_is_a_closed_connection_error),
      cmocka_unit_test(headers_beyond_the_limit_are_a_closed_connection_error),
      cmocka_unit_test(a_success_above_the_size_limit_is_an_error),
      cmocka_unit_test(a_server_that_stalls_is_a_read_timeout),
      cmocka_unit_test(a_server_that_stops_reading_is_a_read_timeout),
      cmocka_unit_test(a_slow_response_does_not_time_out_while_bytes_arrive),
      cmocka_unit_test(a_head_that_arrives_byte_by_byte_does_not_time_out),
      cmocka_unit_test(a_handshake_that_stalls_is_a_connect_timeout),
      cmocka_unit_test(a_refused_port_is_an_endpoint_error),
      cmocka_unit_test(a_name_that_does_not_exist_is_an_endpoint_error),
      cmocka_unit_test(an_interrupted_or_invalid_handshake_is_a_retryable_ssl_error),
      cmocka_unit_test(an_unreadable_ca_bundle_is_an_ssl_error_that_is_not_retryable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
