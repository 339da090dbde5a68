/* One HTTP request, which is signed and sent.  The zero value is legal to clear.
 *
 * Where each header is set, and whether it is part of the signature:
 *
 *   header                        set by                                          signed
 *   x-amz-glacier-version         binding/marshal                                 yes
 *   x-amz-* of an operation,      binding/marshal, from the model                 yes
 *     Range, Content-Type
 *   x-amz-content-sha256,         core/checksum, for the uploads of archives      yes
 *     x-amz-sha256-tree-hash
 *   Host, X-Amz-Date,             core/sigv4, gl_sigv4_add_headers                yes
 *     X-Amz-Security-Token
 *   Authorization                 core/sigv4, gl_sigv4_authorize                  it is the
 * signature User-Agent,                   lua/glacier/call/prepare.lua                    no
 *     amz-sdk-invocation-id
 *   amz-sdk-request               lua/glacier/call/exchange.lua, each attempt     no
 *   headers of requests for keys  the provider in lua/glacier/credentials         yes, if it signs
 *   Content-Length, Connection,   libcurl, or the host's transport                no
 *     Transfer-Encoding
 *   Accept, Expect,               suppressed in core/transport/options.c          no
 *     Proxy-Connection
 *
 * The list of headers that are never signed is in core/sigv4_canonical.c. */
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
  int has_body;         /* whether the request has a body, which may be empty */
  int streamed;         /* `body` is empty: the transfer is fed `body_length` bytes instead */
  uint64_t body_length; /* of a streamed body */
} gl_request;

/* Sets the method and an absolute http or https URL.  Refuses another scheme, an empty or malformed
 * host or port, user information, a fragment, white space and control characters, because nothing
 * that a caller passes may change the host: GL_CONFIG "InvalidConfigError", with the URL in the
 * message, but without what precedes an "@", and with control characters escaped.  The host becomes
 * lower-case, the scheme's default port is dropped, and a missing path becomes "/". */
int gl_request_set_url(gl_request *request, const char *method, const char *url, size_t length,
                       gl_error *error);

/* The value of the Host header: the origin without its scheme.  The request owns it. */
const char *gl_request_host(const gl_request *request);

/* Appends origin + path + "?" + query to `out`, as they are signed and sent. */
int gl_request_url(const gl_request *request, gl_buf *out, gl_error *error);

/* Sets one header field.  An invalid name, or a control character in the value, is GL_VALIDATION;
 * the message has the name and never the value. */
int gl_request_set_header(gl_request *request, const char *name, const char *value, size_t length,
                          gl_error *error);

/* Makes it a request without URL, headers and body, and keeps some of its memory for the next one.
 * Headers are wiped. */
void gl_request_reset(gl_request *request);

/* Wipes and frees. */
void gl_request_clear(gl_request *request);

#endif
