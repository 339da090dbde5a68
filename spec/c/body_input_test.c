#include "core/body_input.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096, SIZE = 300 * 1000, BEGIN = 1000 /* where the body begins in the file */ };

static unsigned char bytes[SIZE]; /* byte i is i mod 251 */
static int file;
static unsigned char *buffer;

static int set_up(void **state) {
  (void)state;
  char path[] = "/tmp/body_input_XXXXXX";
  for (size_t i = 0; i < SIZE; i++)
    bytes[i] = (unsigned char)(i % 251);
  buffer = malloc(GL_BODY_BUFFER);
  file = mkstemp(path);
  unlink(path);
  return !buffer || pwrite(file, bytes, SIZE, BEGIN) != SIZE;
}

static int tear_down(void **state) {
  (void)state;
  free(buffer);
  return close(file);
}

static gl_body_input from_memory(void) {
  return (gl_body_input){bytes, 0, 0, SIZE};
}

static gl_body_input from_file(void) {
  return (gl_body_input){NULL, file, BEGIN, SIZE};
}

static void bytes_in_memory_are_not_copied_to_be_read(void **state) {
  (void)state;
  gl_error error;
  const unsigned char *out;
  gl_body_input input = from_memory();
  assert_int_equal(gl_body_input_read(&input, 7, 100, NULL, &out, &error), 0);
  assert_ptr_equal(out, bytes + 7);
}

static void bytes_of_a_file_are_read_at_any_position(void **state) {
  (void)state;
  static const size_t positions[] = {0, 1, 16, 3095, 3096, 3097, 4096, SIZE - GL_BODY_READ};
  static const size_t sizes[] = {1, PAGE, GL_BODY_READ};
  gl_body_input input = from_file();
  for (size_t i = 0; i < sizeof positions / sizeof *positions; i++)
    for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
      gl_error error;
      const unsigned char *out;
      assert_int_equal(gl_body_input_read(&input, positions[i], sizes[j], buffer, &out, &error), 0);
      assert_true(out >= buffer && out + sizes[j] <= buffer + GL_BODY_BUFFER);
      assert_memory_equal(out, bytes + positions[i], sizes[j]);
    }
}

static void bytes_of_a_file_are_read_to_the_same_offset_in_a_page(void **state) {
  (void)state;
  gl_body_input input = from_file();
  for (size_t position = 0; position < 2 * PAGE; position += 13) {
    gl_error error;
    const unsigned char *out;
    assert_int_equal(gl_body_input_read(&input, position, 1, buffer, &out, &error), 0);
    assert_int_equal((uintptr_t)out % PAGE, (BEGIN + position) % PAGE);
  }
}

static void an_input_is_copied_from_memory_and_from_a_file(void **state) {
  (void)state;
  gl_body_input inputs[] = {from_memory(), from_file()};
  for (int i = 0; i < 2; i++) {
    gl_error error;
    memset(buffer, 0, 1000);
    assert_int_equal(gl_body_input_copy(&inputs[i], 5, 999, buffer, &error), 0);
    assert_memory_equal(buffer, bytes + 5, 999);
    assert_int_equal(buffer[999], 0);
  }
}

static void expect_error(gl_body_input input, uint64_t position, const char *words) {
  gl_error error;
  const unsigned char *out;
  assert_int_equal(gl_body_input_read(&input, position, 10, buffer, &out, &error), GL_VALIDATION);
  assert_string_equal(error.code, "ParamValidationError");
  assert_ptr_equal(strstr(error.message, words), error.message);
  assert_int_equal(gl_body_input_copy(&input, position, 10, buffer, &error), GL_VALIDATION);
  assert_ptr_equal(strstr(error.message, words), error.message);
}

static void a_file_that_is_too_short_is_an_error_that_names_its_end(void **state) {
  (void)state;
  expect_error(from_file(), SIZE - 9, "it has become shorter: it ends at byte 301000");
  expect_error(from_file(), SIZE + 5000, "it has become shorter: it ends at byte 301000");
}

static void a_file_that_cannot_be_read_is_an_error_with_the_reason(void **state) {
  (void)state;
  expect_error((gl_body_input){NULL, -1, 0, 10}, 0, "it cannot be read: Bad file descriptor");
}

/* Returns how many bytes after the source the target begins, modulo the page size. */
static size_t distance(const gl_body_input *input, uint64_t position, const void *target) {
  return (size_t)((uintptr_t)target - (input->offset + position)) % PAGE;
}

static void a_shorter_piece_moves_the_later_ones_out_of_the_slow_range(void **state) {
  (void)state;
  gl_body_input input = from_file();
  enum { ROOM = 8 * PAGE };
  for (size_t shift = 0; shift < PAGE; shift++) {
    const unsigned char *target = buffer + shift;
    size_t first = gl_body_input_piece(&input, 0, ROOM, target);
    size_t before = distance(&input, 0, target), after = distance(&input, first, target);
    assert_true(first <= ROOM && first >= ROOM / 2);
    assert_int_equal(first < ROOM, before >= 1 && before <= 31);
    assert_false(after >= 1 && after <= 31);
    assert_int_equal(gl_body_input_piece(&input, first, ROOM, target), ROOM);
  }
}

static void a_piece_of_memory_or_of_a_few_bytes_is_not_shortened(void **state) {
  (void)state;
  gl_body_input memory = from_memory(), disk = from_file();
  for (size_t shift = 0; shift < PAGE; shift++) {
    assert_int_equal(gl_body_input_piece(&memory, 0, 8 * PAGE, buffer + shift), 8 * PAGE);
    assert_int_equal(gl_body_input_piece(&disk, 0, 1, buffer + shift), 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_in_memory_are_not_copied_to_be_read),
      cmocka_unit_test(bytes_of_a_file_are_read_at_any_position),
      cmocka_unit_test(bytes_of_a_file_are_read_to_the_same_offset_in_a_page),
      cmocka_unit_test(an_input_is_copied_from_memory_and_from_a_file),
      cmocka_unit_test(a_file_that_is_too_short_is_an_error_that_names_its_end),
      cmocka_unit_test(a_file_that_cannot_be_read_is_an_error_with_the_reason),
      cmocka_unit_test(a_shorter_piece_moves_the_later_ones_out_of_the_slow_range),
      cmocka_unit_test(a_piece_of_memory_or_of_a_few_bytes_is_not_shortened),
  };
  return cmocka_run_group_tests_name("body_input", tests, set_up, tear_down);
}
