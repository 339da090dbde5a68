#include "core/buf.h"
#include "core/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void an_unwritten_buffer_is_an_empty_string(void **state) {
  (void)state;
  gl_buf buf = {0};
  assert_string_equal(gl_buf_string(&buf), "");
  assert_int_equal(gl_buf_append(&buf, NULL, 0), 0);
  assert_int_equal(gl_buf_append_string(&buf, ""), 0);
  assert_null(buf.data);
  gl_buf_reset(&buf);
  gl_buf_truncate(&buf, 0);
  gl_buf_clear(&buf);
  gl_buf_clear(&buf);
}

static void appended_bytes_keep_their_order_and_end_in_a_nul(void **state) {
  (void)state;
  gl_buf buf = {0};
  assert_int_equal(gl_buf_append_string(&buf, "ab"), 0);
  assert_int_equal(gl_buf_append_char(&buf, 'c'), 0);
  assert_int_equal(gl_buf_append_format(&buf, "%d-%s", 42, "d"), 0);
  assert_int_equal(gl_buf_append(&buf, "efg", 2), 0);
  assert_int_equal(gl_buf_append(&buf, NULL, 0), 0);
  assert_string_equal(gl_buf_string(&buf), "abc42-def");
  assert_int_equal(buf.length, 9);
  gl_buf_clear(&buf);
}

static void the_bytes_of_a_buffer_may_be_nuls(void **state) {
  (void)state;
  gl_buf buf = {0};
  gl_buf_append(&buf, "a\0b", 3);
  gl_buf_append_char(&buf, '\0');
  assert_int_equal(buf.length, 4);
  assert_memory_equal(buf.data, "a\0b\0", 5);
  gl_buf_clear(&buf);
}

static void a_long_format_is_written_completely(void **state) {
  (void)state;
  gl_buf buf = {0};
  gl_buf_append_string(&buf, ">");
  assert_int_equal(gl_buf_append_format(&buf, "%5000d", 7), 0);
  assert_int_equal(buf.length, 5001);
  assert_int_equal(strspn(buf.data + 1, " "), 4999);
  assert_string_equal(buf.data + 5000, "7");
  gl_buf_clear(&buf);
}

static void a_buffer_grows_in_amortised_constant_time(void **state) {
  (void)state;
  gl_buf buf = {0};
  size_t grown = 0, capacity = 0;
  for (int i = 0; i < 1000000; i++) {
    assert_int_equal(gl_buf_append_char(&buf, (char)('a' + i % 26)), 0);
    grown += buf.capacity != capacity;
    capacity = buf.capacity;
  }
  assert_in_range(grown, 1, 20);
  for (int i = 0; i < 1000000; i += 997)
    assert_int_equal(buf.data[i], 'a' + i % 26);
  gl_buf_clear(&buf);
}

static void appending_to_reserved_room_does_not_move_the_buffer(void **state) {
  (void)state;
  gl_buf buf = {0};
  assert_int_equal(gl_buf_reserve(&buf, 1000), 0);
  const char *data = buf.data;
  assert_string_equal(data, "");
  for (int i = 0; i < 1000; i++)
    gl_buf_append_char(&buf, 'x');
  assert_ptr_equal(buf.data, data);
  gl_buf_clear(&buf);
}

static void a_size_that_overflows_is_a_memory_error(void **state) {
  (void)state;
  gl_buf buf = {0};
  gl_buf_append_string(&buf, "abc");
  assert_int_equal(gl_buf_reserve(&buf, SIZE_MAX), GL_MEMORY);
  assert_int_equal(gl_buf_reserve(&buf, SIZE_MAX - 3), GL_MEMORY);
  assert_int_equal(gl_buf_append(&buf, "", SIZE_MAX - 3), GL_MEMORY);
  assert_string_equal(gl_buf_string(&buf), "abc");
  gl_buf_clear(&buf);
}

static void expect_splice(size_t offset, size_t removed, const char *bytes, const char *expected) {
  gl_buf buf = {0};
  gl_buf_append_string(&buf, "0123456789");
  assert_int_equal(gl_buf_splice(&buf, offset, removed, bytes, strlen(bytes)), 0);
  assert_string_equal(gl_buf_string(&buf), expected);
  assert_int_equal(buf.length, strlen(expected));
  gl_buf_clear(&buf);
}

static void a_splice_may_shrink_or_grow_the_buffer_at_any_offset(void **state) {
  (void)state;
  expect_splice(2, 3, "abc", "01abc56789");
  expect_splice(2, 3, "a", "01a56789");
  expect_splice(2, 3, "", "0156789");
  expect_splice(2, 1, "abc", "01abc3456789");
  expect_splice(0, 0, "ab", "ab0123456789");
  expect_splice(10, 0, "ab", "0123456789ab");
  expect_splice(8, 2, "abc", "01234567abc");
  expect_splice(0, 10, "", "");
  expect_splice(5, 0, "", "0123456789");
  const char *sixty = "............................................................";
  expect_splice(9, 1, sixty,
                "012345678............................................................");
}

static void splicing_nothing_into_an_unwritten_buffer_does_nothing(void **state) {
  (void)state;
  gl_buf buf = {0};
  assert_int_equal(gl_buf_splice(&buf, 0, 0, NULL, 0), 0);
  assert_int_equal(gl_buf_splice(&buf, 0, 0, "a", 1), 0);
  assert_string_equal(gl_buf_string(&buf), "a");
  gl_buf_clear(&buf);
}

static void resetting_a_buffer_keeps_its_memory(void **state) {
  (void)state;
  gl_buf buf = {0};
  gl_buf_append_string(&buf, "abcdef");
  size_t capacity = buf.capacity;
  gl_buf_truncate(&buf, 7);
  assert_int_equal(buf.length, 6);
  assert_string_equal(gl_buf_string(&buf), "abcdef");
  gl_buf_truncate(&buf, 2);
  assert_string_equal(gl_buf_string(&buf), "ab");
  gl_buf_reset(&buf);
  assert_string_equal(gl_buf_string(&buf), "");
  assert_int_equal(buf.length, 0);
  assert_int_equal(buf.capacity, capacity);
  gl_buf_append_string(&buf, "z");
  assert_string_equal(gl_buf_string(&buf), "z");
  gl_buf_clear(&buf);
}

static void a_cleared_buffer_is_the_zero_value(void **state) {
  (void)state;
  gl_buf buf = {0};
  gl_buf_append_string(&buf, "secret");
  gl_buf_clear(&buf);
  assert_null(buf.data);
  assert_int_equal(buf.length, 0);
  assert_int_equal(buf.capacity, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_unwritten_buffer_is_an_empty_string),
      cmocka_unit_test(appended_bytes_keep_their_order_and_end_in_a_nul),
      cmocka_unit_test(the_bytes_of_a_buffer_may_be_nuls),
      cmocka_unit_test(a_long_format_is_written_completely),
      cmocka_unit_test(a_buffer_grows_in_amortised_constant_time),
      cmocka_unit_test(appending_to_reserved_room_does_not_move_the_buffer),
      cmocka_unit_test(a_size_that_overflows_is_a_memory_error),
      cmocka_unit_test(a_splice_may_shrink_or_grow_the_buffer_at_any_offset),
      cmocka_unit_test(splicing_nothing_into_an_unwritten_buffer_does_nothing),
      cmocka_unit_test(resetting_a_buffer_keeps_its_memory),
      cmocka_unit_test(a_cleared_buffer_is_the_zero_value),
  };
  return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
