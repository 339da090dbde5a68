#include "core/date.h"

#include <string.h>

/* What was read so far.  The numbers of the date and the time, and `half`, are -1 until they are
 * read. */
typedef struct reading {
  const char *at, *end;
  int year, month, day, hour, minute, second;
  int half; /* 0 for AM, 12 for PM */
  int has_zone;
  long offset; /* seconds east of UTC */
} reading;

typedef struct number {
  int value;
  int digits;
} number;

static int is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

static int is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static int next_is(const reading *r, char byte) {
  return r->at < r->end && *r->at == byte;
}

/* Skips the byte if it is the next one.  Returns whether it was. */
static int take(reading *r, char byte) {
  if (!next_is(r, byte))
    return 0;
  r->at++;
  return 1;
}

/* Reads at most `most` digits.  `digits` of the result is 0 if there are none. */
static number take_number(reading *r, int most) {
  number n = {0, 0};
  for (; r->at < r->end && is_digit(*r->at) && n.digits < most; r->at++, n.digits++)
    n.value = n.value * 10 + (*r->at - '0');
  return n;
}

static size_t digits_ahead(const reading *r) {
  const char *at = r->at;
  while (at < r->end && is_digit(*at))
    at++;
  return (size_t)(at - r->at);
}

/* Skips all digits that come next and returns their number. */
static size_t skip_digits(reading *r) {
  size_t digits = digits_ahead(r);
  r->at += digits;
  return digits;
}

/* The longest known word has 9 letters.  A longer word keeps one letter more, so that it differs.
 */
enum { WORD_MAX = 10 };

/* Reads letters into `word`, in lower case.  Skips the letters after the tenth. */
static void take_word(reading *r, char word[WORD_MAX + 1]) {
  size_t length = 0;
  for (; r->at < r->end && is_letter(*r->at); r->at++)
    if (length < WORD_MAX)
      word[length++] = (char)(*r->at | 0x20);
  memset(word + length, 0, WORD_MAX + 1 - length);
}

/* Returns the index of `word` among `count` names, or -1.  A word matches the full name or its
 * first three letters. */
static int index_of(const char *word, const char *const *names, int count) {
  for (int i = 0; i < count; i++)
    if (!strcmp(word, names[i]) || (strlen(word) == 3 && !strncmp(word, names[i], 3)))
      return i;
  return -1;
}

static int month_of(const char *word) {
  static const char *const names[] = {"january",   "february", "march",    "april",
                                      "may",       "june",     "july",     "august",
                                      "september", "october",  "november", "december"};
  return strcmp(word, "sept") ? index_of(word, names, 12) + 1 : 9;
}

static int is_weekday(const char *word) {
  static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                      "friday", "saturday", "sunday"};
  return index_of(word, names, 7) >= 0;
}

/* Returns 0, or -1 if the year was read already or `n` cannot be a year. */
static int set_year(reading *r, number n) {
  if (r->year >= 0 || (n.digits != 4 && n.digits != 2))
    return -1;
  r->year = n.digits == 4 ? n.value : n.value + (n.value < 70 ? 2000 : 1900);
  return 0;
}

static int set_zone(reading *r, long offset) {
  if (r->has_zone || r->hour < 0)
    return -1;
  r->has_zone = 1;
  r->offset = offset;
  return 0;
}

/* "+0100", "+01:00" or "+01". */
static int read_offset(reading *r) {
  int sign = *r->at++ == '-' ? -1 : 1;
  number hours = take_number(r, 2);
  int colon = take(r, ':');
  number minutes = take_number(r, 2);
  int complete = minutes.digits == 2 || (minutes.digits == 0 && !colon);
  if (hours.digits != 2 || !complete || hours.value > 23 || minutes.value > 59)
    return -1;
  return set_zone(r, sign * (hours.value * 3600L + minutes.value * 60L));
}

/* Skips a fraction of a second, if one follows. */
static int read_fraction(reading *r) {
  if (!next_is(r, '.') && !next_is(r, ','))
    return 0;
  r->at++;
  return skip_digits(r) > 0 ? 0 : -1;
}

/* "HH:MM" or "HH:MM:SS" or "HH:MM:SS.5". */
static int read_time(reading *r) {
  number hour = take_number(r, 2);
  r->at++; /* the colon, which the caller saw */
  number minute = take_number(r, 2), second = {0, 2};
  if (take(r, ':'))
    second = take_number(r, 2);
  if (r->hour >= 0 || minute.digits == 0 || second.digits == 0)
    return -1;
  r->hour = hour.value, r->minute = minute.value, r->second = second.value;
  return read_fraction(r);
}

/* "HH", "HHMM" or "HHMMSS". */
static int read_basic_time(reading *r, size_t digits) {
  if (r->hour >= 0)
    return -1;
  r->hour = take_number(r, 2).value;
  r->minute = digits > 2 ? take_number(r, 2).value : 0;
  r->second = digits > 4 ? take_number(r, 2).value : 0;
  return digits > 4 ? read_fraction(r) : 0;
}

