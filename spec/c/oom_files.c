/* Small files and home directories with an allocator that fails.  For n = 0, 1, … every allocation
 * from the n-th on fails, until an operation succeeds. */
#include "core/error.h"
#include "core/file.h"
#include "core/home.h"
#include "directory.h"
#include "mem_failing.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[96], why[GL_FILE_ERROR_SIZE];

static int set_up(void **state) {
  (void)state;
  int result = directory_make();
  snprintf(path, sizeof path, "%s/file", directory);
  return result;
}

static int tear_down(void **state) {
  (void)state;
  unlink(path);
  return rmdir(directory); /* fails if another file is left */
}

/* Returns the lowest free descriptor.  It stays the same unless a descriptor leaks. */
static int free_descriptor(void) {
  int fd = open("/dev/null", O_RDONLY);
  close(fd);
  return fd;
}

static void expect_content(const char *expected) {
  gl_buf text = {0};
  gl_mem_fail_from(-1);
  assert_int_equal(gl_file_read(path, 100, &text, why), GL_FILE_OK);
  assert_string_equal(gl_buf_string(&text), expected);
  gl_buf_clear(&text);
}

static void a_file_is_replaced_or_unchanged(void **state) {
  (void)state;
  gl_mem_fail_from(-1);
  assert_int_equal(gl_file_replace(path, "old", 3, why), GL_FILE_OK);
  int before = free_descriptor();
  gl_file_result result = GL_FILE_MEMORY;
  long n = 0;
  for (; result != GL_FILE_OK; n++) {
    gl_mem_fail_from(n);
    result = gl_file_replace(path, "content", 7, why);
    assert_true(result == GL_FILE_OK || result == GL_FILE_MEMORY);
    expect_content(result == GL_FILE_OK ? "content" : "old");
    assert_int_equal(gl_mem_live(), 0);
    assert_int_equal(free_descriptor(), before);
  }
  assert_in_range(n, 2, 20);
}

static void a_file_is_closed_when_reading_it_runs_out_of_memory(void **state) {
  (void)state;
  gl_mem_fail_from(-1);
  assert_int_equal(gl_file_replace(path, "content", 7, why), GL_FILE_OK);
  int before = free_descriptor();
  gl_file_result result = GL_FILE_MEMORY;
  long n = 0;
  for (; result != GL_FILE_OK; n++) {
    gl_buf text = {0};
    gl_mem_fail_from(n);
    result = gl_file_read(path, 100, &text, why);
    assert_true(result == GL_FILE_OK || result == GL_FILE_MEMORY);
    gl_buf_clear(&text);
    assert_int_equal(gl_mem_live(), 0);
    assert_int_equal(free_descriptor(), before);
  }
  assert_in_range(n, 2, 20);
}

static void looking_up_a_home_directory_fails_only_with_a_memory_error(void **state) {
  (void)state;
  int result = GL_MEMORY;
  long n = 0;
  for (; result != 0; n++) {
    gl_buf home = {0};
    gl_mem_fail_from(n);
    result = gl_home_find("root", &home);
    assert_true(result == 0 || result == GL_MEMORY);
    gl_buf_clear(&home);
    assert_int_equal(gl_mem_live(), 0);
  }
  assert_in_range(n, 3, 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_is_replaced_or_unchanged),
      cmocka_unit_test(a_file_is_closed_when_reading_it_runs_out_of_memory),
      cmocka_unit_test(looking_up_a_home_directory_fails_only_with_a_memory_error),
  };
  return cmocka_run_group_tests_name("files on a failing allocator", tests, set_up, tear_down);
}
