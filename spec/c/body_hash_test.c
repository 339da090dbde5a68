#include "core/body_hash.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1024 * 1024, LARGEST = 33 * MIB + 7 };

static unsigned char *body; /* byte i is i mod 251 */
static int file;            /* 1,000 other bytes, then the body */

static int set_up(void **state) {
  (void)state;
  char path[] = "/tmp/body_hash_XXXXXX";
  body = malloc(LARGEST);
  for (size_t i = 0; i < LARGEST; i++)
    body[i] = (unsigned char)(i % 251);
  file = mkstemp(path);
  unlink(path);
  return pwrite(file, body, 1000, 0) != 1000 || pwrite(file, body, LARGEST, 1000) != LARGEST;
}

static int tear_down(void **state) {
  (void)state;
  free(body);
  return close(file);
}

static gl_body_input from_memory(size_t length) {
  return (gl_body_input){body, 0, 0, length};
}

static gl_body_input from_file(size_t length) {
  return (gl_body_input){NULL, file, 1000, length};
}

static void start(gl_body_hash *hash, gl_body_input input, int threads, int skip_linear) {
  gl_error error;
  memset(hash, 0, sizeof *hash);
  assert_int_equal(gl_body_hash_start(hash, &input, threads, skip_linear, NULL, &error), 0);
}

/* Starts to hash the largest body with two threads. */
static void start_in(gl_events *events, gl_body_hash *hash) {
  gl_error error;
  gl_body_input input = from_memory(LARGEST);
  memset(hash, 0, sizeof *hash);
  assert_int_equal(gl_body_hash_start(hash, &input, 2, 0, events, &error), 0);
}

/* Compares the result with that of gl_tree_hash for the same bytes. */
static void expect_hashes(const gl_body_hash *hash, size_t length) {
  unsigned char tree[GL_SHA256_SIZE], linear[GL_SHA256_SIZE];
  gl_tree_hash fed = {0};
  gl_error error;
  assert_int_equal(hash->error.kind, GL_OK);
  assert_int_equal(gl_tree_hash_update(&fed, body, length, &error), 0);
  assert_int_equal(gl_tree_hash_value(&fed, tree, linear, &error), 0);
  assert_memory_equal(hash->tree, tree, sizeof tree);
  if (!hash->skip_linear)
    assert_memory_equal(hash->linear, linear, sizeof linear);
  gl_tree_hash_clear(&fed);
}

static void expect_hashed(gl_body_input input, int threads, int skip_linear) {
  gl_body_hash hash;
  start(&hash, input, threads, skip_linear);
  gl_body_hash_wait(&hash);
  expect_hashes(&hash, (size_t)input.length);
  assert_true(gl_body_hash_poll(&hash, 0));
  gl_body_hash_clear(&hash);
  gl_body_hash_clear(&hash);
}

static void threads_compute_the_same_hashes_as_gl_tree_hash(void **state) {
  (void)state;
  static const size_t lengths[] = {4 * MIB,     4 * MIB + 1, 5 * MIB - 1,
                                   7 * MIB + 3, 16 * MIB,    LARGEST};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
    for (int threads = 1; threads <= 3; threads++) {
      expect_hashed(from_memory(lengths[i]), threads, i % 2);
      expect_hashed(from_file(lengths[i]), threads, i % 2);
    }
  expect_hashed(from_memory(LARGEST), 1000, 0);
}

static void polls_without_threads_compute_the_same_hashes_as_gl_tree_hash(void **state) {
  (void)state;
  static const size_t lengths[] = {0, 1, MIB, 4 * MIB, 9 * MIB + 1};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    expect_hashed(from_memory(lengths[i]), 0, i % 2);
    expect_hashed(from_file(lengths[i]), 0, i % 2);
  }
}

static void a_small_body_gets_no_threads(void **state) {
  (void)state;
  gl_body_hash hash;
  start(&hash, from_memory(GL_BODY_HASH_THREADS_FROM - 1), 2, 0);
  assert_false(gl_body_hash_has_threads(&hash));
  gl_body_hash_clear(&hash);
  start(&hash, from_memory(GL_BODY_HASH_THREADS_FROM), 2, 0);
  assert_true(gl_body_hash_has_threads(&hash));
  gl_body_hash_clear(&hash);
}

