/* Percent-encoding, path templates and the canonical forms that Signature Version 4 wants of a
 * path and a query ("Create a signed AWS API request", IAM user guide).  Every function returns 0,
 * or GL_MEMORY with the buffer unchanged, and appends to `out`. */
#ifndef GL_CORE_URI_H
#define GL_CORE_URI_H

#include "core/buf.h"

/* Percent-encodes all but A-Z a-z 0-9 - . _ ~ and the bytes in `safe` (NULL for none); upper-case
 * hexadecimal, as RFC 3986 and AWS demand.  Bytes are opaque: none is refused. */
int gl_uri_encode(gl_buf *out, const void *bytes, size_t length, const char *safe);

/* Replaces "{name}" in `path`, a template partly filled, by the encoded value.  0, GL_MEMORY, or
 * -1 where the path has no such label. */
int gl_uri_fill(gl_buf *path, const char *name, const void *value, size_t length);

/* Adds "name=value", both encoded, to a query, with "&" before it unless it is the first. */
int gl_uri_add_query(gl_buf *query, const char *name, const void *value, size_t length);

/* The canonical path of `path` (as it is sent, already encoded once): `normalize` drops empty and
 * "." segments, and ".." with the one before it, keeping a final slash; then every byte but the
 * unreserved and "/" is encoded once more.  An empty path is "/". */
int gl_uri_canonical_path(gl_buf *out, const char *path, size_t length, int normalize);

/* The canonical query of `query` (as sent, without "?"): each name and value decoded and encoded
 * again strictly, sorted by name, then by value; a parameter without "=" gets one, an empty one
 * between two "&" is dropped.  "+" is a plus sign, and "%" before anything but two digits a percent
 * sign. */
int gl_uri_canonical_query(gl_buf *out, const char *query, size_t length);

#endif