/* "YYYYMMDD"; a time may follow directly. */
static int read_basic_date(reading *r, size_t digits) {
  if (r->year >= 0 || r->month >= 0 || r->day >= 0)
    return -1;
  r->year = take_number(r, 4).value;
  r->month = take_number(r, 2).value;
  r->day = take_number(r, 2).value;
  return digits > 8 ? read_basic_time(r, digits - 8) : 0;
}

/* Reads the rest of a date after its first number: "-11-26", "/26/2026", "-Nov-2026". */
static int read_separated(reading *r, number first, char separator) {
  char word[WORD_MAX + 1] = "";
  number second = {0, 0};
  r->at++;
  if (r->at < r->end && is_letter(*r->at))
    take_word(r, word);
  else
    second = take_number(r, 2);
  int named = month_of(word);
  if (r->year >= 0 || r->month >= 0 || r->day >= 0 || (!named && second.digits == 0) ||
      !take(r, separator))
    return -1;
  number third = take_number(r, 4);
  int year_first = first.digits == 4, day_first = named || first.value > 12;
  if (third.digits == 0 || (year_first && third.digits > 2) || (!year_first && first.digits > 2))
    return -1;
  r->month = named ? named : year_first || day_first ? second.value : first.value;
  r->day = year_first ? third.value : day_first ? first.value : second.value;
  return set_year(r, year_first ? first : third);
}

/* Reads a number without a separator.  It is the year if it has more than two digits or if the day
 * was read already, otherwise the day. */
static int read_single(reading *r, number n) {
  if (n.digits > 2 || r->day >= 0)
    return set_year(r, n);
  r->day = n.value;
  return 0;
}

static int has_date(const reading *r) {
  return r->year >= 0 && r->month >= 0 && r->day >= 0;
}

static int read_number(reading *r) {
  size_t digits = digits_ahead(r);
  const char *after = r->at + digits;
  char next = '\0';
  if (after < r->end)
    next = *after;
  if (next == ':' && digits <= 2)
    return read_time(r);
  if (has_date(r) && (digits == 2 || digits == 4 || digits == 6))
    return read_basic_time(r, digits);
  if (digits == 8 || digits == 12 || digits == 14)
    return read_basic_date(r, digits);
  number n = take_number(r, 5);
  return next == '-' || next == '/' || next == '.' ? read_separated(r, n, next) : read_single(r, n);
}

static int read_word(reading *r) {
  char word[WORD_MAX + 1];
  take_word(r, word);
  int month = month_of(word);
  if (month > 0 && r->month < 0) {
    r->month = month;
    return 0;
  }
  if (!strcmp(word, "t"))
    return has_date(r) && r->hour < 0 && r->at < r->end && is_digit(*r->at) ? 0 : -1;
  if (!strcmp(word, "z") || !strcmp(word, "utc") || !strcmp(word, "gmt"))
    return set_zone(r, 0);
  if ((!strcmp(word, "am") || !strcmp(word, "pm")) && r->hour >= 0 && r->half < 0) {
    r->half = word[0] == 'p' ? 12 : 0;
    return 0;
  }
  return is_weekday(word) && r->hour < 0 ? 0 : -1;
}

static int read_all(reading *r) {
  while (r->at < r->end) {
    char byte = *r->at;
    int failed;
    if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == ',')
      r->at++, failed = 0;
    else if (is_digit(byte))
      failed = read_number(r);
    else if (is_letter(byte))
      failed = read_word(r);
    else
      failed = byte == '+' || byte == '-' ? read_offset(r) : -1;
    if (failed)
      return -1;
  }
  return 0;
}

static int days_in_month(int year, int month) {
  static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days[month - 1] + (month == 2 && leap);
}

/* Returns whether the parts are a valid date and time.  Converts a 12-hour clock to 24 hours. */
static int complete(reading *r) {
  if (!has_date(r) || r->year < 1 || r->month < 1 || r->month > 12 || r->day < 1 ||
      r->day > days_in_month(r->year, r->month))
    return 0;
  if (r->hour < 0)
    r->hour = r->minute = r->second = 0;
  if (r->half >= 0) {
    if (r->hour < 1 || r->hour > 12)
      return 0;
    r->hour = r->hour % 12 + r->half;
  }
  return r->hour <= 23 && r->minute <= 59 && r->second <= 60;
}

int gl_date_parse(const char *text, size_t length, int64_t *out) {
  reading r = {text, text + length, -1, -1, -1, -1, -1, -1, -1, 0, 0};
  if (length > GL_DATE_TEXT_MAX || read_all(&r) || !complete(&r))
    return -1;
  *out = gl_date_days(r.year, r.month, r.day) * GL_DATE_DAY_SECONDS + r.hour * 3600 +
         r.minute * 60 + r.second - r.offset;
  return 0;
}
