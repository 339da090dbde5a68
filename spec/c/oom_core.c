/* The lower rooms of the core with an allocator that fails.  For n = 0, 1, … every allocation from
 * the n-th on fails, until an operation succeeds. */
#include "core/buf.h"
#include "core/error.h"
#include "core/header.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/uri.h"
#include "core/utf8.h"
#include "mem_failing.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

enum { FULL = 63 /* bytes that fit into the smallest buffer */ };

static const char sixty_bytes[] = "\"/?=&% ............................................... {a}";

static void fill(gl_buf *buf, const char *text) {
  gl_mem_fail_from(-1);
  assert_int_equal(gl_buf_append_format(buf, "%*s%s", FULL - (int)strlen(text), "", text), 0);
  assert_int_equal(buf->capacity, FULL + 1);
}

/* Runs `step` on a full buffer until it succeeds.  Each failure must be GL_MEMORY and leave the
 * buffer unchanged, and no memory may leak. */
static void expect_unchanged_until_done(int (*step)(gl_buf *), const char *text) {
  int result = GL_MEMORY;
  long n = 0;
  for (; result != 0; n++) {
    gl_buf buf = {0};
    char before[FULL + 1];
    fill(&buf, text);
    memcpy(before, buf.data, FULL + 1);
    gl_mem_fail_from(n);
    result = step(&buf);
    if (result) {
      assert_int_equal(result, GL_MEMORY);
      assert_int_equal(buf.length, FULL);
      assert_memory_equal(buf.data, before, FULL + 1);
    }
    gl_buf_clear(&buf);
    assert_int_equal(gl_mem_live(), 0);
  }
  assert_in_range(n, 2, 20);
}

static int reserve(gl_buf *buf) {
  return gl_buf_reserve(buf, 1);
}

static int append(gl_buf *buf) {
  return gl_buf_append_string(buf, sixty_bytes);
}

static int append_char(gl_buf *buf) {
  return gl_buf_append_char(buf, 'x');
}

static int append_format(gl_buf *buf) {
  return gl_buf_append_format(buf, "%s %d", sixty_bytes, 1);
}

static int splice(gl_buf *buf) {
  return gl_buf_splice(buf, 3, 2, sixty_bytes, 3);
}

static void a_buffer_that_cannot_grow_is_unchanged(void **state) {
  (void)state;
  expect_unchanged_until_done(reserve, "");
  expect_unchanged_until_done(append, "");
  expect_unchanged_until_done(append_char, "");
  expect_unchanged_until_done(append_format, "");
  expect_unchanged_until_done(splice, "");
}

static void a_block_that_a_buffer_outgrows_or_frees_is_wiped(void **state) {
  (void)state;
  gl_buf buf = {0};
  fill(&buf, "secret");
  size_t wiped = gl_mem_wiped(), first = buf.capacity;
  assert_int_equal(gl_buf_append_char(&buf, 'x'), 0);
  assert_int_equal(gl_mem_wiped() - wiped, first);
  size_t second = buf.capacity;
  gl_buf_reset(&buf);
  gl_buf_clear(&buf);
  assert_int_equal(gl_mem_wiped() - wiped, first + second);
}

static int encode(gl_buf *buf) {
  return gl_uri_encode(buf, sixty_bytes, sizeof sixty_bytes, "/");
}

static int add_query(gl_buf *buf) {
  return gl_uri_add_query(buf, "name", sixty_bytes, sizeof sixty_bytes);
}

static int canonical_path(gl_buf *buf) {
  return gl_uri_canonical_path(buf, "/../../a/./b", 12, 1);
}

static int canonical_query(gl_buf *buf) {
  return gl_uri_canonical_query(buf, "b=2&a=1&c", 9);
}

static void a_path_or_query_that_cannot_grow_is_unchanged(void **state) {
  (void)state;
  expect_unchanged_until_done(encode, "");
  expect_unchanged_until_done(add_query, "b=1");
  expect_unchanged_until_done(canonical_path, "a/b");
  expect_unchanged_until_done(canonical_query, "a=b");
}

static int append_clean(gl_buf *buf) {
  return gl_utf8_append_clean(buf,
                              "ab\xFF"
                              "cd",
                              5, 100);
}

static void a_text_that_cannot_be_cleaned_leaves_the_buffer_unchanged(void **state) {
  (void)state;
  expect_unchanged_until_done(append_clean, "");
}

static int write_json(gl_json *json, int step) {
  switch (step) {
  case 0:
    return gl_json_open(json, '{');
  case 1:
    return gl_json_close(json, '}');
  case 2:
    return gl_json_key(json, sixty_bytes, sizeof sixty_bytes);
  case 3:
    return gl_json_string(json, sixty_bytes, sizeof sixty_bytes);
  case 4:
    return gl_json_integer(json, INT64_MIN);
  default:
    return gl_json_boolean(json, 0);
  }
}

