/* Percent-encoding, and the canonical paths and queries of Signature Version 4
 * ("Create a signed AWS API request", IAM user guide).  Every function appends to a buffer and
 * returns 0, or GL_MEMORY with the buffer unchanged. */
#ifndef GL_CORE_URI_H
#define GL_CORE_URI_H

#include "core/buf.h"

/* Percent-encodes all bytes except A-Z a-z 0-9 - . _ ~ and those in `safe` (NULL for none).  The
 * hexadecimal digits are upper-case, as RFC 3986 recommends and AWS requires.  Any byte is
 * accepted. */
int gl_uri_encode(gl_buf *out, const void *bytes, size_t length, const char *safe);

/* Adds "name=value", both encoded, to a query.  A "&" precedes each parameter but the first. */
int gl_uri_add_query(gl_buf *query, const char *name, const void *value, size_t length);

/* Appends the canonical path.  `path` is the encoded path as it is sent.  With `normalize`, first
 * drops empty and "." segments, and ".." together with the segment before it.  A final slash stays.
 * Then encodes every byte once more, except the unreserved ones and "/".  An empty path becomes
 * "/". */
int gl_uri_canonical_path(gl_buf *out, const char *path, size_t length, int normalize);

/* Appends the canonical query.  `query` is the query as it is sent, without "?".  Names and values
 * are decoded and strictly encoded again, then sorted by name and value.  An "=" is added to a
 * parameter without one, and an empty parameter between two "&" is dropped.  A "+" is a plus sign,
 * not a space.  A "%" is a percent sign unless two hexadecimal digits follow. */
int gl_uri_canonical_query(gl_buf *out, const char *query, size_t length);

#endif
