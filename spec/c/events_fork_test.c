/* The event set in a process that forks. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "events.h"
#include <poll.h>
#include <sys/wait.h>

/* Uses the set of the parent in a child.  Returns 0, or the number of the step that failed. */
static int use_in_child(gl_events *events, int watched, report *got) {
  if (!gl_events_is_forked(events))
    return 1;
  if (gl_events_set(events, watched, GL_EVENTS_WRITE, on_ready, got) != -1 ||
      gl_events_keep(events, watched) != -1)
    return 2;
  gl_events_set(events, watched, 0, NULL, NULL);
  gl_events_remove(events, watched);
  gl_events_wait(events, LONG_WAIT);
  if (got->calls)
    return 3;
  gl_events_release(events);
  return 0;
}

static void a_forked_child_cannot_use_the_set_and_the_parent_still_can(void **state) {
  (void)state;
  int pair[2], status;
  report got = {0};
  gl_events *events = new_events();
  make_pair(pair);
  assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
  put(pair[1]);
  pid_t child = fork();
  if (child == 0)
    _exit(use_in_child(events, pair[0], &got));
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_false(gl_events_is_forked(events));
  gl_events_wait(events, LONG_WAIT);
  assert_int_equal(got.ready, GL_EVENTS_READ);
  close_pair(pair);
  gl_events_release(events);
}

/* The kernel would still report the descriptor, because the child holds the same open file. */
static void a_removed_descriptor_that_a_child_still_holds_is_not_reported(void **state) {
  (void)state;
  int pair[2], gate[2], status;
  char byte;
  report got = {0};
  gl_events *events = new_events();
  make_pair(pair);
  make_pair(gate);
  assert_int_equal(gl_events_keep(events, pair[0]), 0);
  assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
  pid_t child = fork();
  if (child == 0)
    _exit(read(gate[1], &byte, 1) == 1 ? 0 : 1);
  put(pair[1]);
  gl_events_remove(events, pair[0]);
  close(pair[0]);
  gl_events_wait(events, 0);
  assert_int_equal(got.calls, 0);
  if (gl_events_fd(events) >= 0) {
    struct pollfd set = {.fd = gl_events_fd(events), .events = POLLIN};
    assert_int_equal(poll(&set, 1, 0), 0);
  }
  put(gate[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  close(pair[1]);
  close_pair(gate);
  gl_events_release(events);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_forked_child_cannot_use_the_set_and_the_parent_still_can),
      cmocka_unit_test(a_removed_descriptor_that_a_child_still_holds_is_not_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
