/* One HTTP response: status, headers and the body up to a bound.  The zero value is legal to
 * clear. */
#ifndef GL_CORE_RESPONSE_H
#define GL_CORE_RESPONSE_H

#include "core/buf.h"
#include "core/header.h"

typedef struct gl_response {
  int status; /* 0 until a status line came */
  gl_headers headers;
  gl_buf body;
  int truncated; /* the body was longer than the bound, and the rest was dropped */
} gl_response;

enum {
  GL_RESPONSE_FULL = -1,
  /* Bytes of a body.  The largest page of the service (1,000 jobs) is below 2 MiB. */
  GL_RESPONSE_BODY_MAX = 64 * 1024 * 1024,
  /* Bytes of an error's body; those of the service are below 1 KiB. */
  GL_RESPONSE_ERROR_BODY_MAX = 256 * 1024,
  /* Bytes of all header fields together. */
  GL_RESPONSE_HEADERS_MAX = 256 * 1024
};

/* Reads one line of a response's head, with or without its CRLF.  A status line resets the
 * response, so the final one wins over an interim 1xx; a field is added to the headers; anything
 * else (the empty line, a field that gl_headers_add refuses, a folded line) is ignored.  0, or
 * GL_MEMORY with the response still legal to clear. */
int gl_response_head_line(gl_response *response, const char *line, size_t length);

/* Appends `length` bytes of the body.  The bound is GL_RESPONSE_BODY_MAX for a 2xx status and
 * GL_RESPONSE_ERROR_BODY_MAX for any other.  0; GL_MEMORY with the body unchanged; or
 * GL_RESPONSE_FULL beyond the bound: what fits is kept, `truncated` is set, and the caller may stop
 * reading. */
int gl_response_body(gl_response *response, const void *bytes, size_t length);

/* Wipes and frees; the response is the zero value again. */
void gl_response_clear(gl_response *response);

#endif
