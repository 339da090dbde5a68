#include "core/uri.h"

#include "core/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const char unreserved[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

static void every_byte_that_is_not_unreserved_is_encoded(void **state) {
  (void)state;
  for (int byte = 0; byte < 256; byte++) {
    unsigned char bytes[1] = {(unsigned char)byte};
    char expected[4];
    snprintf(expected, sizeof expected, byte && strchr(unreserved, byte) ? "%c" : "%%%02X", byte);
    gl_buf out = {0};
    assert_int_equal(gl_uri_encode(&out, bytes, 1, NULL), 0);
    assert_string_equal(gl_buf_string(&out), expected);
    gl_buf_clear(&out);
  }
}

static void safe_bytes_are_not_encoded_and_a_nul_is_never_safe(void **state) {
  (void)state;
  gl_buf out = {0};
  gl_buf_append_string(&out, ">");
  assert_int_equal(gl_uri_encode(&out, "/a b\0/\xE1\x88\xB4:", 10, "/:"), 0);
  assert_string_equal(gl_buf_string(&out), ">/a%20b%00/%E1%88%B4:");
  assert_int_equal(gl_uri_encode(&out, NULL, 0, "/"), 0);
  assert_string_equal(gl_buf_string(&out), ">/a%20b%00/%E1%88%B4:");
  gl_buf_clear(&out);
}

static void query_parameters_are_joined_and_encoded(void **state) {
  (void)state;
  gl_buf query = {0};
  assert_int_equal(gl_uri_add_query(&query, "limit", "10", 2), 0);
  assert_int_equal(gl_uri_add_query(&query, "mar ker", "a&b=c+d/\n", 9), 0);
  assert_int_equal(gl_uri_add_query(&query, "empty", "", 0), 0);
  assert_string_equal(gl_buf_string(&query), "limit=10&mar%20ker=a%26b%3Dc%2Bd%2F%0A&empty=");
  gl_buf_clear(&query);
}

static void expect_path(const char *path, int normalize, const char *expected) {
  gl_buf out = {0};
  gl_buf_append_string(&out, "GET\n/before/");
  assert_int_equal(gl_uri_canonical_path(&out, path, strlen(path), normalize), 0);
  assert_string_equal(gl_buf_string(&out) + strlen("GET\n/before/"), expected);
  gl_buf_clear(&out);
}

static void a_normalized_path_has_no_empty_or_dot_segments(void **state) {
  (void)state;
  expect_path("/", 1, "/");
  expect_path("", 1, "/");
  expect_path("//", 1, "/");
  expect_path("/./", 1, "/");
  expect_path("/.", 1, "/");
  expect_path("/./example", 1, "/example");
  expect_path("//example//", 1, "/example/");
  expect_path("/a/./b/", 1, "/a/b/");
  expect_path("/a/b", 1, "/a/b");
  expect_path("a", 1, "/a");
  expect_path("/...", 1, "/...");
  expect_path("/.a/..b", 1, "/.a/..b");
}

static void two_dots_drop_only_the_segment_before_them(void **state) {
  (void)state;
  expect_path("/example/..", 1, "/");
  expect_path("/example1/example2/../..", 1, "/");
  expect_path("/a/b/..", 1, "/a");
  expect_path("/a/b/../", 1, "/a/");
  expect_path("/a/b/../c", 1, "/a/c");
  expect_path("/..", 1, "/");
  expect_path("/../../../a", 1, "/a");
  expect_path("..", 1, "/");
  expect_path("/a%2Fb/../c", 1, "/c");
}

static void a_path_that_is_not_normalized_is_only_encoded(void **state) {
  (void)state;
  expect_path("", 0, "/");
  expect_path("//", 0, "//");
  expect_path("/./", 0, "/./");
  expect_path("/example/..", 0, "/example/..");
  expect_path("//example//", 0, "//example//");
}

static void a_path_is_encoded_once_more(void **state) {
  (void)state;
  for (int normalize = 0; normalize < 2; normalize++) {
    expect_path("/example space/", normalize, "/example%20space/");
    expect_path("/a%20b/-", normalize, "/a%2520b/-");
    expect_path("/\xE1\x88\xB4", normalize, "/%E1%88%B4");
    expect_path("/-._~0Az", normalize, "/-._~0Az");
    expect_path("/!$&'()*+,;=:@", normalize, "/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40");
  }
}

static void expect_query(const char *query, const char *expected) {
  gl_buf out = {0};
  gl_buf_append_string(&out, "before\n");
  assert_int_equal(gl_uri_canonical_query(&out, query, strlen(query)), 0);
  assert_string_equal(gl_buf_string(&out) + strlen("before\n"), expected);
  gl_buf_clear(&out);
}

