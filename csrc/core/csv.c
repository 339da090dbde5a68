#include "core/csv.h"

#include <string.h>

/* The bytes of a row from `at` on. */
typedef struct cursor {
  const char *at, *end;
  int is_end;  /* no more bytes follow `end` */
  int doubles; /* a copy of the reader's field, which is stored back after a complete row */
  const char *why;
} cursor;

/* What a quote inside a quoted field means. */
typedef enum quote { CLOSING, DOUBLED, ESCAPED, UNDECIDED, INVALID } quote;

typedef enum answer { NO, YES, LATER } answer;

static gl_csv_result set_error(cursor *row, const char *at, const char *why) {
  row->at = at;
  row->why = why;
  return GL_CSV_FAILED;
}

/* Returns whether a field may end before the byte at `at`. */
static answer is_delimiter(const cursor *row, const char *at) {
  if (at == row->end)
    return row->is_end ? YES : LATER;
  return *at == ',' || *at == '\r' || *at == '\n' ? YES : NO;
}

/* Returns whether a line ends at `at`. */
static answer is_line_end(const cursor *row, const char *at) {
  if (at < row->end && *at == '\r')
    at++;
  if (at == row->end)
    return row->is_end ? YES : LATER;
  return *at == '\n' ? YES : NO;
}

/* ---- is the rest of the row valid? ------------------------------------------------------- */

static int is_of_kind(gl_csv_kind kind, char byte) {
  static const char marks[] = "-_.:+";
  if (byte >= '0' && byte <= '9')
    return 1;
  char lower = (char)(byte | 0x20);
  return kind == GL_CSV_TOKEN && ((lower >= 'a' && lower <= 'z') || (byte && strchr(marks, byte)));
}

/* Returns whether a field of this kind is at `*at`, with or without quotes.  Moves `*at` past it.
 */
static answer fits_field(const cursor *row, const char **at, gl_csv_kind kind) {
  int quoted = *at < row->end && **at == '"';
  *at += quoted;
  while (*at < row->end && is_of_kind(kind, **at))
    ++*at;
  if (*at == row->end)
    return row->is_end && !quoted ? YES : LATER;
  if (quoted && **at != '"')
    return NO;
  *at += quoted;
  return YES;
}

/* Returns whether the text at `at` is valid for the columns after `column` and a line end.  A
 * column of kind GL_CSV_ANY ends the check, because anything may follow. */
static answer fits_rest(const gl_csv *csv, const cursor *row, const char *at, int column) {
  answer fits = YES;
  for (int i = column + 1; i < csv->columns && fits == YES; i++) {
    if (csv->kinds[i] == GL_CSV_ANY)
      return YES;
    if (at == row->end || *at != ',')
      return at == row->end && !row->is_end ? LATER : NO;
    at++;
    fits = fits_field(row, &at, csv->kinds[i]);
  }
  return fits == YES ? is_line_end(row, at) : fits;
}

/* ---- fields ------------------------------------------------------------------------------ */

/* Returns the meaning of the quote at `at`, which follows a backslash.  Before a delimiter or
 * another quote, the two dialects give it different meanings.  The one with which the rest of the
 * row is valid is right. */
static quote classify_escaped(const gl_csv *csv, const cursor *row, const char *at, int column) {
  int is_pair = at + 1 < row->end && at[1] == '"';
  answer delimited = is_delimiter(row, at + 1 + is_pair);
  if (!is_pair && delimited == NO)
    return ESCAPED;
  answer fits = delimited == YES ? fits_rest(csv, row, at + 1 + is_pair, column) : delimited;
  if (fits == LATER)
    return row->is_end ? ESCAPED : UNDECIDED;
  if (is_pair)
    return fits == YES ? ESCAPED : DOUBLED;
  return fits == YES ? CLOSING : ESCAPED;
}

/* Returns the meaning of the quote at `at`, in a field that begins at `start`. */
static quote classify(const gl_csv *csv, const cursor *row, const char *start, const char *at,
                      int column) {
  if (at > start && at[-1] == '\\' && !row->doubles)
    return classify_escaped(csv, row, at, column);
  if (at + 1 < row->end && at[1] == '"')
    return DOUBLED;
  answer delimited = is_delimiter(row, at + 1);
  return delimited == YES ? CLOSING : delimited == LATER ? UNDECIDED : INVALID;
}

