/* Rows of a CSV text in memory, in two dialects: RFC 4180, where a quote in a quoted field is
 * doubled, and Glacier's own, where a backslash precedes it and a backslash itself is not escaped
 * (developer guide, "Get Job Output").  Which one it is shows in the text. */
#ifndef GL_CORE_CSV_H
#define GL_CORE_CSV_H

#include "core/buf.h"

enum { GL_CSV_MAX_COLUMNS = 32 };

/* What a column holds.  In Glacier's dialect, a quote behind a backslash ends the field only where
 * the rest of the row is right. */
typedef enum gl_csv_kind {
  GL_CSV_ANY,
  GL_CSV_TOKEN, /* letters, digits and the marks of dates, ids and hashes */
  GL_CSV_DIGITS /* decimal digits */
} gl_csv_kind;

typedef struct gl_csv_field {
  size_t offset, length; /* of the value in the row's text */
} gl_csv_field;

/* The zero value is a reader that knows no columns. */
typedef struct gl_csv {
  gl_csv_kind kinds[GL_CSV_MAX_COLUMNS]; /* of `columns`, set by the caller */
  int columns;                           /* 0: any number */
  int doubles;                           /* a doubled quote was seen: this is RFC 4180 */
  gl_buf text;                           /* owned: the values of the last row */
  gl_csv_field fields[GL_CSV_MAX_COLUMNS];
  int count; /* fields of the last row */
} gl_csv;

typedef enum gl_csv_result {
  GL_CSV_ROW,
  GL_CSV_MORE,   /* the row's end is not there yet */
  GL_CSV_FAILED, /* no CSV */
  GL_CSV_MEMORY
} gl_csv_result;

/* Reads the row that begins at `*at`, which is before `end`, and moves `*at` behind its line end.
 * `is_end`: no more bytes will follow.  After GL_CSV_FAILED, `*at` is the byte that is wrong and
 * `*why` a phrase; after GL_CSV_MORE and GL_CSV_MEMORY, `*at` is unchanged. */
gl_csv_result gl_csv_read(gl_csv *csv, const char **at, const char *end, int is_end,
                          const char **why);

/* Frees the text.  Legal for the zero value and any number of times. */
void gl_csv_clear(gl_csv *csv);

#endif
