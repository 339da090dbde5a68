#include "core/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void expect_written(const char *bytes, size_t length, const char *expected) {
  gl_buf out = {0};
  gl_json json = {.out = &out};
  assert_int_equal(gl_json_string(&json, bytes, length), 0);
  assert_string_equal(gl_buf_string(&out), expected);
  gl_buf_clear(&out);
}

static void the_writer_sets_commas_and_colons(void **state) {
  (void)state;
  gl_buf out = {0};
  gl_json json = {.out = &out};
  gl_json_open(&json, '{');
  gl_json_key(&json, "SNSTopic", 8);
  gl_json_string(&json, "arn", 3);
  gl_json_key(&json, "Events", 6);
  gl_json_open(&json, '[');
  gl_json_string(&json, "a", 1);
  gl_json_string(&json, "b", 1);
  gl_json_close(&json, ']');
  gl_json_key(&json, "Deep", 4);
  gl_json_open(&json, '{');
  gl_json_key(&json, "List", 4);
  gl_json_open(&json, '[');
  gl_json_open(&json, '{');
  gl_json_close(&json, '}');
  gl_json_integer(&json, 7);
  gl_json_open(&json, '[');
  gl_json_close(&json, ']');
  gl_json_boolean(&json, 0);
  gl_json_raw(&json, "null", 4);
  gl_json_close(&json, ']');
  gl_json_close(&json, '}');
  gl_json_key(&json, "Last", 4);
  gl_json_boolean(&json, 1);
  gl_json_close(&json, '}');
  assert_string_equal(gl_buf_string(&out),
                      "{\"SNSTopic\":\"arn\",\"Events\":[\"a\",\"b\"],"
                      "\"Deep\":{\"List\":[{},7,[],false,null]},\"Last\":true}");
  gl_buf_clear(&out);
}

static void empty_objects_and_arrays_have_no_comma(void **state) {
  (void)state;
  gl_buf out = {0};
  gl_json json = {.out = &out};
  gl_json_open(&json, '[');
  gl_json_open(&json, '{');
  gl_json_close(&json, '}');
  gl_json_close(&json, ']');
  assert_string_equal(gl_buf_string(&out), "[{}]");
  gl_buf_clear(&out);
}

static void integers_are_exact_to_the_limits(void **state) {
  (void)state;
  static const struct {
    int64_t value;
    const char *expected;
  } cases[] = {
      {0, "0"},
      {-1, "-1"},
      {9007199254740993, "9007199254740993"},
      {INT64_MAX, "9223372036854775807"},
      {INT64_MIN, "-9223372036854775808"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    gl_buf out = {0};
    gl_json json = {.out = &out};
    gl_json_integer(&json, cases[i].value);
    assert_string_equal(gl_buf_string(&out), cases[i].expected);
    gl_buf_clear(&out);
  }
}

static void a_string_may_be_empty(void **state) {
  (void)state;
  expect_written("", 0, "\"\"");
  expect_written(NULL, 0, "\"\"");
}

static void quotes_and_backslashes_are_escaped(void **state) {
  (void)state;
  expect_written("a\"b\\c/", 6, "\"a\\\"b\\\\c/\"");
  expect_written("\"", 1, "\"\\\"\"");
}

static void control_characters_are_escaped_in_their_shortest_form(void **state) {
  (void)state;
  expect_written("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
  expect_written("\0x\x01\x0B\x1F\x7F ", 7, "\"\\u0000x\\u0001\\u000b\\u001f\\u007f \"");
}

static void utf8_is_not_escaped(void **state) {
  (void)state;
  expect_written("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9,
                 "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

static void keys_are_escaped_like_strings(void **state) {
  (void)state;
  gl_buf out = {0};
  gl_json json = {.out = &out};
  gl_json_open(&json, '{');
  gl_json_key(&json, "a\"\n", 3);
  gl_json_integer(&json, 1);
  gl_json_close(&json, '}');
  assert_string_equal(gl_buf_string(&out), "{\"a\\\"\\n\":1}");
  gl_buf_clear(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_writer_sets_commas_and_colons),
      cmocka_unit_test(empty_objects_and_arrays_have_no_comma),
      cmocka_unit_test(integers_are_exact_to_the_limits),
      cmocka_unit_test(a_string_may_be_empty),
      cmocka_unit_test(quotes_and_backslashes_are_escaped),
      cmocka_unit_test(control_characters_are_escaped_in_their_shortest_form),
      cmocka_unit_test(utf8_is_not_escaped),
      cmocka_unit_test(keys_are_escaped_like_strings),
  };
  return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
