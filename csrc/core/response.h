/* One HTTP response: status, headers and the body up to a limit.  The zero value is legal to clear.
 */
#ifndef GL_CORE_RESPONSE_H
#define GL_CORE_RESPONSE_H

#include "core/buf.h"
#include "core/header.h"

typedef struct gl_response {
  int status; /* 0 until a status line was read */
  gl_headers headers;
  gl_buf body;
  int truncated; /* the body was longer than the limit, and the rest was dropped */
} gl_response;

enum {
  GL_RESPONSE_FULL = -1,
  /* Limit of a body in bytes.  Even a page of 1,000 jobs has less than 2 MiB. */
  GL_RESPONSE_BODY_MAX = 64 * 1024 * 1024,
  /* Limit of an error's body in bytes.  The service sends less than 1 KiB. */
  GL_RESPONSE_ERROR_BODY_MAX = 256 * 1024,
  /* Limit of the status lines, header fields and trailers of a transfer together, in bytes. */
  GL_RESPONSE_HEADERS_MAX = 256 * 1024
};

/* Reads one line of a response's head, with or without its CRLF.  A status line resets the
 * response, so that a final response replaces an interim 1xx.  A field is added to the headers. Any
 * other line is ignored: the empty line, a folded line, and a field that gl_headers_add rejects.
 * Returns 0, or GL_MEMORY with the response still legal to clear. */
int gl_response_head_line(gl_response *response, const char *line, size_t length);

/* Appends `length` bytes to the body.  The limit is GL_RESPONSE_BODY_MAX for a 2xx status and
 * GL_RESPONSE_ERROR_BODY_MAX for any other.  Returns 0, GL_MEMORY with the body unchanged, or
 * GL_RESPONSE_FULL if the bytes exceed the limit.  Then the body keeps what fits, `truncated` is
 * set, and the caller may stop reading. */
int gl_response_body(gl_response *response, const void *bytes, size_t length);

/* Wipes and frees the headers and the body.  Keeps the status. */
void gl_response_drop(gl_response *response);

/* Wipes and frees, and makes the response the zero value. */
void gl_response_clear(gl_response *response);

#endif
