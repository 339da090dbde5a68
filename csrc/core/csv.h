/* Reads the rows of a CSV text in memory, in two dialects.  In RFC 4180, a quote inside a quoted
 * field is doubled.  In Glacier's own dialect, a backslash precedes such a quote, and a backslash
 * itself is not escaped (developer guide, "Get Job Output").  The reader finds out the dialect from
 * the text. */
#ifndef GL_CORE_CSV_H
#define GL_CORE_CSV_H

#include "core/buf.h"

enum { GL_CSV_MAX_COLUMNS = 32 };

/* What a column may contain.  In Glacier's dialect, a quote after a backslash ends the field only
 * if the rest of the row matches the kinds of its columns. */
typedef enum gl_csv_kind {
  GL_CSV_ANY,
  GL_CSV_TOKEN, /* letters, digits and the punctuation of dates, IDs and hashes */
  GL_CSV_DIGITS /* decimal digits */
} gl_csv_kind;

typedef struct gl_csv_field {
  size_t offset, length; /* position of the value in the row's text */
} gl_csv_field;

/* The zero value is a reader that accepts up to GL_CSV_MAX_COLUMNS columns. */
typedef struct gl_csv {
  gl_csv_kind kinds[GL_CSV_MAX_COLUMNS]; /* for `columns` columns, set by the caller */
  int columns;                           /* number of columns; 0 accepts any number */
  int doubles;                           /* a doubled quote was seen, so this is RFC 4180 */
  gl_buf text;                           /* owned: the values of the last row */
  gl_csv_field fields[GL_CSV_MAX_COLUMNS];
  int count; /* number of fields in the last row */
} gl_csv;

typedef enum gl_csv_result {
  GL_CSV_ROW,
  GL_CSV_MORE,   /* the end of the row has not arrived yet */
  GL_CSV_FAILED, /* the row is not valid CSV or has a wrong number of columns */
  GL_CSV_MEMORY
} gl_csv_result;

/* Reads the row that begins at `*at`, which is before `end`, and moves `*at` past its line end.
 * `is_end` means that no more bytes will follow `end`.  After GL_CSV_FAILED, `*at` is the wrong
 * byte and `*why` says what is wrong.  After GL_CSV_MORE and GL_CSV_MEMORY, `*at` is unchanged. */
gl_csv_result gl_csv_read(gl_csv *csv, const char **at, const char *end, int is_end,
                          const char **why);

/* Frees the text.  Legal for the zero value and any number of times. */
void gl_csv_clear(gl_csv *csv);

#endif