/* The buffer has `room` free bytes, so that a step fails at its first byte or at a later one. */
static void expect_json_step_undone(int step, size_t room) {
  gl_buf buf = {0};
  fill(&buf, "");
  gl_buf_truncate(&buf, FULL - room);
  gl_json json = {.out = &buf, .comma = 1};
  gl_mem_fail_from(0);
  assert_int_equal(write_json(&json, step), GL_MEMORY);
  assert_int_equal(buf.length, FULL - room);
  assert_int_equal(buf.data[buf.length], '\0');
  assert_true(json.comma);
  gl_mem_fail_from(-1);
  assert_int_equal(write_json(&json, step), 0);
  assert_int_equal(buf.data[FULL - room], step == 1 ? '}' : ',');
  gl_buf_clear(&buf);
  assert_int_equal(gl_mem_live(), 0);
}

static void a_json_step_that_fails_is_undone(void **state) {
  (void)state;
  for (int step = 0; step < 6; step++)
    expect_json_step_undone(step, 0);
  for (size_t room = 1; room < 10; room++)
    for (int step = 2; step < 4; step++)
      expect_json_step_undone(step, room);
  expect_json_step_undone(0, 1);
  expect_json_step_undone(4, 1);
  expect_json_step_undone(5, 1);
}

/* Adds fields until the first array of the list is full. */
static void fill_headers(gl_headers *headers) {
  static const char *const names[] = {"A", "B", "b", "C", "D", "E", "F"};
  gl_mem_fail_from(-1);
  for (size_t i = 0; headers->count == 0 || headers->count < headers->capacity; i = (i + 1) % 7)
    assert_int_equal(gl_headers_add(headers, names[i], 1, names[i], 1), 0);
}

static void expect_headers_unchanged(const gl_headers *headers) {
  gl_headers fresh = {0};
  fill_headers(&fresh);
  assert_int_equal(headers->count, fresh.count);
  for (size_t i = 0; i < fresh.count; i++) {
    assert_string_equal(headers->items[i].line, fresh.items[i].line);
  }
  gl_headers_clear(&fresh);
}

typedef int change(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length);

static void expect_headers_unchanged_until_done(change *step, const char *name) {
  int result = GL_MEMORY;
  long n = 0;
  for (; result != 0; n++) {
    gl_headers headers = {0};
    fill_headers(&headers);
    gl_mem_fail_from(n);
    result = step(&headers, name, strlen(name), "new", 3);
    if (result) {
      assert_int_equal(result, GL_MEMORY);
      expect_headers_unchanged(&headers);
    }
    gl_headers_clear(&headers);
    assert_int_equal(gl_mem_live(), 0);
  }
  assert_in_range(n, 2, 20);
}

static void a_header_list_that_cannot_grow_is_unchanged(void **state) {
  (void)state;
  expect_headers_unchanged_until_done(gl_headers_add, "B");
  expect_headers_unchanged_until_done(gl_headers_add, "New");
  expect_headers_unchanged_until_done(gl_headers_set, "B");
  expect_headers_unchanged_until_done(gl_headers_set, "New");
}

static void a_removed_or_replaced_header_value_is_wiped(void **state) {
  (void)state;
  gl_headers headers = {0};
  gl_mem_fail_from(-1);
  size_t wiped = gl_mem_wiped();
  gl_headers_add(&headers, "A", 1, "1", 1);
  gl_headers_add(&headers, "A", 1, "22", 2);
  gl_headers_set(&headers, "A", 1, "4444", 4);
  assert_int_equal(gl_mem_wiped() - wiped, 1 + 2);
  gl_headers_remove(&headers, "a");
  assert_int_equal(gl_mem_wiped() - wiped, 1 + 2 + 4);
  gl_headers_add(&headers, "A", 1, "88888888", 8);
  gl_headers_clear(&headers);
  assert_true(gl_mem_wiped() - wiped >= 1 + 2 + 4 + 8);
}

static void reporting_an_error_allocates_nothing(void **state) {
  (void)state;
  gl_error error;
  gl_mem_fail_from(0);
  gl_error_set(&error, GL_CONFIG, "Code", "%s %d", sixty_bytes, 1);
  gl_error_memory(&error);
  assert_int_equal(gl_mem_count(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_buffer_that_cannot_grow_is_unchanged),
      cmocka_unit_test(a_block_that_a_buffer_outgrows_or_frees_is_wiped),
      cmocka_unit_test(a_path_or_query_that_cannot_grow_is_unchanged),
      cmocka_unit_test(a_text_that_cannot_be_cleaned_leaves_the_buffer_unchanged),
      cmocka_unit_test(a_json_step_that_fails_is_undone),
      cmocka_unit_test(a_header_list_that_cannot_grow_is_unchanged),
      cmocka_unit_test(a_removed_or_replaced_header_value_is_wiped),
      cmocka_unit_test(reporting_an_error_allocates_nothing),
  };
  return cmocka_run_group_tests_name("the core on a failing allocator", tests, NULL, NULL);
}
