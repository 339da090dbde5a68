#include "core/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void an_error_has_kind_code_and_formatted_message(void **state) {
  (void)state;
  gl_error error;
  memset(&error, 0xFF, sizeof error);
  assert_int_equal(gl_error_set(&error, GL_CONFIG, "NoRegionError", "%s of %d", "two", 3),
                   GL_CONFIG);
  assert_int_equal(error.kind, GL_CONFIG);
  assert_string_equal(error.code, "NoRegionError");
  assert_string_equal(error.message, "two of 3");
  assert_false(error.retryable);
}

static void a_failed_allocation_has_no_code(void **state) {
  (void)state;
  gl_error error = {.code = "Old", .retryable = 1};
  assert_int_equal(gl_error_memory(&error), GL_MEMORY);
  assert_int_equal(error.kind, GL_MEMORY);
  assert_string_equal(error.code, "");
  assert_string_equal(error.message, "not enough memory");
  assert_false(error.retryable);
}

static void a_message_may_contain_the_message_before_it(void **state) {
  (void)state;
  gl_error error = {.code = "A", .message = "inner"};
  gl_error_set(&error, GL_TRANSPORT, error.code, "outer: %s", error.message);
  assert_string_equal(error.code, "A");
  assert_string_equal(error.message, "outer: inner");
}

static void a_code_that_is_too_long_is_cut(void **state) {
  (void)state;
  gl_error error;
  char code[80];
  memset(code, 'C', sizeof code - 1);
  code[sizeof code - 1] = '\0';
  gl_error_set(&error, GL_CONFIG, code, "x");
  assert_int_equal(strlen(error.code), sizeof error.code - 1);
}

/* Returns the length of the message made of `plain` letters, one `character`, and then more text.
 */
static size_t cut_length(size_t plain, const char *character) {
  gl_error error;
  char text[2000];
  memset(text, 'a', plain);
  strcpy(text + plain, character);
  size_t length = strlen(text);
  memset(text + length, 'b', sizeof text - length - 1);
  text[sizeof text - 1] = '\0';
  gl_error_set(&error, GL_VALIDATION, "ParamValidationError", "%s", text);
  assert_memory_equal(error.message, text, strlen(error.message));
  return strlen(error.message);
}

static void a_message_that_is_too_long_is_cut(void **state) {
  (void)state;
  assert_int_equal(cut_length(0, ""), 1023);
  assert_int_equal(cut_length(1500, ""), 1023);
}

static void a_cut_never_splits_a_character(void **state) {
  (void)state;
  static const char *const characters[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
  for (size_t i = 0; i < 3; i++) {
    size_t size = strlen(characters[i]);
    for (size_t kept = 1; kept < size; kept++)
      assert_int_equal(cut_length(1023 - kept, characters[i]), 1023 - kept);
    assert_int_equal(cut_length(1023 - size, characters[i]), 1023);
    assert_int_equal(cut_length(1022 - size, characters[i]), 1023);
  }
}

static void a_message_one_byte_too_long_is_cut_at_a_character(void **state) {
  (void)state;
  gl_error error;
  gl_error_set(&error, GL_CONFIG, "X", "%1022s\xC3\xA9", "");
  assert_int_equal(strlen(error.message), 1022);
}

static void a_message_that_is_not_utf8_is_cut_too(void **state) {
  (void)state;
  assert_int_equal(cut_length(1000, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
                                    "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"),
                   1023);
}

static void a_message_exactly_at_the_limit_is_not_cut(void **state) {
  (void)state;
  gl_error error;
  char text[1024];
  memset(text, 'a', 1023);
  text[1023] = '\0';
  text[1022] = '\xC3'; /* invalid UTF-8, but not because of a cut */
  gl_error_set(&error, GL_CONFIG, "X", "%s", text);
  assert_string_equal(error.message, text);
}

static void each_kind_has_the_name_that_lua_sees(void **state) {
  (void)state;
  assert_string_equal(gl_kind_name(GL_MEMORY), "memory");
  assert_string_equal(gl_kind_name(GL_VALIDATION), "validation");
  assert_string_equal(gl_kind_name(GL_CONFIG), "config");
  assert_string_equal(gl_kind_name(GL_CREDENTIALS), "credentials");
  assert_string_equal(gl_kind_name(GL_TRANSPORT), "transport");
  assert_string_equal(gl_kind_name(GL_OK), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_error_has_kind_code_and_formatted_message),
      cmocka_unit_test(a_failed_allocation_has_no_code),
      cmocka_unit_test(a_message_may_contain_the_message_before_it),
      cmocka_unit_test(a_code_that_is_too_long_is_cut),
      cmocka_unit_test(a_message_that_is_too_long_is_cut),
      cmocka_unit_test(a_cut_never_splits_a_character),
      cmocka_unit_test(a_message_one_byte_too_long_is_cut_at_a_character),
      cmocka_unit_test(a_message_that_is_not_utf8_is_cut_too),
      cmocka_unit_test(a_message_exactly_at_the_limit_is_not_cut),
      cmocka_unit_test(each_kind_has_the_name_that_lua_sees),
  };
  return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
