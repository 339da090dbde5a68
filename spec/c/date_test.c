#include "core/date.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void a_time_is_written_as_a_gregorian_date_and_read_back(void **state) {
  (void)state;
  static const struct {
    int64_t time;
    const char *date_time;
  } cases[] = {
      {0, "19700101T000000Z"},
      {-1, "19691231T235959Z"},
      {951782399, "20000228T235959Z"},
      {951782400, "20000229T000000Z"},
      {951868800, "20000301T000000Z"},
      {1709164800, "20240229T000000Z"},
      {1735689599, "20241231T235959Z"},
      {2147483648, "20380119T031408Z"},
      {4107456000, "21000228T000000Z"},
      {4107542400, "21000301T000000Z"},
      {-2203977600, "19000228T000000Z"},
      {-2203891200, "19000301T000000Z"},
      {253402300799, "99991231T235959Z"},
      {-62135596800, "00010101T000000Z"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char text[GL_DATE_BASIC_SIZE];
    int64_t time;
    assert_int_equal(gl_date_format(cases[i].time, text), 0);
    assert_string_equal(text, cases[i].date_time);
    assert_int_equal(gl_date_parse(text, strlen(text), &time), 0);
    assert_int_equal(time, cases[i].time);
  }
}

static void a_time_outside_of_the_years_1_to_9999_cannot_be_written(void **state) {
  (void)state;
  static const int64_t times[] = {253402300800, -62135596801, INT64_MAX, INT64_MIN};
  char text[GL_DATE_BASIC_SIZE];
  for (size_t i = 0; i < COUNT(times); i++)
    assert_int_equal(gl_date_format(times[i], text), -1);
}

static void expect_time(const char *text, int64_t expected) {
  int64_t time = 0;
  if (gl_date_parse(text, strlen(text), &time) || time != expected)
    fail_msg("\"%s\" is read as %lld, not as %lld", text, (long long)time, (long long)expected);
}

/* Times are those of dateutil 2.9, which boto3 uses to read expirations.  A time without a zone is
 * in UTC. */
static const char *const one_time[] = {
    "2026-11-26T08:48:11Z",
    "2026-11-26T08:48:11z",
    "2026-11-26 08:48:11",
    "2026-11-26t08:48:11+00:00",
    "2026-11-26T08:48:11.123456Z",
    "2026-11-26T08:48:11,5Z",
    "2026-11-26T08:48:11+0000",
    "2026-11-26T08:48:11 +0000",
    "20261126T084811Z",
    "20261126084811",
    "20261126 084811",
    "Thu, 26 Nov 2026 08:48:11 GMT",
    "Thu, 26 Nov 2026 08:48:11 UTC",
    "Thu Nov 26 08:48:11 UTC 2026",
    "Thu Nov 26 08:48:11 2026",
    "Thu 26 Nov 2026 08:48:11 AM UTC",
    "Thu 26 Nov 08:48:11 UTC 2026",
    "Thursday, 26-Nov-26 08:48:11 GMT",
    "  2026-11-26T08:48:11Z  ",
    "2026-11-26T08:48:11.123Z",
    "2026-11-26 8:48:11",
    "Thu, 26 Nov 2026 08:48:11 -0000",
    "Thu, 26 Nov 26 08:48:11 GMT",
    "2026-11-26T08:48:11 Z",
    "Thu, 26 Nov 2026 08:48:11GMT",
    "2026-11-26, 08:48:11",
    "2026-11-26T08:48:11Z,",
    "Fri, 26 Nov 2026 08:48:11 GMT",
};

static const struct {
  const char *text;
  int64_t time;
} other_times[] = {
    {"2026-11-26T08:48:11-0330", 1795695491},
    {"2026-11-26T08:48:11+05", 1795664891},
    {"2026-11-26T08:48Z", 1795682880},
    {"2026-11-26T08Z", 1795680000},
    {"2026-11-26", 1795651200},
    {"20261126", 1795651200},
    {"20261126T0848Z", 1795682880},
    {"202611260848", 1795682880},
    {"Thu, 26 Nov 2026 08:48:11 +0100", 1795679291},
    {"Thu Nov  6 08:48:11 2026", 1793954891},
    {"Thu 26 Nov 2026 08:48:11 PM UTC", 1795726091},
    {"2026/11/26 08:00:00", 1795680000},
    {"2026/11/26 08:00:00 UTC", 1795680000},
    {"11/26/2026 08:00:00", 1795680000},
    {"11/26/2026 08:00:00 +0000", 1795680000},
    {"11/26/2026 08:00 PM", 1795723200},
    {"11/26/26 08:00", 1795680000},
    {"26/11/2026 08:00:00", 1795680000},
    {"13/11/2026", 1794528000},
    {"5/6/2026", 1778025600},
    {"26.11.2026 08:00:00", 1795680000},
    {"2026.11.26 08:00:00", 1795680000},
    {"11-26-2026 08:00", 1795680000},
    {"26-11-2026 08:00", 1795680000},
    {"26-Nov-2026 08:00", 1795680000},
    {"November 26, 2026 08:00", 1795680000},
    {"Nov 26, 2026 8:00 PM", 1795723200},
    {"26 November 2026", 1795651200},
    {"26 Nov 2026", 1795651200},
    {"2026-Nov-26", 1795651200},
    {"2026 Nov 26", 1795651200},
    {"2024-02-29T00:00:00Z", 1709164800},
    {"2026-11-26 8:4:1", 1795680241},
    {"2026-1-2", 1767312000},
    {"0001-01-01T00:00:00Z", -62135596800},
    {"9999-12-31T23:59:59Z", 253402300799},
    {"2026-11-26T08:48:11+23:59", 1795596551},
    {"12/12/2026 12:00 AM", 1797033600},
    {"12/12/2026 12:00 PM", 1797076800},
    {"Sept 5 2026", 1788566400},
    {"26Nov2026", 1795651200},
    {"31/12/99", 946598400},
    {"Sun Nov  6 08:49:37 1994", 784111777},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
};

