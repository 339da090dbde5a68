#include "core/json_prepare.h"

#include "core/error.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

enum {
  EXACT_MAX = 15 /* characters: a double represents every such integer exactly */
};

/* The text to read, and where to write. */
typedef struct scan {
  const char *at, *end;
  char *out;
} scan;

static void copy(scan *s, const char *bytes, size_t length) {
  memcpy(s->out, bytes, length);
  s->out += length;
}

/* ---- numbers ----------------------------------------------------------------------------- */

static const char *skip_digits(const char *at, const char *end) {
  while (at < end && *at >= '0' && *at <= '9')
    at++;
  return at;
}

/* Reads a fraction or an exponent that begins at `at`.  Its digits begin after `lead` bytes.
 * Returns its end, or `at` if there are no digits. */
static const char *skip_part(const char *at, const char *end, size_t lead) {
  if ((size_t)(end - at) <= lead)
    return at;
  const char *after = skip_digits(at + lead, end);
  return after > at + lead ? after : at;
}

static const char *skip_fraction(const char *at, const char *end) {
  return at < end && *at == '.' ? skip_part(at, end, 1) : at;
}

static const char *skip_exponent(const char *at, const char *end) {
  if (at == end || (*at != 'e' && *at != 'E'))
    return at;
  int has_sign = end - at > 1 && (at[1] == '+' || at[1] == '-');
  return skip_part(at, end, has_sign ? 2 : 1);
}

/* Returns the end of the longest number at `at` (RFC 8259, section 6), or `at` if there is none.  A
 * digit after a leading zero is not part of the number.  Sets `integer_end` to where its fraction
 * or exponent begins. */
static const char *skip_number(const char *at, const char *end, const char **integer_end) {
  const char *digits = at < end && *at == '-' ? at + 1 : at;
  const char *after = digits < end && *digits == '0' ? digits + 1 : skip_digits(digits, end);
  *integer_end = after;
  if (after == digits)
    return at;
  return skip_exponent(skip_fraction(after, end), end);
}

static int skip_word(scan *s, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length))
    return 0;
  s->at += length;
  return 1;
}

/* Returns whether a colon follows.  A number before a colon is invalid and must stay invalid, but a
 * string there would be a valid name. */
static int is_name(const scan *s) {
  const char *at = s->at;
  while (at < s->end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
    at++;
  return at < s->end && *at == ':';
}

/* A minus sign without a digit is not JSON, but strtod would accept "-.5".  The question mark
 * prevents that. */
static void copy_invalid(scan *s) {
  if (*s->at == '-')
    *s->out++ = '?';
  *s->out++ = *s->at++;
}

/* Copies a number, which begins with a digit or a minus sign.  Replaces NaN and Infinity with null.
 * Copies a single byte if neither follows. */
static void scan_number(scan *s) {
  const char *integer_end, *start = s->at;
  const char *after = skip_number(start, s->end, &integer_end);
  if (after == start) {
    if (skip_word(s, "NaN") || skip_word(s, "Infinity") || skip_word(s, "-Infinity"))
      copy(s, "null", 4);
    else
      copy_invalid(s);
    return;
  }
  s->at = after;
  if ((after == integer_end && after - start <= EXACT_MAX) || is_name(s)) {
    copy(s, start, (size_t)(after - start));
    *s->out++ = ' ';
    return;
  }
  *s->out++ = '"';
  *s->out++ = GL_JSON_NUMBER_MARK;
  copy(s, start, (size_t)(after - start));
  *s->out++ = '"';
}

/* ---- strings ----------------------------------------------------------------------------- */

/* Returns the code unit of "\uXXXX" at `at`, or -1 if there is no such escape. */
static long read_unit(const char *at, const char *end) {
  long unit = 0;
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return -1;
  for (int i = 2; i < 6; i++) {
    char digit = at[i], letter = (char)(digit | 0x20);
    if (digit >= '0' && digit <= '9')
      unit = unit * 16 + (digit - '0');
    else if (letter >= 'a' && letter <= 'f')
      unit = unit * 16 + (letter - 'a' + 10);
    else
      return -1;
  }
  return unit;
}

/* Copies the escape at a backslash. */
static void scan_escape(scan *s) {
  size_t length = s->end - s->at < 2 ? 1 : 2;
  long unit = read_unit(s->at, s->end);
  if (unit >= 0)
    length = 6;
  if (unit >= 0xD800 && unit < 0xDC00) {
    long low = read_unit(s->at + 6, s->end);
    if (low >= 0xDC00 && low < 0xE000)
      length = 12;
  }
  int is_half = unit >= 0xD800 && unit < 0xE000 && length == 6;
  copy(s, is_half ? "\\ufffd" : s->at, length);
  s->at += length;
}

/* Copies the string at an opening quotation mark. */
static void scan_string(scan *s) {
  *s->out++ = *s->at++;
  if (s->at < s->end && *s->at == GL_JSON_NUMBER_MARK) {
    copy(s, "\xEF\xBF\xBD", 3);
    s->at++;
  }
  while (s->at < s->end) {
    const char *start = s->at;
    while (s->at < s->end && *s->at != '"' && *s->at != '\\')
      s->at++;
    copy(s, start, (size_t)(s->at - start));
    if (s->at == s->end)
      return;
    if (*s->at == '"') {
      *s->out++ = *s->at++;
      return;
    }
    scan_escape(s);
  }
}

size_t gl_json_prepare(const char *text, size_t length, char *out) {
  scan s = {text, text + length, out};
  while (s.at < s.end) {
    char byte = *s.at;
    if (byte == '"')
      scan_string(&s);
    else if ((byte >= '0' && byte <= '9') || byte == '-' || byte == 'N' || byte == 'I')
      scan_number(&s);
    else
      *s.out++ = *s.at++;
  }
  return (size_t)(s.out - out);
}

/* ---- values of numbers ------------------------------------------------------------------- */

int gl_json_to_integer(const char *text, int64_t *out) {
  if (strpbrk(text, ".eE"))
    return 0;
  errno = 0;
  *out = strtoll(text, NULL, 10);
  return errno == 0;
}

int gl_json_to_double(const char *text, double *out) {
  locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  if (plain == (locale_t)0)
    return GL_MEMORY;
  locale_t before = uselocale(plain);
  *out = strtod(text, NULL);
  uselocale(before);
  freelocale(plain);
  return 0;
}
