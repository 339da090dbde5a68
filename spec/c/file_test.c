#include "core/file.h"

#include "directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char why[GL_FILE_ERROR_SIZE];

static void write_file(const char *name, const char *text) {
  FILE *file = fopen(path_of(name), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  fclose(file);
}

static int set_up(void **state) {
  (void)state;
  return directory_make();
}

static int tear_down(void **state) {
  (void)state;
  return directory_remove();
}

static gl_file_result read_file(const char *path, size_t limit, gl_buf *text) {
  why[0] = '\0';
  gl_buf_clear(text);
  return gl_file_read(path, limit, text, why);
}

static void a_file_is_read_whole_up_to_the_limit(void **state) {
  (void)state;
  gl_buf text = {0};
  write_file("five", "12345");
  assert_int_equal(read_file(path_of("five"), 5, &text), GL_FILE_OK);
  assert_int_equal(text.length, 5);
  assert_string_equal(text.data, "12345");
  assert_int_equal(read_file(path_of("five"), 4, &text), GL_FILE_FAILED);
  assert_string_equal(why, "longer than 4 bytes");
  gl_buf_clear(&text);
}

static void a_directory_and_a_path_below_a_file_count_as_missing(void **state) {
  (void)state;
  gl_buf text = {0};
  write_file("file", "");
  assert_int_equal(read_file(directory, 9, &text), GL_FILE_MISSING);
  assert_int_equal(read_file(path_of("none"), 9, &text), GL_FILE_MISSING);
  assert_string_equal(why, strerror(ENOENT));
  assert_int_equal(read_file(path_of("file/below"), 9, &text), GL_FILE_MISSING);
  gl_buf_clear(&text);
}

static void a_pipe_without_a_writer_is_rejected_without_waiting(void **state) {
  (void)state;
  gl_buf text = {0};
  assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
  assert_int_equal(read_file(path_of("pipe"), 9, &text), GL_FILE_FAILED);
  assert_string_equal(why, "not a regular file");
  gl_buf_clear(&text);
}

static void a_device_is_read_up_to_the_limit(void **state) {
  (void)state;
  gl_buf text = {0};
  assert_int_equal(read_file("/dev/null", 9, &text), GL_FILE_OK);
  assert_int_equal(text.length, 0);
  assert_int_equal(read_file("/dev/zero", 100000, &text), GL_FILE_FAILED);
  assert_string_equal(why, "longer than 100000 bytes");
  gl_buf_clear(&text);
}

static void a_cycle_of_links_fails_with_the_message_of_the_system(void **state) {
  (void)state;
  gl_buf text = {0};
  assert_int_equal(symlink("loop", path_of("loop")), 0);
  assert_int_equal(read_file(path_of("loop"), 9, &text), GL_FILE_FAILED);
  assert_string_equal(why, strerror(ELOOP));
  gl_buf_clear(&text);
}

static int count_files(void) {
  int count = 0;
  DIR *opened = opendir(directory);
  assert_non_null(opened);
  for (struct dirent *entry; (entry = readdir(opened));)
    count += entry->d_name[0] != '.';
  closedir(opened);
  return count;
}

static void a_replaced_file_is_readable_only_by_its_owner(void **state) {
  (void)state;
  struct stat status;
  gl_buf text = {0};
  write_file("token", "old");
  assert_int_equal(chmod(path_of("token"), 0644), 0);
  int before = count_files();
  assert_int_equal(gl_file_replace(path_of("token"), "a\0b", 3, why), GL_FILE_OK);
  assert_int_equal(read_file(path_of("token"), 9, &text), GL_FILE_OK);
  assert_int_equal(text.length, 3);
  assert_memory_equal(text.data, "a\0b", 3);
  assert_int_equal(stat(path_of("token"), &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  assert_int_equal(count_files(), before);
  gl_buf_clear(&text);
}

static void a_failed_replacement_leaves_nothing_behind(void **state) {
  (void)state;
  assert_int_equal(mkdir(path_of("taken"), 0700), 0);
  write_file("taken/inside", "");
  int before = count_files();
  assert_int_not_equal(gl_file_replace(path_of("taken"), "x", 1, why), GL_FILE_OK);
  assert_true(why[0] != '\0');
  assert_int_equal(count_files(), before);
  assert_int_equal(gl_file_replace(path_of("none/token"), "x", 1, why), GL_FILE_MISSING);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_is_read_whole_up_to_the_limit),
      cmocka_unit_test(a_directory_and_a_path_below_a_file_count_as_missing),
      cmocka_unit_test(a_pipe_without_a_writer_is_rejected_without_waiting),
      cmocka_unit_test(a_device_is_read_up_to_the_limit),
      cmocka_unit_test(a_cycle_of_links_fails_with_the_message_of_the_system),
      cmocka_unit_test(a_replaced_file_is_readable_only_by_its_owner),
      cmocka_unit_test(a_failed_replacement_leaves_nothing_behind),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
