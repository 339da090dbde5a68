/* The event set with descriptors that are closed or invalid, or when none is left. */
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
      cmocka_unit_test(without_a_free_descriptor_there_is_no_set),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
