/* The memory of a list of headers that is changed, reset and filled again. */
#include "header_list.h"

static void a_replaced_value_that_fits_takes_no_more_memory(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(gl_headers_set(&headers, "Authorization", 13, "signature one", 13), 0);
  const char *value = gl_headers_get(&headers, "authorization");
  assert_int_equal(gl_headers_set(&headers, "AUTHORIZATION", 13, "another", 7), 0);
  assert_ptr_equal(gl_headers_get(&headers, "authorization"), value);
  assert_string_equal(value, "another");
  assert_memory_equal(value + 7, "\0\0\0\0\0", 6);
  assert_int_equal(gl_headers_set(&headers, "Authorization", 13, "a\nb", 3), GL_HEADER_BAD);
  assert_string_equal(gl_headers_get(&headers, "authorization"), "another");
  assert_int_equal(gl_headers_set(&headers, "Authorization", 13, "signature two", 13), 0);
  assert_ptr_equal(gl_headers_get(&headers, "authorization"), value);
  gl_headers_clear(&headers);
}

static void a_replaced_value_that_does_not_fit_is_wiped(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(set(&headers, "Token", "secret"), 0);
  const char *value = gl_headers_get(&headers, "token");
  assert_int_equal(set(&headers, "Token", "another secret"), 0);
  expect_list(&headers, "Token=another secret;");
  assert_memory_equal(value, "\0\0\0\0\0", 6);
  gl_headers_clear(&headers);
}

static void a_reset_list_is_empty_and_keeps_no_value(void **state) {
  (void)state;
  gl_headers headers = {0};
  char many[3000];
  memset(many, 'x', sizeof many);
  assert_int_equal(gl_headers_add(&headers, "Token", 5, "secret", 6), 0);
  const char *value = gl_headers_get(&headers, "token");
  for (int i = 0; i < 20; i++)
    assert_int_equal(gl_headers_add(&headers, "Long", 4, many, sizeof many), 0);
  gl_headers_reset(&headers);
  assert_int_equal(headers.count, 0);
  assert_null(gl_headers_get(&headers, "token"));
  assert_memory_equal(value, "\0\0\0\0\0", 6);
  assert_int_equal(gl_headers_add(&headers, "A", 1, "b", 1), 0);
  assert_string_equal(gl_headers_get(&headers, "a"), "b");
  gl_headers_clear(&headers);
}

static void a_reset_list_reuses_the_memory_of_equal_names_and_wipes_their_values(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(add(&headers, "Host", "example"), 0);
  assert_int_equal(add(&headers, "Token", "secret"), 0);
  const char *host = gl_headers_get(&headers, "host"), *token = gl_headers_get(&headers, "token");
  gl_headers_reset(&headers);
  assert_null(gl_headers_get(&headers, "host"));
  assert_memory_equal(host, "\0\0\0\0\0\0", 7);
  assert_memory_equal(token, "\0\0\0\0\0", 6);
  assert_int_equal(add(&headers, "Token", "short"), 0);
  assert_int_equal(add(&headers, "Host", "another"), 0);
  expect_list(&headers, "Token=short;Host=another;");
  assert_ptr_equal(gl_headers_get(&headers, "host"), host);
  assert_ptr_equal(gl_headers_get(&headers, "token"), token);
  gl_headers_clear(&headers);
}

static void a_reset_list_accepts_other_names_spellings_and_lengths(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(add(&headers, "A", "1"), 0);
  assert_int_equal(add(&headers, "B", "2"), 0);
  gl_headers_reset(&headers);
  assert_int_equal(add(&headers, "C", "4"), 0);
  assert_int_equal(set(&headers, "b", "5"), 0);
  assert_int_equal(add(&headers, "A", "longer"), 0);
  expect_list(&headers, "C=4;b=5;A=longer;");
  assert_int_equal(set(&headers, "B", "too long for 5"), 0);
  gl_headers_remove(&headers, "c");
  expect_list(&headers, "B=too long for 5;A=longer;");
  gl_headers_reset(&headers);
  assert_int_equal(add(&headers, "B", ""), 0);
  expect_list(&headers, "B=;");
  gl_headers_clear(&headers);
}

static void a_reset_list_reuses_no_memory_that_is_too_small_for_the_value(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(add(&headers, "A", "1"), 0);
  assert_int_equal(add(&headers, "B", "2"), 0);
  gl_headers_reset(&headers);
  assert_int_equal(add(&headers, "B", "2"), 0);
  assert_int_equal(add(&headers, "A", "longer"), 0);
  expect_list(&headers, "B=2;A=longer;");
  gl_headers_clear(&headers);
}

static void a_removed_field_is_reused_without_its_value(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(add(&headers, "A", "1"), 0);
  assert_int_equal(add(&headers, "Authorization", "secret"), 0);
  assert_int_equal(add(&headers, "B", "2"), 0);
  const char *value = gl_headers_get(&headers, "authorization");
  gl_headers_remove(&headers, "authorization");
  expect_list(&headers, "A=1;B=2;");
  assert_memory_equal(value, "\0\0\0\0\0", 6);
  assert_int_equal(set(&headers, "Authorization", "other"), 0);
  expect_list(&headers, "A=1;B=2;Authorization=other;");
  assert_ptr_equal(gl_headers_get(&headers, "authorization"), value);
  gl_headers_clear(&headers);
}

static void a_list_that_is_reset_often_keeps_a_bounded_number_of_names(void **state) {
  (void)state;
  gl_headers headers = {0};
  char name[24];
  for (int i = 0; i < 10000; i++) {
    snprintf(name, sizeof name, "name-%d", i);
    assert_int_equal(add(&headers, name, "value"), 0);
    gl_headers_reset(&headers);
  }
  assert_in_range(headers.filled, 0, 100);
  gl_headers_clear(&headers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_replaced_value_that_fits_takes_no_more_memory),
      cmocka_unit_test(a_replaced_value_that_does_not_fit_is_wiped),
      cmocka_unit_test(a_reset_list_is_empty_and_keeps_no_value),
      cmocka_unit_test(a_reset_list_reuses_the_memory_of_equal_names_and_wipes_their_values),
      cmocka_unit_test(a_reset_list_accepts_other_names_spellings_and_lengths),
      cmocka_unit_test(a_reset_list_reuses_no_memory_that_is_too_small_for_the_value),
      cmocka_unit_test(a_removed_field_is_reused_without_its_value),
      cmocka_unit_test(a_list_that_is_reset_often_keeps_a_bounded_number_of_names),
  };
  return cmocka_run_group_tests_name("header reuse", tests, NULL, NULL);
}
