/* One HTTP request, which is signed and sent.  The zero value is legal to clear.
 *
 * Where each header is set, and whether it is part of the signature:
 *
 *   header                        set by                                          signed
 *   x-amz-glacier-version         binding/marshal                                 yes
 *   x-amz-* of an operation,      binding/marshal, from the model                 yes
 *     Range, Content-Range
 *   Content-Type                  binding/marshal, write_body, for JSON bodies    yes
 *   x-amz-content-sha256,         core/checksum, for the uploads of archives      yes
 *     x-amz-sha256-tree-hash
 *   Host, X-Amz-Date,             core/sigv4, gl_sigv4_add_headers                yes
 *     X-Amz-Security-Token
 *   Authorization                 core/sigv4, gl_sigv4_authorize                  no
 *   User-Agent                    binding/request, core.prepare; call/exchanger   no
 *   amz-sdk-invocation-id         binding/request, core.prepare                   no
 *   amz-sdk-request               binding/request, request:sign, each attempt     no
 *   headers of requests for keys  the provider in lua/glacier/credentials         yes, if it signs
 *   Content-Length                libcurl, or the host's transport                no
 *   Connection,                   the host's transport, if it needs them;         no
 *     Transfer-Encoding             libcurl does not send them
 *   Accept, Expect,               suppressed in core/transport/options.c          no
 *     Proxy-Connection, and
 *     Content-Type of other bodies
 *
 * core/sigv4_canonical.c has the list of headers that are never signed. */
#ifndef GL_CORE_REQUEST_H
#define GL_CORE_REQUEST_H

#include "core/buf.h"
#include "core/error.h"
#include "core/header.h"

#include <stdint.h>

typedef struct gl_request {
  gl_buf method;
  gl_buf origin; /* "https://host" or "https://host:port", without a slash at the end */
  gl_buf path;   /* begins with "/", encoded as it is sent */
  gl_buf query;  /* without "?", encoded as it is sent; empty for none */
  gl_headers headers;
  gl_buf body;
  gl_buf last_url;      /* the URL that `origin` was read from; empty if it had a query */
  size_t last_path;     /* the offset of the path in `last_url` */
  int has_body;         /* whether the request has a body, which may be empty */
  int streamed;         /* `body` is empty; the transfer gets `body_length` bytes in chunks */
  uint64_t body_length; /* length of a streamed body */
} gl_request;

/* Sets the method and an absolute http or https URL.  The host becomes lower-case, the scheme's
 * default port is dropped, and a missing path becomes "/".  If the URL is the same as the last one
 * and has no query, it is not parsed again, even after gl_request_reset.
 *
 * Returns 0 or the kind in `error`.  After GL_MEMORY the URL is incomplete.  GL_CONFIG
 * "InvalidConfigError" leaves the request unchanged.  The reason is another scheme, an empty or
 * malformed host or port, user information, a fragment, a backslash, white space, or a control
 * character.  A URL must not hide its real host.  The message contains the URL without the part
 * before an "@" and without its query, and with control characters escaped. */
int gl_request_set_url(gl_request *request, const char *method, const char *url, size_t length,
                       gl_error *error);

/* Returns the value of the Host header: the origin without its scheme.  The request owns it. */
const char *gl_request_host(const gl_request *request);

/* Appends origin + path + "?" + query to `out`.  Returns 0, or GL_MEMORY with `error` filled; then
 * `out` may hold a part of the URL. */
int gl_request_url(const gl_request *request, gl_buf *out, gl_error *error);

/* Sets one header field.  Returns 0, GL_MEMORY, or GL_VALIDATION "ParamValidationError" for an
 * invalid name or a control character in the value.  The message contains the name and never the
 * value. */
int gl_request_set_header(gl_request *request, const char *name, const char *value, size_t length,
                          gl_error *error);

/* Removes the method, the path, the query, the headers and the body.  Keeps the origin, the names
 * of headers and some of the memory for the next request, which mostly has the same ones.  Wipes
 * the values of headers. */
void gl_request_reset(gl_request *request);

/* Wipes and frees, and makes the request the zero value. */
void gl_request_clear(gl_request *request);

#endif
