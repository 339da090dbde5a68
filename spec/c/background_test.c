#include "core/background.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct counts {
  atomic_int runs, finished_after;
  int pipe[2]; /* a thread ends when it has read a byte */
} counts;

static void run(void *context) {
  counts *seen = context;
  char byte;
  (void)!read(seen->pipe[0], &byte, 1);
  atomic_fetch_add(&seen->runs, 1);
}

static void finish(void *context) {
  counts *seen = context;
  atomic_store(&seen->finished_after, atomic_load(&seen->runs));
}

static void open_counts(counts *seen) {
  memset(seen, 0, sizeof *seen);
  assert_int_equal(pipe(seen->pipe), 0);
}

static gl_background *start_counting(counts *seen, int count, gl_events *events) {
  gl_error error;
  gl_background *background = NULL;
  gl_background_work work = {run, finish, seen};
  assert_int_equal(gl_background_start(&background, count, &work, events, &error), 0);
  assert_non_null(background);
  return background;
}

static gl_background *start(counts *seen, int count, gl_events *events) {
  open_counts(seen);
  return start_counting(seen, count, events);
}

static void let_end(counts *seen, size_t threads) {
  assert_int_equal(write(seen->pipe[1], "12345678", threads), threads);
}

static void end(counts *seen, gl_background *background) {
  gl_background_free(background);
  close(seen->pipe[0]);
  close(seen->pipe[1]);
}

static void the_work_is_finished_after_every_thread_has_run(void **state) {
  (void)state;
  counts seen;
  gl_background *background = start(&seen, 3, NULL);
  assert_false(gl_background_finished(background, 0));
  let_end(&seen, 2);
  assert_false(gl_background_finished(background, 1));
  let_end(&seen, 1);
  assert_true(gl_background_finished(background, 60000));
  assert_int_equal(seen.finished_after, 3);
  end(&seen, background);
}

static void at_most_eight_threads_are_started(void **state) {
  (void)state;
  counts seen;
  gl_background *background = start(&seen, 100, NULL);
  let_end(&seen, GL_BACKGROUND_THREADS);
  assert_true(gl_background_finished(background, 60000));
  assert_int_equal(seen.finished_after, GL_BACKGROUND_THREADS);
  end(&seen, background);
}

static void the_event_set_becomes_ready_at_the_end(void **state) {
  (void)state;
  counts seen;
  gl_error error;
  gl_events *events = gl_events_new(&error);
  gl_background *background = start(&seen, 1, events);
  gl_events_wait(events, 0);
  assert_false(gl_background_finished(background, 0));
  assert_false(gl_events_has_news(events));
  let_end(&seen, 1);
  gl_events_wait(events, 60000);
  assert_true(gl_events_has_news(events)); /* it did not wait in vain */
  assert_true(gl_background_finished(background, 0));
  end(&seen, background);
  gl_events_release(events);
}

static void on_ready(void *context, int fd, int ready) {
  (void)context;
  (void)fd;
  (void)ready;
}

/* libcurl closes the slower of two parallel connection attempts without telling the set. */
static void the_set_forgets_a_closed_descriptor_with_the_same_number(void **state) {
  (void)state;
  int closed[2];
  counts seen;
  gl_error error;
  gl_events *events = gl_events_new(&error);
  open_counts(&seen);
  assert_int_equal(pipe(closed), 0);
  assert_int_equal(gl_events_keep(events, closed[0]), 0);
  assert_int_equal(gl_events_set(events, closed[0], GL_EVENTS_READ, on_ready, NULL), 0);
  assert_int_equal(gl_events_set(events, closed[0], 0, NULL, NULL), 0);
  close(closed[0]);
  close(closed[1]);
  gl_background *background = start_counting(&seen, 1, events);
  let_end(&seen, 1);
  gl_events_wait(events, 5000);
  assert_true(gl_events_has_news(events));
  end(&seen, background);
  gl_events_release(events);
}

static void freeing_waits_for_the_threads(void **state) {
  (void)state;
  counts seen;
  gl_background *background = start(&seen, 2, NULL);
  let_end(&seen, 2);
  gl_background_free(background);
  gl_background_free(NULL);
  assert_int_equal(seen.finished_after, 2);
  end(&seen, NULL);
}

static void nothing_is_started_if_no_descriptor_is_left(void **state) {
  (void)state;
  struct rlimit before, none;
  gl_error error;
  gl_background_work work = {run, finish, NULL};
  gl_background *background = (gl_background *)&error;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  int kind = gl_background_start(&background, 1, &work, NULL, &error);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
  assert_int_equal(kind, 0);
  assert_null(background);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_work_is_finished_after_every_thread_has_run),
      cmocka_unit_test(at_most_eight_threads_are_started),
      cmocka_unit_test(the_event_set_becomes_ready_at_the_end),
      cmocka_unit_test(the_set_forgets_a_closed_descriptor_with_the_same_number),
      cmocka_unit_test(freeing_waits_for_the_threads),
      cmocka_unit_test(nothing_is_started_if_no_descriptor_is_left),
  };
  return cmocka_run_group_tests_name("background", tests, NULL, NULL);
}