static void a_poll_without_threads_hashes_a_few_mib(void **state) {
  (void)state;
  gl_body_hash hash;
  start(&hash, from_memory(3 * GL_BODY_HASH_STEP), 0, 0);
  for (int polls = 0; polls < 2; polls++) {
    assert_false(gl_body_hash_poll(&hash, 0));
    assert_int_equal(hash.serial.total, (polls + 1) * GL_BODY_HASH_STEP);
  }
  assert_true(gl_body_hash_poll(&hash, 0));
  expect_hashes(&hash, 3 * GL_BODY_HASH_STEP);
  gl_body_hash_clear(&hash);
}

static void the_event_set_becomes_ready_when_the_threads_end(void **state) {
  (void)state;
  gl_error error;
  gl_events *events = gl_events_new(&error);
  gl_body_hash hash;
  start_in(events, &hash);
  for (int rounds = 0; !gl_body_hash_poll(&hash, 0); rounds++) {
    assert_in_range(rounds, 0, 1); /* only the end of the threads wakes the wait */
    gl_events_wait(events, 60000);
    assert_true(gl_events_has_news(events));
    assert_true(gl_body_hash_needs_caller(&hash));
  }
  expect_hashes(&hash, LARGEST);
  assert_int_equal(gl_timers_timeout(gl_events_timers(events)), -1);
  gl_body_hash_clear(&hash);
  gl_events_release(events);
}

static void a_pipe_that_cannot_be_watched_is_no_error(void **state) {
  (void)state;
  gl_error error;
  gl_events *events = gl_events_new(&error);
  if (gl_events_fd(events) < 0) { /* poll() can watch any descriptor */
    gl_events_release(events);
    skip();
  }
  int other = open("/dev/null", O_RDONLY);
  assert_int_equal(dup2(other, gl_events_fd(events)), gl_events_fd(events));
  gl_body_hash hash;
  start_in(events, &hash);
  assert_false(gl_body_hash_has_threads(&hash));
  gl_body_hash_wait(&hash);
  expect_hashes(&hash, LARGEST);
  gl_body_hash_clear(&hash);
  gl_events_release(events);
  close(other);
}

static void a_poll_may_wait_for_the_threads(void **state) {
  (void)state;
  gl_body_hash hash;
  start(&hash, from_memory(LARGEST), 2, 0);
  assert_true(gl_body_hash_poll(&hash, 600000));
  expect_hashes(&hash, LARGEST);
  gl_body_hash_clear(&hash);
}

static void an_event_set_may_be_released_before_the_hash(void **state) {
  (void)state;
  gl_error error;
  gl_events *events = gl_events_new(&error);
  gl_body_hash hash;
  start_in(events, &hash);
  gl_events_release(events);
  gl_body_hash_clear(&hash);
}

static void a_cancelled_hash_stops_reading_its_input(void **state) {
  (void)state;
  for (int i = 0; i < 20; i++) {
    unsigned char *bytes = malloc(16 * MIB);
    memset(bytes, i, 16 * MIB);
    gl_body_hash hash;
    start(&hash, (gl_body_input){bytes, 0, 0, 16 * MIB}, 1 + i % 3, i % 2);
    gl_body_hash_clear(&hash);
    free(bytes); /* a sanitizer would report a later read */
  }
}

static void a_file_that_is_too_short_or_unreadable_is_an_error(void **state) {
  (void)state;
  for (int threads = 0; threads < 3; threads++) {
    gl_body_hash hash;
    gl_body_input input = from_file(LARGEST + 1);
    char expected[64];
    snprintf(expected, sizeof expected, "it has become shorter: it ends at byte %d",
             LARGEST + 1000);
    start(&hash, input, threads, 0);
    gl_body_hash_wait(&hash);
    assert_int_equal(hash.error.kind, GL_VALIDATION);
    assert_string_equal(hash.error.message, expected);
    gl_body_hash_clear(&hash);
    input.fd = -1;
    start(&hash, input, threads, 0);
    gl_body_hash_wait(&hash);
    assert_int_equal(hash.error.kind, GL_VALIDATION);
    assert_ptr_equal(strstr(hash.error.message, "it cannot be read: "), hash.error.message);
    gl_body_hash_clear(&hash);
  }
}

