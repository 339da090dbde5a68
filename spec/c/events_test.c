/* The event set: descriptors and waiting. */
#include "core/transport/events.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "events.h"
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- descriptors ------------------------------------------------------------------------- */

static void a_ready_descriptor_is_reported_until_it_is_read(void **state) {
  (void)state;
  int pair[2];
  char byte;
  report got = {0};
  gl_events *events = new_events();
  make_pair(pair);
  assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
  gl_events_wait(events, 0);
  assert_int_equal(got.calls, 0);
  put(pair[1]);
  gl_events_wait(events, LONG_WAIT);
  assert_int_equal(got.calls, 1);
  assert_int_equal(got.fd, pair[0]);
  assert_int_equal(got.ready, GL_EVENTS_READ);
  gl_events_wait(events, 0);
  assert_int_equal(got.calls, 2);
  assert_int_equal(read(pair[0], &byte, 1), 1);
  gl_events_wait(events, 0);
  assert_int_equal(got.calls, 2);
  close_pair(pair);
  gl_events_release(events);
}

/* kqueue reports each direction in a separate call. */
static void add_ready(void *context, int fd, int ready) {
  (void)fd;
  int *seen = context;
  *seen |= ready;
}

static void only_the_wanted_direction_is_reported(void **state) {
  (void)state;
  int pair[2], seen;
  gl_events *events = new_events();
  make_pair(pair);
  put(pair[1]);
  static const int wanted[] = {GL_EVENTS_WRITE, GL_EVENTS_READ, GL_EVENTS_READ | GL_EVENTS_WRITE,
                               GL_EVENTS_READ, GL_EVENTS_WRITE};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    assert_int_equal(gl_events_set(events, pair[0], wanted[i], add_ready, &seen), 0);
    for (int round = 0; round < 3; round++) {
      seen = 0;
      gl_events_wait(events, LONG_WAIT);
      assert_int_equal(seen, wanted[i]);
    }
  }
  close_pair(pair);
  gl_events_release(events);
}

static void the_end_of_a_stream_is_ready_to_read(void **state) {
  (void)state;
  int pair[2];
  report got = {0};
  gl_events *events = new_events();
  make_pair(pair);
  assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
  close(pair[1]);
  gl_events_wait(events, LONG_WAIT);
  assert_int_equal(got.ready, GL_EVENTS_READ);
  close(pair[0]);
  gl_events_release(events);
}

static void a_descriptor_that_is_no_longer_watched_is_not_reported(void **state) {
  (void)state;
  for (int kept = 0; kept < 2; kept++) {
    int pair[2];
    report got = {0};
    gl_events *events = new_events();
    make_pair(pair);
    if (kept)
      assert_int_equal(gl_events_keep(events, pair[0]), 0);
    assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
    put(pair[1]);
    assert_int_equal(gl_events_set(events, pair[0], 0, NULL, NULL), 0);
    gl_events_wait(events, 0);
    gl_events_wait(events, 0);
    assert_int_equal(got.calls, 0);
    assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
    gl_events_wait(events, LONG_WAIT);
    assert_int_equal(got.calls, 1);
    gl_events_remove(events, pair[0]);
    gl_events_wait(events, 0);
    assert_int_equal(got.calls, 1);
    close_pair(pair);
    gl_events_release(events);
  }
}

/* Without this, a loop that watches the set's descriptor would wake up again and again. */
static void a_kept_descriptor_that_nobody_watches_wakes_the_set_only_once(void **state) {
  (void)state;
  int pair[2];
  report got = {0};
  gl_events *events = new_events();
  if (gl_events_fd(events) < 0) {
    gl_events_release(events);
    skip();
  }
  make_pair(pair);
  assert_int_equal(gl_events_keep(events, pair[0]), 0);
  assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
  assert_int_equal(gl_events_set(events, pair[0], 0, NULL, NULL), 0);
  close(pair[1]);
  struct pollfd set = {.fd = gl_events_fd(events), .events = POLLIN};
  gl_events_wait(events, 0);
  assert_int_equal(poll(&set, 1, 0), 0);
  assert_int_equal(got.calls, 0);
  gl_events_remove(events, pair[0]);
  close(pair[0]);
  gl_events_release(events);
}

static void a_reused_descriptor_number_is_a_new_descriptor(void **state) {
  (void)state;
  for (int removed = 0; removed < 2; removed++) {
    int pair[2], again[2];
    report before = {0}, after = {0};
    gl_events *events = new_events();
    make_pair(pair);
    assert_int_equal(gl_events_keep(events, pair[0]), 0);
    assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &before), 0);
    if (removed)
      gl_events_remove(events, pair[0]);
    close_pair(pair);
    make_pair(again);
    assert_int_equal(again[0], pair[0]);
    assert_int_equal(gl_events_keep(events, again[0]), 0);
    assert_int_equal(gl_events_set(events, again[0], GL_EVENTS_READ, on_ready, &after), 0);
    put(again[1]);
    gl_events_wait(events, LONG_WAIT);
    assert_int_equal(before.calls, 0);
    assert_int_equal(after.calls, 1);
    close_pair(again);
    gl_events_release(events);
  }
}

