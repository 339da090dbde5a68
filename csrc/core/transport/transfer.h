/* One HTTP/1.1 exchange: a request that is sent and its response, over a pool's connections.
 *
 * Nothing blocks but gl_transfer_poll, and that no longer than it is told.  (With libcurl before
 * 7.87 giving up a name look-up that is under way waits for the resolver.)
 *
 * What is sent is what the request holds: its path and query byte for byte, its headers and no
 * other but Content-Length where there is a body, and Host where the request has none.  (Over plain
 * http where there might be a proxy, libcurl from 8 on writes hexadecimal digits in upper case.)
 * Redirects are not followed.  TLS is 1.2 at least, host and certificate verified. */
#ifndef GL_CORE_TRANSPORT_TRANSFER_H
#define GL_CORE_TRANSPORT_TRANSFER_H

#include "core/error.h"
#include "core/request.h"
#include "core/response.h"
#include "core/transport/pool.h"

typedef struct gl_transfer gl_transfer;

/* Milliseconds; 0 is no limit. */
typedef struct gl_timeouts {
  long connect; /* name look-up, TCP, proxy and TLS together: ConnectTimeoutError */
  long read;    /* without a byte in either direction once connected: ReadTimeoutError */
} gl_timeouts;

/* Begins to send `request`, whose body is borrowed until the transfer is done or freed; everything
 * else is copied.  Sends nothing by itself: gl_transfer_poll does.  NULL with `error` filled on
 * failure. */
gl_transfer *gl_transfer_new(gl_pool *pool, const gl_request *request, const gl_timeouts *timeouts,
                             gl_error *error);

/* Lets the transfer, and all others of its event set, go on; waits up to `wait` milliseconds (0:
 * does not wait) until it needs its caller.  With `wait` 0, a round of polls over many transfers
 * asks the system once: those whose event set was asked by another's poll since their own last one
 * only look. Returns early when a signal is handled.  Returns whether this transfer is done. */
int gl_transfer_poll(gl_transfer *transfer, long wait);

/* Whether the transfer is done, could be fed, or has a piece to be taken: a look at its fields, for
 * whoever lets the event set wait by other means. */
int gl_transfer_needs_caller(const gl_transfer *transfer);

/* Of a transfer that is done: 0 and the response moved to `out` (which the caller clears; it is not
 * read), or the kind in `error`, `out` untouched.  Once only.  A transfer that is not done was
 * given up: ConnectionClosedError.  The codes, each with botocore's message and retryable unless
 * said:
 *
 *   EndpointConnectionError  the name look-up or the connection failed (not retryable: a URL that
 *                            libcurl refuses)
 *   ConnectTimeoutError      gl_timeouts.connect ran out
 *   ReadTimeoutError         gl_timeouts.read ran out
 *   SSLError                 the handshake broke off; not retryable: the certificate is refused, or
 *                            the CA bundle cannot be read, which shows at the first connection
 *   ProxyConnectionError     the proxy was not found, did not answer or refused
 *   ConnectionClosedError    anything else between request and end of the response: reset, cut
 *                            short, no HTTP, header fields over GL_RESPONSE_HEADERS_MAX
 *   ResponseParserError      a success with a body over its bound; not retryable
 *
 * An error response with a body over its bound is a response, `truncated`. */
int gl_transfer_finish(gl_transfer *transfer, gl_response *out, gl_error *error);

/* ---- bodies in pieces ----
 *
 * A transfer whose request is `streamed` is fed its body.  After gl_transfer_stream the body of the
 * response is taken from it, if the response is a success (2xx); an error's body is collected as
 * usual.  A transfer is fed up to GL_TRANSFER_WINDOW bytes at a time, and holds no more than about
 * GL_TRANSFER_PIECE to be taken, which fits the processor's cache.  Until it is fed or taken from,
 * a transfer stands still without running into its read timeout, and gl_transfer_poll does not
 * wait.
 */

enum { GL_TRANSFER_WINDOW = 1024 * 1024, GL_TRANSFER_PIECE = 64 * 1024 };

/* Before the first poll: the response will be taken in pieces. */
void gl_transfer_stream(gl_transfer *transfer);

/* How many bytes the transfer would be fed now, at most; 0 while it has enough, and when it was fed
 * all. */
size_t gl_transfer_wants(const gl_transfer *transfer);

/* Feeds it bytes, which are copied.  As long as only one such piece was fed, the transfer can begin
 * again by itself where a kept connection turns out to be dead.  0 or the kind in `error`:
 * GL_VALIDATION "ParamValidationError" for more than was announced. */
int gl_transfer_feed(gl_transfer *transfer, const void *bytes, size_t length, gl_error *error);

/* Whether the head of a response to be taken in pieces is there; if so, status and headers are
 * copied to `out` (which the caller clears).  -1 where memory ran out. */
int gl_transfer_head(const gl_transfer *transfer, gl_response *out);

/* Moves what arrived of the body since the last time into `out`, which is empty.  That may be
 * nothing; when the transfer is done and nothing is left, gl_transfer_finish says whether the body
 * was whole. */
void gl_transfer_take(gl_transfer *transfer, gl_buf *out);

/* Cancels if it is not done, and frees.  NULL is legal. */
void gl_transfer_free(gl_transfer *transfer);

#endif
