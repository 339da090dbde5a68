/* The timers of an event set and its count of rounds. */
#include "core/transport/events_private.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { LONG_WAIT = 60 * 1000 };

static gl_events *new_events(void) {
  gl_error error;
  gl_events *events = gl_events_new(&error);
  assert_non_null(events);
  return events;
}

typedef struct alarm_clock {
  gl_timer timer;
  gl_events *events;
  int *order, *rung; /* `order` has `*rung` numbers; ring() appends `number` */
  int number, again; /* `again`: ring() starts the timer again */
} alarm_clock;

static void ring(void *context) {
  alarm_clock *clock = context;
  clock->order[(*clock->rung)++] = clock->number;
  if (clock->again)
    assert_int_equal(
        gl_timers_set(gl_events_timers(clock->events), &clock->timer, clock->timer.due), 0);
}

enum { CLOCKS = 200 };

/* Starts timers in a mixed order.  All are due already, and the one with number 0 was due first. */
static void set_clocks(gl_events *events, alarm_clock *clocks, int *order, int *rung) {
  int64_t now = gl_timers_now();
  for (int i = 0; i < CLOCKS; i++) {
    int number = i * 73 % CLOCKS;
    clocks[i] =
        (alarm_clock){{.on_due = ring, .context = &clocks[i]}, events, order, rung, number, 0};
    assert_int_equal(
        gl_timers_set(gl_events_timers(events), &clocks[i].timer, now - CLOCKS + number), 0);
  }
}

static void timers_run_in_the_order_in_which_they_are_due(void **state) {
  (void)state;
  alarm_clock clocks[CLOCKS];
  int order[CLOCKS], rung = 0;
  gl_events *events = new_events();
  set_clocks(events, clocks, order, &rung);
  gl_timers_run_due(gl_events_timers(events));
  assert_int_equal(rung, CLOCKS);
  for (int i = 0; i < CLOCKS; i++)
    assert_int_equal(order[i], i);
  assert_int_equal(gl_timers_timeout(gl_events_timers(events)), -1);
  gl_events_release(events);
}

static void a_cancelled_timer_does_not_run_and_a_moved_one_runs_later(void **state) {
  (void)state;
  alarm_clock clocks[CLOCKS];
  int order[CLOCKS], rung = 0, last = -1;
  gl_events *events = new_events();
  set_clocks(events, clocks, order, &rung);
  for (int i = 0; i < CLOCKS; i++)
    if (clocks[i].number % 3 == 0)
      gl_timers_cancel(gl_events_timers(events), &clocks[i].timer);
    else if (clocks[i].number % 3 == 1)
      assert_int_equal(
          gl_timers_set(gl_events_timers(events), &clocks[i].timer, gl_timers_now() + LONG_WAIT),
          0);
  gl_timers_cancel(gl_events_timers(events), &clocks[0].timer);
  gl_timers_cancel(gl_events_timers(events), &clocks[0].timer);
  gl_timers_run_due(gl_events_timers(events));
  assert_int_equal(rung, CLOCKS / 3);
  for (int i = 0; i < rung; i++) {
    assert_int_equal(order[i] % 3, 2);
    assert_true(order[i] > last);
    last = order[i];
  }
  assert_in_range(gl_timers_timeout(gl_events_timers(events)), 1, LONG_WAIT);
  gl_events_release(events);
}

static void a_timer_that_starts_itself_again_runs_once_a_round(void **state) {
  (void)state;
  int order[4], rung = 0;
  gl_events *events = new_events();
  alarm_clock clock = {{.on_due = ring, .context = &clock}, events, order, &rung, 1, 1};
  assert_int_equal(gl_timers_set(gl_events_timers(events), &clock.timer, gl_timers_now()), 0);
  gl_timers_run_due(gl_events_timers(events));
  assert_int_equal(rung, 1);
  assert_int_equal(gl_timers_timeout(gl_events_timers(events)), 0);
  gl_events_wait(events, LONG_WAIT);
  assert_int_equal(rung, 2);
  gl_timers_cancel(gl_events_timers(events), &clock.timer);
  gl_events_release(events);
}

static void waiting_ends_when_a_timer_is_due(void **state) {
  (void)state;
  int order[1], rung = 0;
  gl_events *events = new_events();
  alarm_clock clock = {{.on_due = ring, .context = &clock}, events, order, &rung, 1, 0};
  int64_t due = gl_timers_now() + 20;
  assert_int_equal(gl_timers_set(gl_events_timers(events), &clock.timer, due), 0);
  while (rung == 0)
    gl_events_wait(events, LONG_WAIT);
  assert_in_range(gl_timers_now(), due, due + LONG_WAIT / 2);
  gl_events_release(events);
}

static void each_wait_counts_as_a_round(void **state) {
  (void)state;
  gl_events *events = new_events();
  unsigned long before = gl_events_rounds(events);
  gl_events_wait(events, 0);
  assert_int_equal(gl_events_rounds(events), before + 1);
  gl_timers_run_due(gl_events_timers(events));
  assert_int_equal(gl_events_rounds(events), before + 1);
  gl_events_release(events);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(timers_run_in_the_order_in_which_they_are_due),
      cmocka_unit_test(a_cancelled_timer_does_not_run_and_a_moved_one_runs_later),
      cmocka_unit_test(a_timer_that_starts_itself_again_runs_once_a_round),
      cmocka_unit_test(waiting_ends_when_a_timer_is_due),
      cmocka_unit_test(each_wait_counts_as_a_round),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