static void parameters_are_sorted_by_encoded_name_then_value(void **state) {
  (void)state;
  expect_query("", "");
  expect_query("Param2=value2&Param1=value1", "Param1=value1&Param2=value2");
  expect_query("Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
               "%E1%88%B4=Value1&Param=Value2&Param-3=Value3");
  expect_query("b=2&a=2&b=1&a=10&a=1", "a=1&a=10&a=2&b=1&b=2");
  expect_query("a=1&B=2&A=3", "A=3&B=2&a=1");
  expect_query("a-b=1&a=2&a%2Fb=3", "a=2&a%2Fb=3&a-b=1");
  expect_query("a=1&a=1", "a=1&a=1");
}

static void names_and_values_are_encoded_strictly_and_once(void **state) {
  (void)state;
  expect_query("\xE1\x88\xB4=bar", "%E1%88%B4=bar");
  expect_query("a=%e1%88%b4", "a=%E1%88%B4");
  expect_query("%61=%7e%41", "a=~A");
  expect_query("a=b c/d:e*", "a=b%20c%2Fd%3Ae%2A");
  expect_query("a=b+c", "a=b%2Bc");
  expect_query("a=b=c=", "a=b%3Dc%3D");
  expect_query("a=%26%3D%00z", "a=%26%3D%00z");
  expect_query("-._~0Az=-._~0Az", "-._~0Az=-._~0Az");
}

static void a_parameter_without_a_value_gets_an_equals_sign(void **state) {
  (void)state;
  expect_query("acl", "acl=");
  expect_query("b&a=", "a=&b=");
  expect_query("=v", "=v");
}

static void empty_parameters_are_dropped(void **state) {
  (void)state;
  expect_query("&", "");
  expect_query("&&a=1&&b=2&", "a=1&b=2");
}

static void a_percent_sign_without_two_digits_is_encoded(void **state) {
  (void)state;
  expect_query("a=%", "a=%25");
  expect_query("a=%4", "a=%254");
  expect_query("a=%zz&b=%4g", "a=%25zz&b=%254g");
  expect_query("a=%&41=b", "41=b&a=%25");
  expect_query("a=100%25", "a=100%25");
  gl_buf out = {0};
  assert_int_equal(gl_uri_canonical_query(&out, "a=%41", strlen("a=%4")), 0);
  assert_string_equal(gl_buf_string(&out), "a=%254");
  gl_buf_clear(&out);
}

static void many_parameters_are_sorted(void **state) {
  (void)state;
  gl_buf query = {0}, expected = {0};
  for (int i = 0; i < 1000; i++) {
    gl_buf_append_format(&query, "%sp%03d=%d", i ? "&" : "", (i * 617) % 1000, (i * 617) % 1000);
    gl_buf_append_format(&expected, "%sp%03d=%d", i ? "&" : "", i, i);
  }
  expect_query(gl_buf_string(&query), gl_buf_string(&expected));
  gl_buf_clear(&query);
  gl_buf_clear(&expected);
}

static void a_length_that_overflows_is_a_memory_error(void **state) {
  (void)state;
  gl_buf out = {0};
  assert_int_equal(gl_uri_encode(&out, "", SIZE_MAX / 3 + 1, NULL), GL_MEMORY);
  assert_int_equal(gl_uri_add_query(&out, "name", "", SIZE_MAX - 2), GL_MEMORY);
  assert_int_equal(gl_uri_canonical_path(&out, "", SIZE_MAX / 3, 0), GL_MEMORY);
  assert_null(out.data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_byte_that_is_not_unreserved_is_encoded),
      cmocka_unit_test(safe_bytes_are_not_encoded_and_a_nul_is_never_safe),
      cmocka_unit_test(query_parameters_are_joined_and_encoded),
      cmocka_unit_test(a_normalized_path_has_no_empty_or_dot_segments),
      cmocka_unit_test(two_dots_drop_only_the_segment_before_them),
      cmocka_unit_test(a_path_that_is_not_normalized_is_only_encoded),
      cmocka_unit_test(a_path_is_encoded_once_more),
      cmocka_unit_test(parameters_are_sorted_by_encoded_name_then_value),
      cmocka_unit_test(names_and_values_are_encoded_strictly_and_once),
      cmocka_unit_test(a_parameter_without_a_value_gets_an_equals_sign),
      cmocka_unit_test(empty_parameters_are_dropped),
      cmocka_unit_test(a_percent_sign_without_two_digits_is_encoded),
      cmocka_unit_test(many_parameters_are_sorted),
      cmocka_unit_test(a_length_that_overflows_is_a_memory_error),
  };
  return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
