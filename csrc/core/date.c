#include "core/date.h"

#include <string.h>

enum { ERA_DAYS = 146097 /* 400 years */, EPOCH_DAYS = 719468 };

/* In this calculation a year begins in March, so that a leap day is the last day of its year.
 * `EPOCH_DAYS` is the number of days from 0000-03-01 to the epoch. */
int64_t gl_date_days(int year, int month, int day) {
  int64_t shifted = month > 2 ? year : year - 1;
  int month_from_march = (month + 9) % 12;
  int64_t days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400;
  return days + (153 * month_from_march + 2) / 5 + day - 1 - EPOCH_DAYS;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day) {
  int64_t shifted = days + EPOCH_DAYS;
  int era_day = (int)(shifted % ERA_DAYS);
  int era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
  int year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
  int month_from_march = (5 * year_day + 2) / 153;
  *day = year_day - (153 * month_from_march + 2) / 5 + 1;
  *month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  *year = (int)(shifted / ERA_DAYS) * 400 + era_year + (*month <= 2);
}

/* Writes `count` digits and returns the position after them. */
static char *put_number(char *to, int value, int count) {
  for (int i = count - 1; i >= 0; i--, value /= 10)
    to[i] = (char)('0' + value % 10);
  return to + count;
}

int gl_date_format(int64_t time, char out[GL_DATE_BASIC_SIZE]) {
  int year, month, day;
  int64_t days = time / GL_DATE_DAY_SECONDS;
  int seconds = (int)(time % GL_DATE_DAY_SECONDS);
  if (seconds < 0)
    seconds += GL_DATE_DAY_SECONDS, days--;
  if (days < gl_date_days(1, 1, 1) || days > gl_date_days(9999, 12, 31))
    return -1;
  civil_from_days(days, &year, &month, &day);
  out = put_number(out, year, 4);
  out = put_number(out, month, 2);
  out = put_number(out, day, 2);
  *out++ = 'T';
  out = put_number(out, seconds / 3600, 2);
  out = put_number(out, seconds / 60 % 60, 2);
  out = put_number(out, seconds % 60, 2);
  memcpy(out, "Z", 2);
  return 0;
}
