/* A list of HTTP header fields, in the order in which they were set.  Names are compared without
 * regard to case (RFC 9110, 5.1).  The zero value is an empty list. */
#ifndef GL_CORE_HEADER_H
#define GL_CORE_HEADER_H

#include <stddef.h>

/* One header field.  A block of the list owns the strings, each with a NUL at its end and none
 * inside. */
typedef struct gl_header {
  const char *lower; /* the name in lower case */
  char *line;  /* the field in libcurl's form: "Name: value", or "Name;" if the value is blank */
  char *value; /* the last part of `line`; a blank value is after its end */
  size_t name_length, value_length;
  size_t room; /* the longest value that its memory can hold */
} gl_header;

typedef struct gl_headers {
  gl_header *items; /* owned */
  size_t count;
  size_t filled; /* the items with an index from `count` to `filled` - 1 are removed fields: their
                    names and memory are reused, and their values are wiped */
  size_t capacity;
  struct gl_header_block *blocks; /* owned: memory for names and values, the newest block first */
} gl_headers;

enum { GL_HEADER_BAD = -1 };

/* Adds a field at the end, even if the name exists already.  On failure the list is unchanged.
 * Returns 0, GL_MEMORY, or GL_HEADER_BAD for a name that is not a token of RFC 9110 and for a value
 * with a control character, because a line break would begin another header. */
int gl_headers_add(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length);

/* Adds a field as gl_headers_add does, but replaces the first field of that name and drops the
 * others. */
int gl_headers_set(gl_headers *headers, const char *name, size_t name_length, const char *value,
                   size_t value_length);

/* Returns the value of the first field of that name, or NULL.  The list owns it. */
const char *gl_headers_get(const gl_headers *headers, const char *name);

/* Drops every field of that name. */
void gl_headers_remove(gl_headers *headers, const char *name);

/* Returns whether the bytes may be a header's value: they contain no control character. */
int gl_header_value_valid(const char *value, size_t length);

/* Drops all fields and keeps some memory for the next ones, and usually their names, because the
 * next request mostly has the same ones.  Wipes the values, because they may be tokens and
 * signatures. */
void gl_headers_reset(gl_headers *headers);

/* Wipes and frees. */
void gl_headers_clear(gl_headers *headers);

#endif
