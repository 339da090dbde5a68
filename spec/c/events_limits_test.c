/* The event set with many descriptors, with descriptors that are closed or invalid, and when none
 * is left. */
#include "core/transport/events_private.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "events.h"
#include <string.h>
#include <sys/resource.h>

static void a_number_that_was_closed_while_watched_can_be_watched_again(void **state) {
  (void)state;
  int pair[2], again[2];
  report before = {0}, after = {0};
  gl_events *events = new_events();
  make_pair(pair);
  assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &before), 0);
  close_pair(pair);
  make_pair(again);
  assert_int_equal(again[0], pair[0]);
  assert_int_equal(gl_events_set(events, again[0], GL_EVENTS_WRITE, on_ready, &after), 0);
  gl_events_wait(events, LONG_WAIT);
  assert_int_equal(before.calls, 0);
  assert_int_equal(after.ready, GL_EVENTS_WRITE);
  close_pair(again);
  gl_events_release(events);
}

static void a_negative_descriptor_is_rejected_and_an_unknown_one_may_be_removed(void **state) {
  (void)state;
  gl_events *events = new_events();
  assert_int_equal(gl_events_set(events, -1, GL_EVENTS_READ, on_ready, NULL), -1);
  gl_events_remove(events, -1);
  gl_events_remove(events, 100000);
  assert_int_equal(gl_events_set(events, 100000, 0, NULL, NULL), 0);
  gl_events_release(events);
  gl_events_release(NULL);
}

enum { MANY = GL_EVENTS_BATCH + 100 }; /* their pairs fit into the usual limit of 1,024 */

static void descriptors_that_stay_ready_do_not_hide_the_others(void **state) {
  (void)state;
  static int pairs[MANY][2];
  static report got[MANY];
  gl_events *events = new_events();
  memset(got, 0, sizeof got);
  for (int i = 0; i < MANY; i++) {
    make_pair(pairs[i]);
    assert_int_equal(gl_events_set(events, pairs[i][0], GL_EVENTS_READ, on_ready, &got[i]), 0);
    put(pairs[i][1]);
  }
  for (int round = 0; round < 2; round++)
    gl_events_wait(events, LONG_WAIT);
  for (int i = 0; i < MANY; i++) {
    assert_true(got[i].calls > 0);
    close_pair(pairs[i]);
  }
  gl_events_release(events);
}

static void more_descriptors_than_one_batch_are_all_reported(void **state) {
  (void)state;
  static int pairs[MANY][2];
  static report got[MANY];
  gl_events *events = new_events();
  int left = MANY;
  memset(got, 0, sizeof got);
  for (int i = 0; i < MANY; i++) {
    make_pair(pairs[i]);
    assert_int_equal(gl_events_set(events, pairs[i][0], GL_EVENTS_READ, on_ready, &got[i]), 0);
    put(pairs[i][1]);
  }
  for (int round = 0; round < MANY && left > 0; round++) {
    gl_events_wait(events, LONG_WAIT);
    for (int i = 0; i < MANY; i++) {
      if (got[i].calls > 0 && pairs[i][0] >= 0) {
        gl_events_remove(events, pairs[i][0]);
        close_pair(pairs[i]);
        pairs[i][0] = -1;
        left--;
      }
    }
  }
  assert_int_equal(left, 0);
  gl_events_release(events);
}

static void without_a_free_descriptor_there_is_no_set(void **state) {
  (void)state;
  struct rlimit before, none;
  gl_error error = {0};
  gl_events *usual = new_events();
  int has_descriptor = gl_events_fd(usual) >= 0;
  gl_events_release(usual);
  if (!has_descriptor)
    skip();
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  gl_events *events = gl_events_new(&error);
  setrlimit(RLIMIT_NOFILE, &before);
  assert_null(events);
  assert_int_equal(error.kind, GL_TRANSPORT);
  assert_non_null(strstr(error.message, "Too many open files"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_number_that_was_closed_while_watched_can_be_watched_again),
      cmocka_unit_test(a_negative_descriptor_is_rejected_and_an_unknown_one_may_be_removed),
      cmocka_unit_test(descriptors_that_stay_ready_do_not_hide_the_others),
      cmocka_unit_test(more_descriptors_than_one_batch_are_all_reported),
      cmocka_unit_test(without_a_free_descriptor_there_is_no_set),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
