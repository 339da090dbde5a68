#include "core/output.h"

#include "directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"

static char why[GL_FILE_ERROR_SIZE];
static gl_output output;

static void write_file(const char *name, const char *text, mode_t mode) {
  FILE *file = fopen(path_of(name), "wb");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
  assert_int_equal(chmod(path_of(name), mode), 0);
}

static void assert_content(const char *name, const char *text) {
  char seen[64] = "";
  FILE *file = fopen(path_of(name), "rb");
  assert_non_null(file);
  seen[fread(seen, 1, sizeof seen - 1, file)] = '\0';
  fclose(file);
  assert_string_equal(seen, text);
}

static mode_t mode_of(const char *name) {
  struct stat seen;
  assert_int_equal(lstat(path_of(name), &seen), 0);
  return seen.st_mode;
}

/* Returns the number of names in the directory, including hidden ones. */
static int count_names(void) {
  char command[160], text[16] = "";
  snprintf(command, sizeof command, "ls -A '%s' | wc -l", directory);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  assert_non_null(fgets(text, sizeof text, pipe));
  pclose(pipe);
  return atoi(text);
}

static void save(const char *path, const char *text) {
  assert_int_equal(gl_output_open(&output, path, NULL, why), 0);
  assert_int_equal(gl_output_write(&output, text, strlen(text), why), 0);
  assert_int_equal(gl_output_commit(&output, why), 0);
}

static void assert_rejected(const char *path, int number) {
  assert_int_equal(gl_output_open(&output, path, NULL, why), -1);
  assert_string_equal(why, strerror(number));
  assert_false(output.is_open);
}

static int set_up(void **state) {
  (void)state;
  return directory_make();
}

static int tear_down(void **state) {
  (void)state;
  gl_output_discard(&output);
  return directory_remove();
}

static void the_file_appears_when_it_is_committed(void **state) {
  (void)state;
  assert_int_equal(gl_output_open(&output, path_of("new"), NULL, why), 0);
  assert_int_equal(gl_output_write(&output, "abc", 3, why), 0);
  assert_int_equal(access(path_of("new"), F_OK), -1);
  assert_int_equal(count_names(), 1);
  assert_int_equal(gl_output_commit(&output, why), 0);
  assert_int_equal(count_names(), 1);
  assert_content("new", "abc");
}

static void a_discarded_file_leaves_nothing(void **state) {
  (void)state;
  write_file("old", "old", 0644);
  assert_int_equal(gl_output_open(&output, path_of("old"), NULL, why), 0);
  assert_int_equal(gl_output_write(&output, "abc", 3, why), 0);
  gl_output_discard(&output);
  gl_output_discard(&output);
  assert_content("old", "old");
  assert_int_equal(count_names(), 1);
}

static void a_new_file_has_the_mode_of_the_umask(void **state) {
  (void)state;
  mode_t before = umask(027);
  save(path_of("new"), "x");
  umask(before);
  assert_int_equal(mode_of("new") & 07777, 0640);
}

static void a_replaced_file_keeps_its_mode_and_owner(void **state) {
  (void)state;
  struct stat seen;
  write_file("secret", "old", 0600);
  write_file("tool", "old", 0755);
  int is_root = chown(path_of("tool"), 1234, 4321) == 0;
  save(path_of("secret"), "x");
  save(path_of("tool"), "y");
  assert_int_equal(mode_of("secret") & 07777, 0600);
  assert_int_equal(mode_of("tool") & 07777, 0755);
  assert_int_equal(stat(path_of("tool"), &seen), 0);
  if (is_root)
    assert_int_equal(seen.st_uid == 1234 && seen.st_gid == 4321, 1);
}

static void a_chain_of_links_stays_and_its_target_is_replaced(void **state) {
  (void)state;
  assert_int_equal(mkdir(path_of("deep"), 0700), 0);
  write_file("deep/target", "old", 0644);
  assert_int_equal(symlink("target", path_of("deep/second")), 0);
  assert_int_equal(symlink("deep/second", path_of("first")), 0);
  save(path_of("first"), "new");
  assert_true(S_ISLNK(mode_of("first")));
  assert_true(S_ISLNK(mode_of("deep/second")));
  assert_content("deep/target", "new");
}

static void a_dangling_link_stays_and_its_target_is_created(void **state) {
  (void)state;
  assert_int_equal(symlink(path_of("made"), path_of("link")), 0);
  save(path_of("link"), "new");
  assert_true(S_ISLNK(mode_of("link")));
  assert_content("made", "new");
}

static void a_cycle_of_links_is_rejected(void **state) {
  (void)state;
  assert_int_equal(symlink("b", path_of("a")), 0);
  assert_int_equal(symlink("a", path_of("b")), 0);
  assert_rejected(path_of("a"), ELOOP);
}

static void a_path_that_cannot_be_a_file_is_rejected(void **state) {
  (void)state;
  write_file("file", "", 0644);
  assert_rejected("", ENOENT);
  assert_rejected(directory, EISDIR);
  assert_rejected(path_of("none/file"), ENOENT);
  assert_rejected(path_of("file/below"), ENOTDIR);
  assert_int_equal(count_names(), 1);
}

/* Opens the target "file" in a child process without root's rights.  Returns 0 on success, EACCES
 * or EPERM if the reason is the text of that errno, and 255 for another failure. */
static int errno_of_another_user(const char *tag) {
  static const int expected[] = {EACCES, EPERM};
  int status;
  assert_int_equal(chmod(directory, 0777), 0);
  pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(1234) || setuid(1234)))
      _exit(255);
    int result = gl_output_open(&output, path_of("file"), tag, why);
    for (int i = 0; i < 2 && result == -1; i++)
      if (!strcmp(why, strerror(expected[i])))
        _exit(expected[i]);
    _exit(result == 0 ? 0 : 255);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  return WEXITSTATUS(status);
}

