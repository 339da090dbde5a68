#include "header_list.h"

static void an_empty_list_finds_no_header_and_may_be_cleared(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_null(gl_headers_get(&headers, "Host"));
  gl_headers_remove(&headers, "Host");
  gl_headers_clear(&headers);
  gl_headers_clear(&headers);
}

static void added_headers_keep_order_spelling_and_repetitions(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(add(&headers, "Host", "h"), 0);
  assert_int_equal(add(&headers, "X-A", "1"), 0);
  assert_int_equal(add(&headers, "x-a", "2"), 0);
  expect_list(&headers, "Host=h;X-A=1;x-a=2;");
  gl_headers_clear(&headers);
}

static void the_list_grows_beyond_its_first_block(void **state) {
  (void)state;
  gl_headers headers = {0};
  for (int i = 0; i < 100; i++) {
    char name[16];
    snprintf(name, sizeof name, "N%d", i);
    assert_int_equal(add(&headers, name, name + 1), 0);
  }
  assert_int_equal(headers.count, 100);
  assert_string_equal(gl_headers_get(&headers, "n99"), "99");
  assert_string_equal(gl_headers_get(&headers, "n0"), "0");
  gl_headers_clear(&headers);
}

static void a_field_is_found_without_regard_to_case(void **state) {
  (void)state;
  gl_headers headers = {0};
  add(&headers, "X-Amzn-RequestId", "first");
  add(&headers, "x-amzn-requestid", "second");
  assert_string_equal(gl_headers_get(&headers, "X-AMZN-REQUESTID"), "first");
  assert_null(gl_headers_get(&headers, "X-Amzn-Request"));
  assert_null(gl_headers_get(&headers, "X-Amzn-RequestId2"));
  gl_headers_clear(&headers);
}

static void setting_a_header_replaces_the_first_and_drops_the_others(void **state) {
  (void)state;
  gl_headers headers = {0};
  add(&headers, "A", "1");
  add(&headers, "B", "2");
  add(&headers, "b", "3");
  add(&headers, "C", "4");
  add(&headers, "B", "5");
  assert_int_equal(set(&headers, "b", "new"), 0);
  expect_list(&headers, "A=1;b=new;C=4;");
  assert_int_equal(set(&headers, "D", "6"), 0);
  expect_list(&headers, "A=1;b=new;C=4;D=6;");
  gl_headers_clear(&headers);
}

static void a_header_may_be_set_to_a_part_of_its_own_value(void **state) {
  (void)state;
  gl_headers headers = {0};
  add(&headers, "A", "value");
  gl_header *item = &headers.items[0];
  assert_int_equal(gl_headers_set(&headers, item->line, 1, item->value + 1, 3), 0);
  expect_list(&headers, "A=alu;");
  gl_headers_clear(&headers);
}

static void removing_a_name_drops_every_header_of_that_name(void **state) {
  (void)state;
  gl_headers headers = {0};
  add(&headers, "A", "1");
  add(&headers, "B", "2");
  add(&headers, "a", "3");
  gl_headers_remove(&headers, "A");
  expect_list(&headers, "B=2;");
  gl_headers_remove(&headers, "A");
  expect_list(&headers, "B=2;");
  gl_headers_clear(&headers);
}

static void a_header_name_that_is_not_a_token_is_rejected(void **state) {
  (void)state;
  static const char *const names[] = {
      "", " ", "A B", "A:", "A\r\nB", "A\t", "A\x7F", "\xC3\xA9", "A(", "A@", "A/b", "\"A\"",
  };
  gl_headers headers = {0};
  add(&headers, "Kept", "1");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    assert_int_equal(add(&headers, names[i], "v"), GL_HEADER_BAD);
    assert_int_equal(set(&headers, names[i], "v"), GL_HEADER_BAD);
  }
  assert_int_equal(gl_headers_add(&headers, "A\0B", 3, "v", 1), GL_HEADER_BAD);
  expect_list(&headers, "Kept=1;");
  gl_headers_clear(&headers);
}

