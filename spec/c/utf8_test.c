#include "core/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FFFD "\xEF\xBF\xBD"

static void the_first_and_the_last_character_of_each_size_is_valid(void **state) {
  (void)state;
  static const char *const valid[] = {
      "",
      "\x01",
      "\x7F",
      "\xC2\x80",
      "\xDF\xBF",
      "\xE0\xA0\x80",
      "\xED\x9F\xBF",
      "\xEE\x80\x80",
      "\xEF\xBF\xBF",
      "\xF0\x90\x80\x80",
      "\xF4\x8F\xBF\xBF",
      "a\xC3\xA9z\xE2\x82\xAC\xF0\x9F\x98\x80!",
  };
  for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
    assert_true(gl_utf8_valid(valid[i], strlen(valid[i])));
  assert_true(gl_utf8_valid("a\0b", 3));
}

static void bytes_that_rfc_3629_forbids_are_invalid(void **state) {
  (void)state;
  static const char *const invalid[] = {
      "\x80",             /* a continuation byte without a lead byte */
      "\xBF",             /* the same */
      "\xC0\x80",         /* NUL, overlong */
      "\xC1\xBF",         /* overlong */
      "\xE0\x9F\xBF",     /* overlong */
      "\xF0\x8F\xBF\xBF", /* overlong */
      "\xED\xA0\x80",     /* first surrogate */
      "\xED\xBF\xBF",     /* last surrogate */
      "\xF4\x90\x80\x80", /* U+110000 */
      "\xF5\x80\x80\x80",
      "\xFE",
      "\xFF",
      "\xC3",         /* incomplete */
      "\xE2\x82",     /* incomplete */
      "\xF0\x9F\x98", /* incomplete */
      "\xC3\x28",
      "\xC3\xC3",
      "\xE2\x28\xA1",
      "\xE2\x82\x28",
      "\xE2\x82\xC0",
      "\xF0\x9F\x98\x28",
      "\xF0\x9F\x28\x80",
      "fine\xFF",
      "\xC3\xA9\xA9",
  };
  for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
    assert_false(gl_utf8_valid(invalid[i], strlen(invalid[i])));
}

static void a_character_cut_off_by_the_length_is_invalid(void **state) {
  (void)state;
  assert_false(gl_utf8_valid("\xE2\x82\xAC", 2));
  assert_true(gl_utf8_valid("ab\xE2", 2));
}

static void expect_clean(const char *bytes, size_t length, size_t limit, const char *expected) {
  gl_buf out = {0};
  assert_int_equal(gl_buf_append_string(&out, "<"), 0);
  assert_int_equal(gl_utf8_append_clean(&out, bytes, length, limit), 0);
  assert_string_equal(gl_buf_string(&out) + 1, expected);
  assert_true(gl_utf8_valid(out.data, out.length));
  gl_buf_clear(&out);
}

/* A valid text, the examples of the Unicode Standard 15 (tables 3-8 to 3-11), and the start of a
 * character. */
static void each_maximal_subpart_becomes_one_replacement_character(void **state) {
  (void)state;
  static const struct {
    const char *bytes, *expected;
  } cases[] = {
      {"a\xC3\xA9z\xE2\x82\xAC\xF0\x9F\x98\x80!", "a\xC3\xA9z\xE2\x82\xAC\xF0\x9F\x98\x80!"},
      {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A"},
      {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A"},
      {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B"},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", FFFD FFFD FFFD FFFD "A"},
      {"\xE2\x82", FFFD},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    expect_clean(cases[i].bytes, strlen(cases[i].bytes), SIZE_MAX, cases[i].expected);
}

static void a_limit_cuts_between_characters(void **state) {
  (void)state;
  static const char text[] = "a\xE2\x82\xAC\xFF";
  static const char *const expected[] = {
      "", "a", "a", "a", "a\xE2\x82\xAC", "a\xE2\x82\xAC", "a\xE2\x82\xAC", ("a\xE2\x82\xAC" FFFD),
  };
  for (size_t limit = 0; limit < COUNT(expected); limit++)
    expect_clean(text, 5, limit, expected[limit]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_and_the_last_character_of_each_size_is_valid),
      cmocka_unit_test(bytes_that_rfc_3629_forbids_are_invalid),
      cmocka_unit_test(a_character_cut_off_by_the_length_is_invalid),
      cmocka_unit_test(each_maximal_subpart_becomes_one_replacement_character),
      cmocka_unit_test(a_limit_cuts_between_characters),
  };
  return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
