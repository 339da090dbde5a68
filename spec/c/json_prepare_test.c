#include "core/json_prepare.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void expect_prepared(const char *text, const char *expected) {
  size_t length = strlen(text);
  char *out = malloc(GL_JSON_PREPARED_MAX(length));
  assert_non_null(out);
  size_t size = gl_json_prepare(text, length, out);
  assert_in_range(size, 0, GL_JSON_PREPARED_MAX(length));
  assert_int_equal(size, strlen(expected));
  assert_memory_equal(out, expected, size);
  free(out);
}

static void a_blank_follows_a_short_integer(void **state) {
  (void)state;
  expect_prepared("[0,-1,123456789012345]", "[0 ,-1 ,123456789012345 ]");
  expect_prepared("7", "7 ");
}

static void other_numbers_become_marked_strings(void **state) {
  (void)state;
  expect_prepared("1.5", "\"\xFF"
                         "1.5\"");
  expect_prepared("[1e9,-2E-3]", "[\"\xFF"
                                 "1e9\",\"\xFF-2E-3\"]");
  expect_prepared("1234567890123456", "\"\xFF"
                                      "1234567890123456\"");
}

static void a_number_before_a_colon_stays_a_number(void **state) {
  (void)state;
  expect_prepared("{1.5 \n: 2}", "{1.5  \n: 2 }");
}

static void an_invalid_number_stays_invalid(void **state) {
  (void)state;
  expect_prepared("1.", "1 .");
  expect_prepared("01", "0 1 ");
  expect_prepared("1e+", "1 e+");
  expect_prepared("-", "?-");
  expect_prepared("-x", "?-x");
  expect_prepared("-.5", "?-.5 ");
  expect_prepared("+1", "+1 ");
  expect_prepared("0x10", "0 x10 ");
  expect_prepared("Nope", "Nope");
}

static void numbers_that_json_does_not_have_become_null(void **state) {
  (void)state;
  expect_prepared("[NaN,Infinity,-Infinity]", "[null,null,null]");
  expect_prepared("[nan,infinity,Inf]", "[nan,infinity,Inf]");
}

static void digits_in_a_string_are_not_changed(void **state) {
  (void)state;
  expect_prepared("\"1.5 NaN \\\"2.5\\\\\"", "\"1.5 NaN \\\"2.5\\\\\"");
  expect_prepared("\"1.5", "\"1.5");
  expect_prepared("\"\\", "\"\\");
}

static void half_of_a_surrogate_pair_becomes_the_replacement_character(void **state) {
  (void)state;
  expect_prepared("\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\"");
  expect_prepared("\"\\uD83D\"", "\"\\ufffd\"");
  expect_prepared("\"\\uDE00x\"", "\"\\ufffdx\"");
  expect_prepared("\"\\ud83d\\ud83d\\ude00\"", "\"\\ufffd\\ud83d\\ude00\"");
  expect_prepared("\"\\ud83d\\n\"", "\"\\ufffd\\n\"");
  expect_prepared("\"\\ud83d\\u0041\"", "\"\\ufffd\\u0041\"");
  expect_prepared("\"\\\\ud83d\"", "\"\\\\ud83d\"");
  expect_prepared("\"\\ud8", "\"\\ud8");
}

static void a_string_that_begins_with_the_mark_begins_with_the_replacement_character(void **state) {
  (void)state;
  expect_prepared("[\"\xFF"
                  "1\",\"\"]",
                  "[\"\xEF\xBF\xBD"
                  "1\",\"\"]");
  expect_prepared("\"\xFF\xFF", "\"\xEF\xBF\xBD\xFF");
}

static void an_integer_is_read_exactly_up_to_64_bits(void **state) {
  (void)state;
  int64_t value;
  assert_true(gl_json_to_integer("9223372036854775807", &value));
  assert_true(value == INT64_MAX);
  assert_true(gl_json_to_integer("-9223372036854775808", &value));
  assert_true(value == INT64_MIN);
  assert_false(gl_json_to_integer("9223372036854775808", &value));
  assert_false(gl_json_to_integer("1.0", &value));
  assert_false(gl_json_to_integer("1e2", &value));
}

static void a_number_is_read_as_the_nearest_double(void **state) {
  (void)state;
  double value;
  assert_int_equal(gl_json_to_double("-1.5e-3", &value), 0);
  assert_true(value == -1.5e-3);
  assert_int_equal(gl_json_to_double("100000000000000000000", &value), 0);
  assert_true(value == 1e20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_blank_follows_a_short_integer),
      cmocka_unit_test(other_numbers_become_marked_strings),
      cmocka_unit_test(a_number_before_a_colon_stays_a_number),
      cmocka_unit_test(an_invalid_number_stays_invalid),
      cmocka_unit_test(numbers_that_json_does_not_have_become_null),
      cmocka_unit_test(digits_in_a_string_are_not_changed),
      cmocka_unit_test(half_of_a_surrogate_pair_becomes_the_replacement_character),
      cmocka_unit_test(a_string_that_begins_with_the_mark_begins_with_the_replacement_character),
      cmocka_unit_test(an_integer_is_read_exactly_up_to_64_bits),
      cmocka_unit_test(a_number_is_read_as_the_nearest_double),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
