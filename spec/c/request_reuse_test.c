/* Requests that are cleared or reset, and used again. */
#include "core/request.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static int set_url(gl_request *request, const char *url, gl_error *error) {
  return gl_request_set_url(request, "GET", url, strlen(url), error);
}

static void a_cleared_request_may_be_used_and_cleared_again(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  gl_request_clear(&request);
  assert_int_equal(set_url(&request, "http://h/", &error), 0);
  request.has_body = 1;
  gl_request_clear(&request);
  assert_int_equal(request.has_body, 0);
  assert_string_equal(gl_buf_string(&request.path), "");
  gl_request_clear(&request);
}

static void the_last_url_is_set_again_without_its_former_path_and_query(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  for (int i = 0; i < 2; i++) {
    assert_int_equal(set_url(&request, "http://H:8080/base", &error), 0);
    assert_string_equal(gl_buf_string(&request.origin), "http://h:8080");
    assert_string_equal(gl_buf_string(&request.path), "/base");
    assert_string_equal(gl_buf_string(&request.query), "");
    assert_string_equal(gl_buf_string(&request.method), "GET");
    assert_int_equal(gl_buf_append_string(&request.path, "/-/vaults"), 0);
    assert_int_equal(gl_buf_append_string(&request.query, "limit=1"), 0);
    gl_request_reset(&request);
    assert_string_equal(gl_buf_string(&request.path), "");
    assert_string_equal(gl_buf_string(&request.last_url), "http://H:8080/base");
  }
  assert_int_equal(set_url(&request, "http://H:8080", &error), 0);
  assert_string_equal(gl_buf_string(&request.path), "/");
  assert_int_equal(set_url(&request, "http://H:8080", &error), 0);
  assert_string_equal(gl_buf_string(&request.path), "/");
  assert_int_equal(set_url(&request, "https://other", &error), 0); /* has the same length */
  assert_string_equal(gl_request_host(&request), "other");
  gl_request_clear(&request);
}

static void a_reset_request_has_no_body_and_little_memory(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  char body[20000] = {0};
  assert_int_equal(set_url(&request, "http://h/p?q", &error), 0);
  assert_int_equal(gl_request_set_header(&request, "X-Name", "v", 1, &error), 0);
  assert_int_equal(gl_buf_append(&request.body, body, sizeof body), 0);
  request.has_body = request.streamed = 1;
  request.body_length = 5;
  gl_request_reset(&request);
  assert_string_equal(gl_buf_string(&request.method), "");
  assert_string_equal(gl_buf_string(&request.query), "");
  assert_int_equal(request.headers.count, 0);
  assert_int_equal(request.body.length, 0);
  assert_in_range(request.body.capacity, 0, sizeof body - 1);
  assert_false(request.has_body || request.streamed || request.body_length);
  gl_request_clear(&request);
}

static void a_url_with_a_query_is_not_remembered(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  assert_int_equal(set_url(&request, "http://h/p", &error), 0);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(set_url(&request, "http://h/p?token=secret", &error), 0);
    assert_string_equal(gl_buf_string(&request.query), "token=secret");
    assert_int_equal(request.last_url.length, 0);
  }
  gl_request_clear(&request);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cleared_request_may_be_used_and_cleared_again),
      cmocka_unit_test(the_last_url_is_set_again_without_its_former_path_and_query),
      cmocka_unit_test(a_reset_request_has_no_body_and_little_memory),
      cmocka_unit_test(a_url_with_a_query_is_not_remembered),
  };
  return cmocka_run_group_tests_name("request reuse", tests, NULL, NULL);
}
