#include "core/output_flush.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a disk ------------------------------------------------------------------------------ */

static atomic_int calls;         /* number of calls of fsync */
static atomic_int calls_in_main; /* number of these calls on the main thread */
static atomic_int ended;         /* number of these calls that have ended */
static int failures[2];          /* the errno of the first two calls; 0 for success */
static int gate[2];              /* a call on another thread waits for a byte */
static pthread_t main_thread;

/* Takes the place of the system's function, so that a test decides how long the disk takes. */
int fsync(int fd) {
  char byte;
  int n = atomic_fetch_add(&calls, 1);
  if (pthread_equal(pthread_self(), main_thread))
    atomic_fetch_add(&calls_in_main, 1);
  else
    (void)!read(gate[0], &byte, 1);
  int number = fcntl(fd, F_GETFD) < 0 ? EBADF : n < 2 ? failures[n] : 0;
  atomic_fetch_add(&ended, 1);
  errno = number;
  return number ? -1 : 0;
}

static void open_gate(size_t times) {
  assert_int_equal(write(gate[1], "12345678", times), times);
}

static int file = -1;

static int set_up(void **state) {
  (void)state;
  atomic_store(&calls, 0);
  atomic_store(&calls_in_main, 0);
  atomic_store(&ended, 0);
  failures[0] = failures[1] = 0;
  main_thread = pthread_self();
  file = open("/tmp", O_RDONLY);
  return file < 0 || pipe(gate);
}

static int tear_down(void **state) {
  (void)state;
  close(file);
  return close(gate[0]) || close(gate[1]);
}

/* ---- tests ------------------------------------------------------------------------------- */

static void start(gl_output_flush *flush, gl_events *events) {
  gl_error error;
  memset(flush, 0, sizeof *flush);
  assert_int_equal(gl_output_flush_start(flush, file, events, &error), 0);
}

static void the_caller_does_not_wait_for_the_disk(void **state) {
  (void)state;
  char why[GL_FILE_ERROR_SIZE];
  gl_error error;
  gl_output_flush flush;
  gl_events *events = gl_events_new(&error);
  start(&flush, events);
  gl_events_wait(events, 0);
  assert_false(gl_output_flush_needs_caller(&flush));
  assert_false(gl_output_flush_poll(&flush, 0));
  open_gate(1);
  gl_events_wait(events, 60000);
  assert_true(gl_events_has_news(events));
  assert_true(gl_output_flush_needs_caller(&flush));
  assert_true(gl_output_flush_poll(&flush, 0));
  assert_int_equal(gl_output_flush_result(&flush, why), 0);
  assert_int_equal(calls, 1);
  assert_int_equal(calls_in_main, 0);
  gl_output_flush_clear(&flush);
  gl_output_flush_clear(&flush);
  gl_events_release(events);
}

static void a_failure_of_the_disk_is_reported(void **state) {
  (void)state;
  char why[GL_FILE_ERROR_SIZE];
  gl_output_flush flush;
  failures[0] = EIO;
  start(&flush, NULL);
  open_gate(1);
  assert_int_equal(gl_output_flush_result(&flush, why), -1);
  assert_string_equal(why, strerror(EIO));
  gl_output_flush_clear(&flush);
}

static void an_interrupted_flush_is_repeated(void **state) {
  (void)state;
  char why[GL_FILE_ERROR_SIZE];
  gl_output_flush flush;
  failures[0] = EINTR;
  start(&flush, NULL);
  open_gate(2);
  assert_int_equal(gl_output_flush_result(&flush, why), 0);
  assert_int_equal(calls, 2);
  gl_output_flush_clear(&flush);
}

static void the_file_may_be_closed_during_a_flush(void **state) {
  (void)state;
  char why[GL_FILE_ERROR_SIZE];
  gl_output_flush flush;
  start(&flush, NULL);
  close(file);
  open_gate(1);
  assert_int_equal(gl_output_flush_result(&flush, why), 0);
  gl_output_flush_clear(&flush);
  file = open("/tmp", O_RDONLY);
}

static void a_lock_of_the_file_does_not_outlast_the_flush(void **state) {
  (void)state;
  char why[GL_FILE_ERROR_SIZE];
  gl_output_flush flush;
  char path[] = "/tmp/output_flush_XXXXXX";
  int locked = mkstemp(path), other = open(path, O_RDONLY);
  gl_error error;
  assert_int_equal(flock(locked, LOCK_EX), 0);
  memset(&flush, 0, sizeof flush);
  assert_int_equal(gl_output_flush_start(&flush, locked, NULL, &error), 0);
  close(locked);
  assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
  open_gate(1);
  assert_int_equal(gl_output_flush_result(&flush, why), 0);
  assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
  gl_output_flush_clear(&flush);
  close(other);
  unlink(path);
}

static void clearing_waits_for_the_disk(void **state) {
  (void)state;
  gl_output_flush flush;
  start(&flush, NULL);
  open_gate(1);
  gl_output_flush_clear(&flush);
  assert_int_equal(ended, 1);
}

static void without_a_descriptor_left_the_caller_flushes(void **state) {
  (void)state;
  char why[GL_FILE_ERROR_SIZE];
  struct rlimit before, none;
  gl_output_flush flush;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  start(&flush, NULL);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
  assert_true(gl_output_flush_poll(&flush, 0));
  assert_int_equal(calls_in_main, 1);
  assert_int_equal(gl_output_flush_result(&flush, why), 0);
  gl_output_flush_clear(&flush);
}

static void a_forked_child_flushes_by_itself(void **state) {
  (void)state;
  char why[GL_FILE_ERROR_SIZE];
  gl_output_flush flush;
  start(&flush, NULL);
  pid_t child = fork();
  if (child == 0) {
    int good = gl_output_flush_poll(&flush, 0) && calls_in_main == 1;
    gl_output_flush_clear(&flush);
    execl("/bin/sh", "sh", "-c", good ? "exit 0" : "exit 1", (char *)NULL);
    _exit(1);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  open_gate(1);
  assert_int_equal(gl_output_flush_result(&flush, why), 0);
  gl_output_flush_clear(&flush);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      test(the_caller_does_not_wait_for_the_disk),
      test(a_failure_of_the_disk_is_reported),
      test(an_interrupted_flush_is_repeated),
      test(the_file_may_be_closed_during_a_flush),
      test(a_lock_of_the_file_does_not_outlast_the_flush),
      test(clearing_waits_for_the_disk),
      test(without_a_descriptor_left_the_caller_flushes),
      test(a_forked_child_flushes_by_itself),
  };
  return cmocka_run_group_tests_name("output_flush", tests, NULL, NULL);
}
