/* One HTTP request: what signing reads and the transport sends.  The zero value is legal to
 * clear. */
#ifndef GL_CORE_REQUEST_H
#define GL_CORE_REQUEST_H

#include "core/buf.h"
#include "core/error.h"
#include "core/header.h"

#include <stdint.h>

typedef struct gl_request {
  gl_buf method;
  gl_buf origin; /* "https://host" or "https://host:port": scheme and authority, nothing after */
  gl_buf path;   /* begins with "/", encoded as it is sent */
  gl_buf query;  /* without "?", encoded as it is sent; empty for none */
  gl_headers headers;
  gl_buf body;
  int has_body;         /* whether a body belongs to the request, though it may be empty */
  int streamed;         /* `body` is empty: the transfer is fed `body_length` bytes instead */
  uint64_t body_length; /* of a streamed body */
} gl_request;

/* Sets method and URL from one string: an absolute http or https URL.  Refuses, as GL_CONFIG
 * "InvalidConfigError" naming the URL (but not what stands before an "@"), another scheme, an empty
 * or malformed host or port, user information, a fragment, white space and control characters:
 * nothing a caller passes may change the host. The host is lower-cased and the scheme's default
 * port dropped; a missing path is "/".
 */
int gl_request_set_url(gl_request *request, const char *method, const char *url, size_t length,
                       gl_error *error);

/* The value of the Host header: the origin without its scheme.  Borrowed from the request. */
const char *gl_request_host(const gl_request *request);

/* origin + path + "?" + query into `out`, as signed and sent. */
int gl_request_url(const gl_request *request, gl_buf *out, gl_error *error);

/* Sets one header field; a control character or a bad name is GL_VALIDATION, naming the field but
 * never showing the value. */
int gl_request_set_header(gl_request *request, const char *name, const char *value, size_t length,
                          gl_error *error);

void gl_request_clear(gl_request *request);

#endif
