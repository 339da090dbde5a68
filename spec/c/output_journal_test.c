#include "core/output_journal.h"

#include "directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char target[128];
static char why[GL_FILE_ERROR_SIZE];
static gl_output_journal journal, other;

static int set_up(void **state) {
  (void)state;
  int result = directory_make();
  snprintf(target, sizeof target, "%s/target", directory);
  return result;
}

static int tear_down(void **state) {
  (void)state;
  gl_output_journal_close(&journal);
  gl_output_journal_close(&other);
  return directory_remove();
}

static gl_output_journal_result open_journal(gl_output_journal *out, int number) {
  return gl_output_journal_open(out, target, number, 1, why);
}

static void assert_text(const char *text) {
  gl_buf read = {0};
  assert_int_equal(gl_output_journal_read(&journal, 1024, &read, why), 0);
  assert_string_equal(gl_buf_string(&read), text);
  gl_buf_clear(&read);
}

static void a_later_process_reads_what_was_appended(void **state) {
  (void)state;
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_OPEN);
  assert_text("");
  assert_int_equal(gl_output_journal_restart(&journal, "old", 3, why), 0);
  assert_int_equal(gl_output_journal_restart(&journal, "a\n", 2, why), 0);
  assert_int_equal(gl_output_journal_append(&journal, "b\n", 2, why), 0);
  gl_output_journal_close(&journal);
  gl_output_journal_close(&journal);
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_OPEN);
  assert_text("a\nb\n");
}

static void no_more_than_the_limit_is_read(void **state) {
  gl_buf read = {0};
  (void)state;
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_OPEN);
  assert_int_equal(gl_output_journal_restart(&journal, "abcd", 4, why), 0);
  assert_int_equal(gl_output_journal_read(&journal, 3, &read, why), 0);
  assert_string_equal(gl_buf_string(&read), "abc");
  gl_buf_clear(&read);
}

static void an_open_journal_is_busy_and_another_number_is_free(void **state) {
  (void)state;
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_OPEN);
  assert_int_equal(open_journal(&other, 0), GL_JOURNAL_BUSY);
  assert_int_equal(open_journal(&other, 1), GL_JOURNAL_OPEN);
  gl_output_journal_remove(&journal);
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_OPEN);
}

static void a_missing_journal_is_created_only_on_request(void **state) {
  (void)state;
  assert_int_equal(gl_output_journal_open(&journal, target, 3, 0, why), GL_JOURNAL_NONE);
  assert_false(journal.is_open);
  assert_int_equal(rmdir(directory), 0); /* it is empty */
}

static void a_journal_is_readable_only_by_its_owner(void **state) {
  struct stat found;
  (void)state;
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_OPEN);
  assert_int_equal(lstat(journal.path, &found), 0);
  assert_int_equal(found.st_mode & 07777, 0600);
}

static void a_link_a_directory_or_a_pipe_at_the_path_of_a_journal_counts_as_busy(void **state) {
  char path[256];
  (void)state;
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_OPEN);
  strcpy(path, journal.path);
  gl_output_journal_remove(&journal);
  assert_int_equal(symlink("/dev/null", path), 0);
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_BUSY);
  unlink(path);
  assert_int_equal(mkdir(path, 0700), 0);
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_BUSY);
  rmdir(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_BUSY);
}

static void a_link_and_its_target_have_the_same_journal(void **state) {
  char link[128];
  (void)state;
  snprintf(link, sizeof link, "%s/link", directory);
  assert_int_equal(symlink("target", link), 0);
  assert_int_equal(open_journal(&journal, 0), GL_JOURNAL_OPEN);
  assert_int_equal(gl_output_journal_open(&other, link, 0, 1, why), GL_JOURNAL_BUSY);
}

static void a_device_has_no_journal_and_a_missing_folder_is_an_error(void **state) {
  (void)state;
  assert_int_equal(symlink("/dev/null", path_of("device")), 0);
  assert_int_equal(gl_output_journal_open(&journal, path_of("device"), 0, 1, why), GL_JOURNAL_NONE);
  assert_int_equal(gl_output_journal_open(&journal, "/dev/fd/1", 0, 1, why), GL_JOURNAL_NONE);
  assert_int_equal(gl_output_journal_open(&journal, "/none/file", 0, 1, why), GL_JOURNAL_FAILED);
  assert_string_equal(why, "No such file or directory");
  assert_int_equal(gl_output_journal_open(&journal, "", 0, 1, why), GL_JOURNAL_FAILED);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      test(a_later_process_reads_what_was_appended),
      test(no_more_than_the_limit_is_read),
      test(an_open_journal_is_busy_and_another_number_is_free),
      test(a_journal_is_readable_only_by_its_owner),
      test(a_link_a_directory_or_a_pipe_at_the_path_of_a_journal_counts_as_busy),
      test(a_link_and_its_target_have_the_same_journal),
      test(a_device_has_no_journal_and_a_missing_folder_is_an_error),
      test(a_missing_journal_is_created_only_on_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