static void every_character_of_a_token_is_accepted(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(add(&headers,
                       "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                       "v"),
                   0);
  gl_headers_clear(&headers);
}

static void a_value_with_a_control_character_is_rejected(void **state) {
  (void)state;
  gl_headers headers = {0};
  add(&headers, "A", "old");
  for (int byte = 0; byte < 256; byte++) {
    char value[3] = {'x', (char)byte, 'y'};
    int bad = byte < 0x20 || byte == 0x7F;
    assert_int_equal(gl_header_value_valid(value, 3), !bad);
    assert_int_equal(gl_headers_set(&headers, "B", 1, value, 3), bad ? GL_HEADER_BAD : 0);
    if (bad)
      assert_int_equal(gl_headers_add(&headers, "A", 1, value, 3), GL_HEADER_BAD);
  }
  assert_string_equal(gl_headers_get(&headers, "A"), "old");
  assert_int_equal(headers.count, 2);
  gl_headers_clear(&headers);
}

static void a_value_may_be_empty(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(gl_headers_add(&headers, "A", 1, NULL, 0), 0);
  assert_string_equal(gl_headers_get(&headers, "a"), "");
  gl_headers_clear(&headers);
}

static void a_header_has_its_name_in_lower_case_and_its_line(void **state) {
  (void)state;
  gl_headers headers = {0};
  add(&headers, "Content-MD5", "a b");
  assert_string_equal(headers.items[0].lower, "content-md5");
  assert_string_equal(headers.items[0].line, "Content-MD5: a b");
  gl_headers_clear(&headers);
}

static void the_line_of_a_blank_value_ends_in_a_semicolon(void **state) {
  (void)state;
  gl_headers headers = {0};
  assert_int_equal(set(&headers, "A", "value"), 0);
  assert_int_equal(set(&headers, "A", "  "), 0);
  assert_string_equal(headers.items[0].line, "A;");
  assert_string_equal(headers.items[0].value, "  ");
  assert_int_equal(set(&headers, "A", "v"), 0);
  assert_string_equal(headers.items[0].line, "A: v");
  gl_headers_clear(&headers);
}

static void each_control_character_is_found_in_a_long_value(void **state) {
  (void)state;
  char value[20];
  for (int byte = 0; byte < 256; byte++) {
    memset(value, ' ', sizeof value);
    value[3] = value[18] = (char)byte;
    assert_int_equal(gl_header_value_valid(value, sizeof value), byte >= 0x20 && byte != 0x7F);
  }
}

static void a_control_character_is_found_at_each_position_of_a_value(void **state) {
  (void)state;
  char value[20];
  for (size_t length = 1; length <= sizeof value; length++)
    for (size_t at = 0; at < length; at++) {
      memset(value, at % 2 ? '\xFF' : '~', sizeof value);
      assert_true(gl_header_value_valid(value, length));
      value[at] = at % 3 ? '\n' : '\x7F';
      assert_false(gl_header_value_valid(value, length));
      assert_true(gl_header_value_valid(value, at));
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_list_finds_no_header_and_may_be_cleared),
      cmocka_unit_test(added_headers_keep_order_spelling_and_repetitions),
      cmocka_unit_test(the_list_grows_beyond_its_first_block),
      cmocka_unit_test(a_field_is_found_without_regard_to_case),
      cmocka_unit_test(setting_a_header_replaces_the_first_and_drops_the_others),
      cmocka_unit_test(a_header_may_be_set_to_a_part_of_its_own_value),
      cmocka_unit_test(removing_a_name_drops_every_header_of_that_name),
      cmocka_unit_test(a_header_name_that_is_not_a_token_is_rejected),
      cmocka_unit_test(every_character_of_a_token_is_accepted),
      cmocka_unit_test(a_value_with_a_control_character_is_rejected),
      cmocka_unit_test(a_value_may_be_empty),
      cmocka_unit_test(a_header_has_its_name_in_lower_case_and_its_line),
      cmocka_unit_test(the_line_of_a_blank_value_ends_in_a_semicolon),
      cmocka_unit_test(each_control_character_is_found_in_a_long_value),
      cmocka_unit_test(a_control_character_is_found_at_each_position_of_a_value),
  };
  return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