static int append(gl_csv *csv, const char *from, const char *to) {
  return gl_buf_append(&csv->text, from, (size_t)(to - from));
}

/* Appends the bytes before the quote at `at`, and the quote itself.  Moves `*from` past it. */
static int append_quote(gl_csv *csv, quote what, const char **from, const char *at) {
  if (append(csv, *from, what == ESCAPED ? at - 1 : at))
    return GL_CSV_MEMORY;
  *from = at + (what == DOUBLED ? 2 : 1);
  return gl_buf_append_char(&csv->text, '"');
}

/* Reads the rest of a quoted field, from after its first quote to after its last. */
static gl_csv_result read_quoted(gl_csv *csv, cursor *row, int column) {
  const char *start = row->at, *from = start;
  for (;;) {
    const char *at = memchr(from, '"', (size_t)(row->end - from));
    if (!at)
      return row->is_end ? set_error(row, row->end, "a quoted field has no end") : GL_CSV_MORE;
    quote what = classify(csv, row, start, at, column);
    if (what == UNDECIDED)
      return GL_CSV_MORE;
    if (what == INVALID)
      return set_error(row, at + 1, "expected a comma or the end of the line after a quoted field");
    if (what == CLOSING) {
      row->at = at + 1;
      return append(csv, from, at) ? GL_CSV_MEMORY : GL_CSV_ROW;
    }
    row->doubles |= what == DOUBLED;
    if (append_quote(csv, what, &from, at))
      return GL_CSV_MEMORY;
  }
}

static gl_csv_result read_plain(gl_csv *csv, cursor *row) {
  const char *at = row->at;
  while (at < row->end && *at != ',' && *at != '\n' && *at != '\r' && *at != '"')
    at++;
  if (at == row->end && !row->is_end)
    return GL_CSV_MORE;
  if (at < row->end && *at == '"')
    return set_error(row, at, "a quote in a field that is not quoted");
  int failed = append(csv, row->at, at);
  row->at = at;
  return failed ? GL_CSV_MEMORY : GL_CSV_ROW;
}

static gl_csv_result read_field(gl_csv *csv, cursor *row) {
  if (row->at == row->end && !row->is_end)
    return GL_CSV_MORE;
  if (csv->count == GL_CSV_MAX_COLUMNS)
    return set_error(row, row->at, "too many columns");
  gl_csv_field *field = &csv->fields[csv->count];
  int quoted = row->at < row->end && *row->at == '"';
  field->offset = csv->text.length;
  row->at += quoted;
  gl_csv_result result = quoted ? read_quoted(csv, row, csv->count) : read_plain(csv, row);
  field->length = csv->text.length - field->offset;
  csv->count++;
  return result;
}

static gl_csv_result read_line_end(cursor *row) {
  answer is_end = is_line_end(row, row->at);
  if (is_end == LATER)
    return GL_CSV_MORE;
  if (is_end == NO)
    return set_error(row, row->at, "expected a line feed after the carriage return");
  if (row->at < row->end && *row->at == '\r')
    row->at++;
  row->at += row->at < row->end;
  return GL_CSV_ROW;
}

static gl_csv_result read_row(gl_csv *csv, cursor *row) {
  gl_csv_result result = read_field(csv, row);
  while (result == GL_CSV_ROW && row->at < row->end && *row->at == ',') {
    row->at++;
    result = read_field(csv, row);
  }
  if (result != GL_CSV_ROW)
    return result;
  if (csv->columns && csv->count != csv->columns)
    return set_error(row, row->at, "the row and the header have different numbers of fields");
  return read_line_end(row);
}

gl_csv_result gl_csv_read(gl_csv *csv, const char **at, const char *end, int is_end,
                          const char **why) {
  cursor row = {*at, end, is_end, csv->doubles, NULL};
  gl_buf_reset(&csv->text);
  csv->count = 0;
  gl_csv_result result = read_row(csv, &row);
  if (result == GL_CSV_ROW || result == GL_CSV_FAILED)
    *at = row.at;
  if (result == GL_CSV_ROW)
    csv->doubles = row.doubles;
  *why = row.why;
  return result;
}

void gl_csv_clear(gl_csv *csv) {
  gl_buf_clear(&csv->text);
  *csv = (gl_csv){0};
}
