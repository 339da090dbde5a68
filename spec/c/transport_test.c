/* What the transport sends, and what it reads from a response. */
#include "core/transport/transfer.h"

#include "exchange.h"
#include "loopback.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* --- what is sent -------------------------------------------------------------------------- */

/* Sends one request to a server that answers "ok".  Stops the server.  The caller clears both. */
static void send_one(exchange *one, loopback *server) {
  gl_pool *pool = exchange_pool();
  assert_int_equal(exchange_run(one, pool), 0);
  assert_int_equal(one->response.status, 200);
  gl_pool_free(pool);
  loopback_stop(server);
}

static const loopback_step answer_one[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};

static void expect_sent(const char *method, const char *target, const char *body,
                        const char *expected) {
  loopback server;
  exchange one;
  loopback_start(&server, answer_one);
  exchange_init(&one, method, server.url, target, body);
  exchange_header(&one, "Host", "glacier.example");
  send_one(&one, &server);
  assert_string_equal(server.received, expected);
  exchange_clear(&one);
  loopback_clear(&server);
}

static void only_the_headers_of_the_request_are_sent(void **state) {
  (void)state;
  expect_sent("GET", "/-/vaults", NULL, "GET /-/vaults HTTP/1.1\r\nHost: glacier.example\r\n\r\n");
  expect_sent("DELETE", "/v", NULL, "DELETE /v HTTP/1.1\r\nHost: glacier.example\r\n\r\n");
}

static void an_empty_body_adds_only_a_content_length(void **state) {
  (void)state;
  static const char *const methods[] = {"DELETE", "POST", "PUT"};
  for (size_t i = 0; i < 3; i++) {
    char expected[128];
    snprintf(expected, sizeof expected,
             "%s /v HTTP/1.1\r\nHost: glacier.example\r\nContent-Length: 0\r\n\r\n", methods[i]);
    expect_sent(methods[i], "/v", "", expected);
  }
}

static void a_body_is_sent_with_its_length(void **state) {
  (void)state;
  expect_sent("PUT", "/v", "{\"a\":1}",
              "PUT /v HTTP/1.1\r\nHost: glacier.example\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
  expect_sent("POST", "/v", "x",
              "POST /v HTTP/1.1\r\nHost: glacier.example\r\nContent-Length: 1\r\n\r\nx");
}

static void path_and_query_are_sent_unchanged(void **state) {
  (void)state;
  static const char *const targets[] = {
      "/a/../b/./c//d/..",   "/%2f%2F%e4%E4/%20", "/!$&'()*+,;=:@[]^`{|}~\"<>",
      "/-/v?a=%2b+&&b&c=/?", "/?x=../%zz",        "/a%00b"};
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
    char expected[128];
    snprintf(expected, sizeof expected, "GET %s HTTP/1.1\r\nHost: glacier.example\r\n\r\n",
             targets[i]);
    expect_sent("GET", targets[i], NULL, expected);
  }
}

static void a_proxy_receives_the_whole_url(void **state) {
  (void)state;
  loopback server;
  exchange one;
  loopback_start(&server, answer_one);
  const gl_pool_options options = {.proxy = server.url};
  gl_pool *pool = exchange_pool_of(&options, &one.error);
  exchange_init(&one, "GET", "http://glacier.invalid", "/a/../%2F?b=c", NULL);
  assert_int_equal(exchange_run(&one, pool), 0);
  gl_pool_free(pool);
  loopback_stop(&server);
  static const char start[] = "GET http://glacier.invalid/a/../%2F?b=c HTTP/1.1\r\n"
                              "Host: glacier.invalid\r\n";
  assert_int_equal(strncmp(server.received, start, sizeof start - 1), 0);
  exchange_clear(&one);
  loopback_clear(&server);
}

static void headers_are_sent_unchanged_and_a_blank_value_as_an_empty_one(void **state) {
  (void)state;
  loopback server;
  exchange one;
  loopback_start(&server, answer_one);
  exchange_init(&one, "POST", server.url, "/", "");
  exchange_header(&one, "Host", "glacier.example");
  exchange_header(&one, "x-amz-Archive-Description", "");
  exchange_header(&one, "X-Blank", "  ");
  exchange_header(&one, "Accept", "application/json");
  exchange_header(&one, "User-Agent", "me; you: us");
  exchange_header(&one, "Content-Type", "text/plain");
  send_one(&one, &server);
  assert_string_equal(server.received,
                      "POST / HTTP/1.1\r\nHost: glacier.example\r\nx-amz-Archive-Description:\r\n"
                      "X-Blank:\r\nAccept: application/json\r\nUser-Agent: me; you: us\r\n"
                      "Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n");
  exchange_clear(&one);
  loopback_clear(&server);
}