static void a_date_is_read_as_boto3_reads_it(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(one_time); i++)
    expect_time(one_time[i], 1795682891); /* 2026-11-26T08:48:11Z */
  for (size_t i = 0; i < COUNT(other_times); i++)
    expect_time(other_times[i].text, other_times[i].time);
}

static void a_leap_second_is_the_first_second_of_the_next_minute(void **state) {
  (void)state;
  expect_time("2016-12-31T23:59:60Z", 1483228800);
}

/* dateutil accepts some of these texts.  For example, it takes the day of "2026-11" from the clock.
 */
static const char *const no_dates[] = {
    "2026-02-30",
    "2026-13-01",
    "2026-02-29",
    "2026-11-26T24:00:00Z",
    "2026-11-26T08:60:00Z",
    "2026-11-26T08:48:11 UTC+3",
    "2026-11-26T08:48:11Z junk",
    "2026-11-26T08:48:11 GMT+0100",
    "2026-11-26T08:48:11 PST",
    "2026-11-26T08:48:11+00:00Z",
    "2026-11-26T",
    "08:48:11",
    "2026",
    "2026-11",
    "now",
    "tomorrow",
    "1795683600",
    "1795683600.5",
    "",
    "Thu",
    "2026-11-26T08:48:11.Z",
    "26 Nov 2026 20:48:11 PM",
    "10000-01-01",
    "2026-330",
    "2026-W48-4",
    "2026-11-26T08:48:11+1",
    "2026-11-26T08:48:11+100",
    "2026-11-26T08:48:11+24:00",
    "12/12/2026 0:00 AM",
    "12/12/2026 13:00 AM",
    "2026-11-26 08h48m11s",
    "2026-11-26 at 08:48",
    "Nov 2026",
    "99/12/31",
    "69-01-01",
    "2026-11-26T08:48:11+",
    "2026-11-26T08:48:11+:00",
    "2026-11-26T08:48:11+00:",
    "2026-11-26T08:48:11+00:6",
    "2026-11-26T08:48:11Z Z",
    "2026--11-26",
    "2026-11-",
    "-",
    "T",
    "Z",
    "+00:00",
    "2026-11-26T:48",
    "08:48:11T2026-11-26",
    "2026-11-26 08:48 09:49",
    "2026-00-10",
    "2026-10-00",
    "2026-04-31",
    "1900-02-29",
    "0000-01-01",
    "2026/11-26",
    "Thu, 26 Foo 2026 08:48:11 GMT",
    "26 Septemberx 2026",
    "26-Septemberx-2026",
    "Wednesdayish, 26 Nov 2026 08:48:11 GMT",
    "2026-11-26 08:48:11 AM PM",
};

static void any_other_text_is_not_a_date(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(no_dates); i++) {
    int64_t time = 42;
    if (!gl_date_parse(no_dates[i], strlen(no_dates[i]), &time))
      fail_msg("\"%s\" is read as %lld", no_dates[i], (long long)time);
    assert_int_equal(time, 42);
  }
}

static void a_text_of_more_than_64_bytes_is_not_a_date(void **state) {
  (void)state;
  char text[66] = "2026-11-26T08:48:11Z";
  int64_t time;
  memset(text + 20, ' ', 45);
  assert_int_equal(gl_date_parse(text, 64, &time), 0);
  assert_int_equal(gl_date_parse(text, 65, &time), -1);
}

static void a_text_with_a_zero_byte_is_not_a_date(void **state) {
  (void)state;
  int64_t time;
  assert_int_equal(gl_date_parse("2026-11-26\0Z", 12, &time), -1);
  assert_int_equal(gl_date_parse("", 0, &time), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_time_is_written_as_a_gregorian_date_and_read_back),
      cmocka_unit_test(a_time_outside_of_the_years_1_to_9999_cannot_be_written),
      cmocka_unit_test(a_date_is_read_as_boto3_reads_it),
      cmocka_unit_test(a_leap_second_is_the_first_second_of_the_next_minute),
      cmocka_unit_test(any_other_text_is_not_a_date),
      cmocka_unit_test(a_text_of_more_than_64_bytes_is_not_a_date),
      cmocka_unit_test(a_text_with_a_zero_byte_is_not_a_date),
  };
  return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
