/* The list of news of an event set. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "events.h"

static void news_are_taken_once_and_in_their_order(void **state) {
  (void)state;
  gl_news news[3] = {{0}};
  gl_events *events = new_events();
  for (int i = 0; i < 3; i++)
    gl_events_enter(events, &news[i]);
  assert_int_equal(gl_events_take_news(events), 0);
  assert_false(gl_events_has_news(events));
  gl_events_add_news(events, &news[2]);
  assert_true(gl_events_has_news(events));
  gl_events_add_news(events, &news[0]);
  gl_events_add_news(events, &news[2]);
  assert_int_equal(gl_events_take_news(events), news[2].number);
  gl_events_add_news(events, &news[2]);
  assert_int_equal(gl_events_take_news(events), news[0].number);
  assert_int_equal(gl_events_take_news(events), news[2].number);
  assert_int_equal(gl_events_take_news(events), 0);
  gl_events_release(events);
}

static void each_entry_gets_a_number_of_its_own(void **state) {
  (void)state;
  gl_news first = {0}, second = {0};
  gl_events *events = new_events();
  gl_events_enter(events, &first);
  gl_events_leave(&first);
  gl_events_enter(events, &second);
  assert_int_not_equal(first.number, 0);
  assert_int_not_equal(second.number, 0);
  assert_int_not_equal(first.number, second.number);
  gl_events_release(events);
}

static void news_of_an_entry_that_left_are_dropped(void **state) {
  (void)state;
  gl_news news[3] = {{0}};
  gl_events *events = new_events();
  for (int i = 0; i < 3; i++) {
    gl_events_enter(events, &news[i]);
    gl_events_add_news(events, &news[i]);
  }
  gl_events_leave(&news[1]);
  gl_events_leave(&news[1]);
  assert_int_equal(gl_events_take_news(events), news[0].number);
  gl_events_leave(&news[0]);
  assert_int_equal(gl_events_take_news(events), news[2].number);
  assert_int_equal(gl_events_take_news(events), 0);
  gl_events_release(events);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(news_are_taken_once_and_in_their_order),
      cmocka_unit_test(each_entry_gets_a_number_of_its_own),
      cmocka_unit_test(news_of_an_entry_that_left_are_dropped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