static void hashing_does_not_move_the_position_of_a_file(void **state) {
  (void)state;
  assert_int_equal(lseek(file, 17, SEEK_SET), 17);
  expect_hashed(from_file(5 * MIB), 2, 0);
  assert_int_equal(lseek(file, 0, SEEK_CUR), 17);
}

static void a_forked_child_hashes_from_the_beginning_by_itself(void **state) {
  (void)state;
  gl_error error;
  gl_events *events = gl_events_new(&error);
  gl_body_hash hash;
  start_in(events, &hash);
  pid_t child = fork();
  if (child == 0) {
    int has_no_threads = !gl_body_hash_has_threads(&hash) && gl_body_hash_needs_caller(&hash);
    gl_body_hash_wait(&hash);
    unsigned char tree[GL_SHA256_SIZE];
    memcpy(tree, hash.tree, sizeof tree);
    gl_body_hash_clear(&hash);
    gl_events_release(events);
    start(&hash, from_memory(LARGEST), 2, 0);
    gl_body_hash_wait(&hash);
    int good = has_no_threads && !memcmp(tree, hash.tree, sizeof tree);
    gl_body_hash_clear(&hash);
    execl("/bin/sh", "sh", "-c", good ? "exit 0" : "exit 1", (char *)NULL);
    _exit(1);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  gl_body_hash_wait(&hash);
  expect_hashes(&hash, LARGEST);
  gl_body_hash_clear(&hash);
  gl_events_release(events);
}

static atomic_int handled, handled_elsewhere;
static pthread_t main_thread;

static void handle(int signal_number) {
  (void)signal_number;
  atomic_fetch_add(&handled, 1);
  if (!pthread_equal(pthread_self(), main_thread))
    atomic_fetch_add(&handled_elsewhere, 1);
}

/* While the others hash, the main thread blocks the signal.  So the system would deliver it to a
 * hashing thread that does not block it. */
static void a_signal_of_the_host_is_not_handled_by_a_hashing_thread(void **state) {
  (void)state;
  struct sigaction action = {.sa_handler = handle}, before;
  sigset_t usr1, mask;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  main_thread = pthread_self();
  assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
  for (int i = 0; i < 20; i++) {
    gl_body_hash hash;
    start(&hash, from_memory(8 * MIB), 3, 0);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &usr1, &mask), 0);
    kill(getpid(), SIGUSR1);
    gl_body_hash_wait(&hash);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &mask, NULL), 0);
    gl_body_hash_clear(&hash);
  }
  assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
  assert_int_equal(handled, 20);
  assert_int_equal(handled_elsewhere, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_compute_the_same_hashes_as_gl_tree_hash),
      cmocka_unit_test(polls_without_threads_compute_the_same_hashes_as_gl_tree_hash),
      cmocka_unit_test(a_small_body_gets_no_threads),
      cmocka_unit_test(a_poll_without_threads_hashes_a_few_mib),
      cmocka_unit_test(the_event_set_becomes_ready_when_the_threads_end),
      cmocka_unit_test(a_pipe_that_cannot_be_watched_is_no_error),
      cmocka_unit_test(a_poll_may_wait_for_the_threads),
      cmocka_unit_test(an_event_set_may_be_released_before_the_hash),
      cmocka_unit_test(a_cancelled_hash_stops_reading_its_input),
      cmocka_unit_test(a_file_that_is_too_short_or_unreadable_is_an_error),
      cmocka_unit_test(hashing_does_not_move_the_position_of_a_file),
      cmocka_unit_test(a_forked_child_hashes_from_the_beginning_by_itself),
      cmocka_unit_test(a_signal_of_the_host_is_not_handled_by_a_hashing_thread),
  };
  return cmocka_run_group_tests_name("body_hash", tests, set_up, tear_down);
}
