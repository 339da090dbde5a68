/* Outputs with an allocator that fails.  Every failure must be a memory error and leave no file. */
#include "core/error.h"
#include "core/output.h"
#include "core/output_flush.h"
#include "core/output_journal.h"
#include "directory.h"
#include "mem_failing.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64], why[GL_FILE_ERROR_SIZE];

static int make_directory(void **state) {
  (void)state;
  int result = directory_make();
  snprintf(path, sizeof path, "%s/file", directory);
  return result;
}

/* Removes the directory.  This fails if a test has left a file. */
static int remove_directory(void **state) {
  (void)state;
  gl_mem_fail_from(-1);
  return rmdir(directory);
}

static void an_output_without_memory_leaves_no_file(void **state) {
  (void)state;
  gl_output output = {0};
  int result = GL_MEMORY;
  long n = 0;
  for (; result; n++) {
    gl_mem_fail_from(n);
    result = gl_output_open(&output, path, NULL, why);
    if (result)
      assert_int_equal(result, GL_MEMORY);
    gl_output_discard(&output);
    assert_int_equal(gl_mem_live(), 0);
  }
  gl_mem_fail_from(-1);
  assert_in_range(n, 3, 20);
}

static void a_journal_without_memory_is_closed(void **state) {
  (void)state;
  gl_output_journal journal = {0};
  gl_output_journal_result result = GL_JOURNAL_MEMORY;
  long n = 0;
  for (; result; n++) {
    gl_mem_fail_from(n);
    result = gl_output_journal_open(&journal, path, 0, 1, why);
    assert_true(result == GL_JOURNAL_MEMORY || result == GL_JOURNAL_OPEN);
    assert_int_equal(journal.is_open, result == GL_JOURNAL_OPEN);
    gl_output_journal_remove(&journal);
    assert_int_equal(gl_mem_live(), 0);
  }
  gl_mem_fail_from(-1);
  assert_in_range(n, 3, 20);
}

static void a_flush_without_memory_is_a_memory_error_and_leaks_nothing(void **state) {
  (void)state;
  gl_error error;
  int result = GL_MEMORY, file = dup(STDERR_FILENO);
  gl_events *events = gl_events_new(&error);
  long n = 0, before = gl_mem_live();
  for (; result; n++) {
    gl_output_flush flush = {.done = 0};
    gl_mem_fail_from(n);
    result = gl_output_flush_start(&flush, file, events, &error);
    assert_true(result == 0 || result == GL_MEMORY);
    gl_output_flush_clear(&flush);
  }
  gl_mem_fail_from(-1);
  assert_in_range(n, 2, 20);
  assert_in_range(gl_mem_live(), before, before + 2); /* the event set keeps its arrays */
  gl_events_release(events);
  assert_int_equal(gl_mem_live(), 0);
  close(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_output_without_memory_leaves_no_file, make_directory,
                                      remove_directory),
      cmocka_unit_test_setup_teardown(a_journal_without_memory_is_closed, make_directory,
                                      remove_directory),
      cmocka_unit_test(a_flush_without_memory_is_a_memory_error_and_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