static void a_file_that_is_read_only_is_not_replaced(void **state) {
  (void)state;
  write_file("file", "old", 0444);
  assert_int_equal(errno_of_another_user(NULL), EACCES);
  assert_int_equal(count_names(), 1);
}

static void a_file_whose_owner_cannot_be_kept_is_not_replaced(void **state) {
  (void)state;
  if (geteuid() != 0)
    skip();
  write_file("file", "old", 0666);
  assert_int_equal(errno_of_another_user(NULL), EPERM);
  assert_content("file", "old");
  assert_int_equal(count_names(), 1); /* no partial file is left */
}

/* Another user may create the target after a download to it was interrupted. */
static void a_partial_file_whose_owner_cannot_be_changed_stays(void **state) {
  (void)state;
  if (geteuid() != 0)
    skip();
  write_file("file", "old", 0666);
  write_file(".glacier-tag.part", "kept", 0644);
  assert_int_equal(chown(path_of(".glacier-tag.part"), 1234, 1234), 0);
  assert_int_equal(errno_of_another_user("tag"), EPERM);
  assert_content(".glacier-tag.part", "kept");
  assert_int_equal(errno_of_another_user("new"), EPERM);
  assert_int_equal(count_names(), 2);
}

static void a_name_may_be_as_long_as_the_system_allows(void **state) {
  (void)state;
  char name[256];
  memset(name, 'n', 255);
  name[255] = '\0';
  save(path_of(name), "long");
  assert_content(name, "long");
  assert_int_equal(count_names(), 1);
}

static void a_pipe_is_written_directly_and_stays(void **state) {
  (void)state;
  char seen[8] = "";
  assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
  int reader = open(path_of("pipe"), O_RDONLY | O_NONBLOCK);
  save(path_of("pipe"), "x");
  assert_int_equal(read(reader, seen, sizeof seen), 1);
  close(reader);
  assert_true(S_ISFIFO(mode_of("pipe")));
  assert_int_equal(count_names(), 1);
}

/* The bytes are written at the position of the descriptor, here of a removed file. */
static void a_descriptor_by_its_name_is_written_directly(void **state) {
  (void)state;
  char path[64], seen[8] = "";
  int fd = open(path_of("removed"), O_RDWR | O_CREAT, 0600);
  assert_int_equal(write(fd, "ab", 2), 2);
  unlink(path_of("removed"));
  snprintf(path, sizeof path, "/dev/fd/%d", fd);
  assert_int_equal(symlink(path, path_of("link")), 0);
  save(path, "c");
  save(path_of("link"), "d");
  assert_int_equal(pread(fd, seen, sizeof seen, 0), 4);
  assert_string_equal(seen, "abcd");
  close(fd);
  assert_int_equal(count_names(), 1);
  assert_rejected(path, EBADF);
}

static void a_tag_lets_a_later_process_continue(void **state) {
  (void)state;
  assert_int_equal(gl_output_open(&output, path_of("file"), "t1", why), 0);
  assert_int_equal(gl_output_write_at(&output, 2, "cd", 2, why), 0);
  gl_output_keep(&output);
  assert_int_equal(access(path_of("file"), F_OK), -1);
  assert_int_equal(gl_output_open(&output, path_of("file"), "t1", why), 0);
  assert_int_equal(gl_output_size(&output), 4);
  assert_int_equal(gl_output_write_at(&output, 0, "ab", 2, why), 0);
  assert_int_equal(gl_output_commit(&output, why), 0);
  assert_content("file", "abcd");
  assert_int_equal(count_names(), 1);
}

static void a_write_that_fails_says_why(void **state) {
  (void)state;
  assert_int_equal(symlink("/dev/full", path_of("full")), 0);
  assert_int_equal(gl_output_open(&output, path_of("full"), NULL, why), 0);
  assert_int_equal(gl_output_write(&output, "x", 1, why), -1);
  assert_string_equal(why, strerror(ENOSPC));
}

static void a_commit_that_fails_removes_the_partial_file(void **state) {
  (void)state;
  assert_int_equal(gl_output_open(&output, path_of("late"), NULL, why), 0);
  assert_int_equal(mkdir(path_of("late"), 0700), 0);
  assert_int_equal(gl_output_commit(&output, why), -1);
  assert_true(why[0] != '\0');
  assert_int_equal(count_names(), 1);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      test(the_file_appears_when_it_is_committed),
      test(a_discarded_file_leaves_nothing),
      test(a_new_file_has_the_mode_of_the_umask),
      test(a_replaced_file_keeps_its_mode_and_owner),
      test(a_chain_of_links_stays_and_its_target_is_replaced),
      test(a_dangling_link_stays_and_its_target_is_created),
      test(a_cycle_of_links_is_rejected),
      test(a_path_that_cannot_be_a_file_is_rejected),
      test(a_file_that_is_read_only_is_not_replaced),
      test(a_file_whose_owner_cannot_be_kept_is_not_replaced),
      test(a_partial_file_whose_owner_cannot_be_changed_stays),
      test(a_name_may_be_as_long_as_the_system_allows),
      test(a_pipe_is_written_directly_and_stays),
      test(a_descriptor_by_its_name_is_written_directly),
      test(a_tag_lets_a_later_process_continue),
      test(a_write_that_fails_says_why),
      test(a_commit_that_fails_removes_the_partial_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
