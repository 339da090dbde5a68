#include "core/response.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void feed(gl_response *response, const char *line) {
  assert_int_equal(gl_response_head_line(response, line, strlen(line)), 0);
}

static void a_status_line_gives_the_status(void **state) {
  (void)state;
  gl_response response = {0};
  feed(&response, "HTTP/1.1 404 Not Found\r\n");
  assert_int_equal(response.status, 404);
  gl_response_clear(&response);
  assert_int_equal(response.status, 0);
}

static void a_reason_may_be_missing(void **state) {
  (void)state;
  gl_response response = {0};
  feed(&response, "HTTP/1.1 503 \r\n");
  assert_int_equal(response.status, 503);
  feed(&response, "HTTP/1.0 500");
  assert_int_equal(response.status, 500);
  gl_response_clear(&response);
}

static void a_malformed_status_line_is_ignored(void **state) {
  (void)state;
  static const char *const lines[] = {"HTTP/1.1 20", "HTTP/1.1 2x0 OK", "HTTP/1.1 2000 OK",
                                      "HTTP/1.1",    "HTTP/",           "http/1.1 200 OK",
                                      "ICY 200 OK",  "HTTP/1.1 "};
  gl_response response = {0};
  feed(&response, "HTTP/1.1 204 No Content\r\n");
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    feed(&response, lines[i]);
  assert_int_equal(response.status, 204);
  assert_int_equal(response.headers.count, 0);
  gl_response_clear(&response);
}

static void header_fields_keep_order_and_spelling_and_are_trimmed(void **state) {
  (void)state;
  gl_response response = {0};
  feed(&response, "HTTP/1.1 200 OK\r\n");
  feed(&response, "X-Amzn-RequestId: \t a b \t\r\n");
  feed(&response, "Set:one\n");
  feed(&response, "set: t:wo");
  feed(&response, "Empty:\r\n");
  feed(&response, "\r\n");
  assert_int_equal(response.headers.count, 4);
  assert_string_equal(response.headers.items[0].line, "X-Amzn-RequestId: a b");
  assert_string_equal(response.headers.items[1].value, "one");
  assert_string_equal(response.headers.items[2].value, "t:wo");
  assert_string_equal(response.headers.items[3].value, "");
  gl_response_clear(&response);
}

static void lines_that_are_not_header_fields_are_ignored(void **state) {
  (void)state;
  static const char *const lines[] = {"no colon", ": no name",    "bad name: x",    " folded: x",
                                      "\tfolded", "X-Bell: \a\r", "X-Cr: a\rb\r\n", ""};
  gl_response response = {0};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    feed(&response, lines[i]);
  assert_int_equal(gl_response_head_line(&response, "X-Nul: a\0b", 10), 0);
  assert_int_equal(response.headers.count, 0);
  gl_response_clear(&response);
}

static void a_final_head_replaces_an_interim_one(void **state) {
  (void)state;
  gl_response response = {0};
  feed(&response, "HTTP/1.1 103 Early Hints\r\n");
  feed(&response, "Link: x\r\n");
  feed(&response, "\r\n");
  feed(&response, "HTTP/1.1 201 Created\r\n");
  assert_int_equal(response.status, 201);
  assert_int_equal(response.headers.count, 0);
  gl_response_clear(&response);
}

static void a_body_may_have_any_bytes_and_arrive_in_pieces(void **state) {
  (void)state;
  gl_response response = {.status = 200};
  assert_int_equal(gl_response_body(&response, "a\0b", 3), 0);
  assert_int_equal(gl_response_body(&response, "", 0), 0);
  assert_int_equal(gl_response_body(&response, "\r\n", 2), 0);
  assert_int_equal(response.body.length, 5);
  assert_memory_equal(response.body.data, "a\0b\r\n", 5);
  assert_false(response.truncated);
  gl_response_clear(&response);
}

/* Fills the body up to one byte below the limit, then appends bytes that exceed the limit. */
static void expect_bound(int status, size_t bound) {
  gl_response response = {.status = status};
  char *bytes = calloc(1, bound);
  assert_non_null(bytes);
  assert_int_equal(gl_response_body(&response, bytes, bound - 1), 0);
  assert_int_equal(gl_response_body(&response, "ab", 2), GL_RESPONSE_FULL);
  assert_true(response.truncated);
  assert_int_equal(response.body.length, bound);
  assert_int_equal(response.body.data[bound - 1], 'a');
  assert_int_equal(gl_response_body(&response, "c", 1), GL_RESPONSE_FULL);
  assert_int_equal(response.body.length, bound);
  free(bytes);
  gl_response_clear(&response);
}

static void a_body_is_cut_at_the_size_limit_for_its_status(void **state) {
  (void)state;
  expect_bound(200, GL_RESPONSE_BODY_MAX);
  expect_bound(404, GL_RESPONSE_ERROR_BODY_MAX);
  expect_bound(301, GL_RESPONSE_ERROR_BODY_MAX);
}

static void a_body_exactly_at_the_limit_is_not_truncated(void **state) {
  (void)state;
  gl_response response = {.status = 500};
  char *bytes = calloc(1, GL_RESPONSE_ERROR_BODY_MAX);
  assert_int_equal(gl_response_body(&response, bytes, GL_RESPONSE_ERROR_BODY_MAX), 0);
  assert_false(response.truncated);
  free(bytes);
  gl_response_clear(&response);
  gl_response_clear(&response);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_status_line_gives_the_status),
      cmocka_unit_test(a_reason_may_be_missing),
      cmocka_unit_test(a_malformed_status_line_is_ignored),
      cmocka_unit_test(header_fields_keep_order_and_spelling_and_are_trimmed),
      cmocka_unit_test(lines_that_are_not_header_fields_are_ignored),
      cmocka_unit_test(a_final_head_replaces_an_interim_one),
      cmocka_unit_test(a_body_may_have_any_bytes_and_arrive_in_pieces),
      cmocka_unit_test(a_body_is_cut_at_the_size_limit_for_its_status),
      cmocka_unit_test(a_body_exactly_at_the_limit_is_not_truncated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
