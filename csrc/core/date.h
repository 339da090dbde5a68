/* Conversion between seconds since the epoch and dates in UTC, in the proleptic Gregorian calendar.
 * The C code does all date arithmetic here: gmtime_r and timegm do not exist on every system, and
 * gmtime is not thread-safe. */
#ifndef GL_CORE_DATE_H
#define GL_CORE_DATE_H

#include <stddef.h>
#include <stdint.h>

enum {
  GL_DATE_DAY_SECONDS = 86400,
  GL_DATE_BASIC_SIZE = 17, /* includes the NUL */
  GL_DATE_TEXT_MAX = 64
};

/* Returns the days from 1970-01-01 to a date in the years 1 to 9999. */
int64_t gl_date_days(int year, int month, int day);

/* Writes seconds since the epoch in ISO 8601 basic form, "20120525T002453Z".  Returns 0, or -1 for
 * a time outside of the years 1 to 9999. */
int gl_date_format(int64_t time, char out[GL_DATE_BASIC_SIZE]);

/* Reads a date and an optional time.  A fraction of a second is dropped; without a time zone, the
 * time is in UTC.  Accepts the common ones of the forms that boto3 (dateutil) accepts as the
 * expiration of credentials, and the three forms of an HTTP date (RFC 9110, 5.6.7):
 *
 *   2026-11-26T08:48:11Z   2026-11-26 08:48:11.5+01:00   20261126T084811+0000   2026-11-26
 *   2026/11/26 08:48:11    11/26/2026 08:48 PM           26.11.2026 08:48
 *   Thu, 26 Nov 2026 08:48:11 GMT   Thursday, 26-Nov-26 08:48:11 GMT   Thu Nov 26 08:48:11 UTC 2026
 *
 * A date of three numbers is year-month-day if it begins with four digits.  Otherwise it is
 * month-day-year, or day-month-year if the first number is greater than 12.  A year of two digits
 * lies in 1970 to 2069.  Returns 0, or -1 for any other text, a date that does not exist, or more
 * than GL_DATE_TEXT_MAX bytes. */
int gl_date_parse(const char *text, size_t length, int64_t *out);

#endif