/* Two descriptors that are ready at the same time.  The callback of the first removes the other. */
typedef struct couple {
  gl_events *events;
  int fds[2], calls;
} couple;

static void forget_the_other(void *context, int fd, int ready) {
  (void)ready;
  couple *two = context;
  two->calls++;
  gl_events_remove(two->events, fd == two->fds[0] ? two->fds[1] : two->fds[0]);
}

static void a_descriptor_that_is_removed_in_the_same_round_is_not_reported(void **state) {
  (void)state;
  int first[2], second[2];
  couple two = {.events = new_events()};
  make_pair(first);
  make_pair(second);
  two.fds[0] = first[0];
  two.fds[1] = second[0];
  for (int i = 0; i < 2; i++)
    assert_int_equal(gl_events_set(two.events, two.fds[i], GL_EVENTS_READ, forget_the_other, &two),
                     0);
  put(first[1]);
  put(second[1]);
  gl_events_wait(two.events, LONG_WAIT);
  assert_int_equal(two.calls, 1);
  close_pair(first);
  close_pair(second);
  gl_events_release(two.events);
}

static void the_descriptor_of_the_set_is_readable_when_a_watched_one_is_ready(void **state) {
  (void)state;
  int pair[2];
  report got = {0};
  gl_events *events = new_events();
  struct pollfd set = {.fd = gl_events_fd(events), .events = POLLIN};
  if (set.fd < 0) {
    gl_events_release(events);
    skip();
  }
  make_pair(pair);
  assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
  assert_int_equal(poll(&set, 1, 0), 0);
  put(pair[1]);
  assert_int_equal(poll(&set, 1, LONG_WAIT), 1);
  close_pair(pair);
  gl_events_release(events);
}

/* ---- waiting ----------------------------------------------------------------------------- */

static void on_signal(int number) {
  (void)number;
}

static void an_interrupted_set_is_readable_and_does_not_wait(void **state) {
  (void)state;
  gl_events *events = new_events();
  struct pollfd own = {gl_events_fd(events), POLLIN, 0};
  int64_t begin = gl_timers_now();
  assert_int_equal(gl_events_interrupt(events, 0), 0);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(gl_events_interrupt(events, 1), 0);
    gl_events_wait(events, LONG_WAIT);
    assert_int_equal(poll(&own, 1, 0), own.fd >= 0);
    assert_int_equal(gl_events_interrupt(events, 0), 0);
    assert_int_equal(poll(&own, 1, 0), 0);
  }
  assert_true(gl_timers_now() - begin < LONG_WAIT);
  gl_events_release(events);
}

static void a_closed_descriptor_does_not_prevent_an_interruption(void **state) {
  (void)state;
  int pair[2];
  report got = {0};
  gl_events *events = new_events();
  make_pair(pair);
  assert_int_equal(gl_events_keep(events, pair[0]), 0);
  assert_int_equal(gl_events_set(events, pair[0], GL_EVENTS_READ, on_ready, &got), 0);
  assert_int_equal(gl_events_set(events, pair[0], 0, NULL, NULL), 0);
  close_pair(pair); /* the set is not told, and the number is used again */
  int64_t begin = gl_timers_now();
  assert_int_equal(gl_events_interrupt(events, 1), 0);
  gl_events_wait(events, LONG_WAIT);
  assert_true(gl_timers_now() - begin < LONG_WAIT);
  gl_events_release(events);
}

static void a_signal_ends_the_wait(void **state) {
  (void)state;
  const struct sigaction action = {.sa_handler = on_signal};
  const struct itimerval often = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};
  gl_events *events = new_events();
  assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
  assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
  assert_int_equal(gl_events_wait(events, LONG_WAIT), -1);
  setitimer(ITIMER_REAL, &never, NULL);
  gl_events_release(events);
}

static void a_set_is_freed_when_its_last_reference_is_dropped(void **state) {
  (void)state;
  gl_events *events = new_events();
  assert_ptr_equal(gl_events_hold(events), events);
  gl_events_release(events);
  gl_events_wait(events, 0);
  gl_events_release(events);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_ready_descriptor_is_reported_until_it_is_read),
      cmocka_unit_test(only_the_wanted_direction_is_reported),
      cmocka_unit_test(the_end_of_a_stream_is_ready_to_read),
      cmocka_unit_test(a_descriptor_that_is_no_longer_watched_is_not_reported),
      cmocka_unit_test(a_kept_descriptor_that_nobody_watches_wakes_the_set_only_once),
      cmocka_unit_test(a_reused_descriptor_number_is_a_new_descriptor),
      cmocka_unit_test(a_descriptor_that_is_removed_in_the_same_round_is_not_reported),
      cmocka_unit_test(the_descriptor_of_the_set_is_readable_when_a_watched_one_is_ready),
      cmocka_unit_test(an_interrupted_set_is_readable_and_does_not_wait),
      cmocka_unit_test(a_closed_descriptor_does_not_prevent_an_interruption),
      cmocka_unit_test(a_signal_ends_the_wait),
      cmocka_unit_test(a_set_is_freed_when_its_last_reference_is_dropped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