static void a_large_body_is_sent_without_the_header_expect(void **state) {
  (void)state;
  enum { SIZE = 2 * 1024 * 1024 };
  loopback server;
  exchange one;
  loopback_start(&server, answer_one);
  exchange_init(&one, "POST", server.url, "/", "");
  assert_int_equal(gl_buf_reserve(&one.request.body, SIZE), 0);
  memset(one.request.body.data, 'x', SIZE);
  one.request.body.length = SIZE;
  send_one(&one, &server);
  assert_null(strstr(server.received, "Expect"));
  const char *body = strstr(server.received, "\r\n\r\n");
  assert_int_equal(strlen(body + 4), SIZE);
  exchange_clear(&one);
  loopback_clear(&server);
}

/* --- what is read -------------------------------------------------------------------------- */

/* Runs an exchange with a server that sends `answer` and closes the connection. */
static int read_answer(exchange *one, const char *answer) {
  const loopback_step steps[] = {LOOPBACK_ANSWER(answer), {CLOSE, 0, 0}, {END, 0, 0}};
  loopback server;
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(one, "GET", server.url, "/", NULL);
  int result = exchange_run(one, pool);
  gl_pool_free(pool);
  loopback_end(&server);
  return result;
}

static void a_response_has_its_status_headers_and_body(void **state) {
  (void)state;
  exchange one;
  assert_int_equal(read_answer(&one, "HTTP/1.1 404 Not Found\r\nx-amzn-RequestId: 1\r\n"
                                     "Content-Length: 3\r\n\r\nabc"),
                   0);
  assert_int_equal(one.response.status, 404);
  assert_string_equal(gl_headers_get(&one.response.headers, "X-Amzn-RequestId"), "1");
  assert_string_equal(gl_buf_string(&one.response.body), "abc");
  exchange_clear(&one);
}

static void a_body_may_be_chunked_or_end_with_the_connection(void **state) {
  (void)state;
  exchange one;
  assert_int_equal(read_answer(&one, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
                   0);
  assert_string_equal(gl_buf_string(&one.response.body), "abcde");
  exchange_clear(&one);
  assert_int_equal(read_answer(&one, "HTTP/1.0 200 OK\r\n\r\nabc"), 0);
  assert_string_equal(gl_buf_string(&one.response.body), "abc");
  exchange_clear(&one);
}

static void an_interim_response_is_not_the_result(void **state) {
  (void)state;
  exchange one;
  assert_int_equal(read_answer(&one, "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
                                     "HTTP/1.1 204 No Content\r\n\r\n"),
                   0);
  assert_int_equal(one.response.status, 204);
  assert_null(gl_headers_get(&one.response.headers, "X-Interim"));
  exchange_clear(&one);
}

static void trailers_are_ignored(void **state) {
  (void)state;
  exchange one;
  assert_int_equal(read_answer(&one, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "3\r\nabc\r\n0\r\nX-Late: 1\r\nHTTP/1.1 500 No: 1\r\n\r\n"),
                   0);
  assert_int_equal(one.response.status, 200);
  assert_null(gl_headers_get(&one.response.headers, "X-Late"));
  assert_string_equal(gl_buf_string(&one.response.body), "abc");
  exchange_clear(&one);
}

static void a_redirect_is_returned_and_not_followed(void **state) {
  (void)state;
  exchange one;
  assert_int_equal(read_answer(&one, "HTTP/1.1 301 Moved\r\nLocation: /else\r\n"
                                     "Content-Length: 0\r\n\r\n"),
                   0);
  assert_int_equal(one.response.status, 301);
  exchange_clear(&one);
}

static void a_long_body_of_an_error_is_cut(void **state) {
  (void)state;
  const loopback_step steps[] = {LOOPBACK_ANSWER("HTTP/1.1 500 Oops\r\n\r\n"),
                                 {FILL, "0123456789abcdef", GL_RESPONSE_ERROR_BODY_MAX / 16 + 1},
                                 {HOLD, 0, 0}};
  loopback server;
  exchange one;
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  assert_int_equal(exchange_run(&one, pool), 0);
  assert_int_equal(one.response.status, 500);
  assert_true(one.response.truncated);
  assert_int_equal(one.response.body.length, GL_RESPONSE_ERROR_BODY_MAX);
  exchange_clear(&one);
  gl_pool_free(pool);
  loopback_end(&server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_the_headers_of_the_request_are_sent),
      cmocka_unit_test(an_empty_body_adds_only_a_content_length),
      cmocka_unit_test(a_body_is_sent_with_its_length),
      cmocka_unit_test(path_and_query_are_sent_unchanged),
      cmocka_unit_test(a_proxy_receives_the_whole_url),
      cmocka_unit_test(headers_are_sent_unchanged_and_a_blank_value_as_an_empty_one),
      cmocka_unit_test(a_large_body_is_sent_without_the_header_expect),
      cmocka_unit_test(a_response_has_its_status_headers_and_body),
      cmocka_unit_test(a_body_may_be_chunked_or_end_with_the_connection),
      cmocka_unit_test(an_interim_response_is_not_the_result),
      cmocka_unit_test(trailers_are_ignored),
      cmocka_unit_test(a_redirect_is_returned_and_not_followed),
      cmocka_unit_test(a_long_body_of_an_error_is_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
