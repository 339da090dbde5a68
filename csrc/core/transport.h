/* HTTP/1.1 over libcurl's multi interface, and the only room that includes libcurl.
 *
 * A pool keeps connections and is used by one thread at a time (its Lua state's); any number of
 * pools may live in any number of threads.  Nothing blocks but gl_transfer_poll, and that no
 * longer than it is told.  (With libcurl before 7.87 giving up a name look-up that is under way
 * waits for the resolver.)
 *
 * A pool belongs to the process that made it.  In a forked child gl_pool_foreign is true, new
 * transfers are refused, and freeing the pool or its transfers only forgets them, for their sockets
 * and TLS sessions are the parent's.
 *
 * What is sent is what the request holds: its path and query byte for byte, its headers and no
 * other but Content-Length where there is a body, and Host where the request has none.  (Over plain
 * http where there might be a proxy, libcurl from 8 on writes hexadecimal digits in upper case.)
 * Redirects are not followed.  TLS is 1.2 at least, host and certificate verified. */
#ifndef GL_CORE_TRANSPORT_H
#define GL_CORE_TRANSPORT_H

#include "core/error.h"
#include "core/request.h"
#include "core/response.h"

typedef struct gl_pool gl_pool;
typedef struct gl_transfer gl_transfer;

/* Strings are copied.  Zero is the default of each field. */
typedef struct gl_pool_options {
  const char *ca_bundle; /* file with PEM certificates to trust instead of the system's; NULL */
  int insecure;          /* accept any certificate: `verify = false` */
  const char *proxy;     /* URL; "" for none at all; NULL for libcurl's own reading of the
                            environment */
  const char *no_proxy;  /* hosts, comma-separated, as NO_PROXY; NULL */
} gl_pool_options;

/* Milliseconds; 0 is no limit. */
typedef struct gl_timeouts {
  long connect; /* name look-up, TCP, proxy and TLS together: ConnectTimeoutError */
  long read;    /* without a byte moving in either direction once connected: ReadTimeoutError */
} gl_timeouts;

/* NULL with `error` filled on failure.  The caller frees with gl_pool_free; transfers keep their
 * pool alive until they are freed themselves. */
gl_pool *gl_pool_new(const gl_pool_options *options, gl_error *error);

/* Ends every transfer that is under way (ConnectionClosedError), closes the connections.  NULL is
 * legal. */
void gl_pool_free(gl_pool *pool);

/* Whether the pool was made before a fork, by another process. */
int gl_pool_foreign(const gl_pool *pool);

/* Waits until a socket is ready, a timer of libcurl or a read timeout runs out, or `wait`
 * milliseconds are over; moves nothing.  For whoever polls many transfers in turn. */
void gl_pool_wait(gl_pool *pool, long wait);

/* Begins to send `request`, whose body is borrowed until the transfer is done or freed; everything
 * else is copied.  Sends nothing by itself: gl_transfer_poll does.  NULL with `error` filled on
 * failure. */
gl_transfer *gl_transfer_new(gl_pool *pool, const gl_request *request, const gl_timeouts *timeouts,
                             gl_error *error);

/* Moves every transfer of the pool as far as it goes without blocking; if this one is not done
 * then, waits up to `wait` milliseconds (0: not at all) for something to happen and moves again.
 * With `wait` 0, a round of polls over many transfers of a pool moves it once: those that were
 * moved by another's poll since their own last one only look.  Returns whether this transfer is
 * done. */
int gl_transfer_poll(gl_transfer *transfer, long wait);

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
 * A transfer whose request is `streamed` is fed its body; one that was told gl_transfer_stream has
 * its response's body taken from it, if that is a success (2xx): an error's body is collected as
 * ever.  The one wants no more than GL_TRANSFER_WINDOW bytes at a time, the other holds no more
 * than about GL_TRANSFER_PIECE: what the processor's cache holds, too.  Until it is fed or taken
 * from, a transfer stands still without running into its read timeout, and gl_transfer_poll does
 * not wait.
 */

enum { GL_TRANSFER_WINDOW = 1024 * 1024, GL_TRANSFER_PIECE = 64 * 1024 };

/* Before the first poll: the response will be taken in pieces. */
void gl_transfer_stream(gl_transfer *transfer);

/* How many bytes the transfer would be fed now, at most; 0 while it has enough, and when it was fed
 * all. */
size_t gl_transfer_wants(const gl_transfer *transfer);

/* Feeds it bytes, which are copied.  As long as only one such piece was fed, the transfer can begin
 * anew by itself where a kept connection turns out to be dead.  0 or the kind in `error`:
 * GL_VALIDATION "ParamValidationError" for more than was announced. */
int gl_transfer_feed(gl_transfer *transfer, const void *bytes, size_t length, gl_error *error);

/* Whether the head of a response to be taken in pieces is there; if so, status and headers are
 * copied to `out` (which the caller clears).  -1 where memory ran out. */
int gl_transfer_head(const gl_transfer *transfer, gl_response *out);

/* Moves what came of the body since the last time into `out`, which is empty.  Nothing may have
 * come yet; when the transfer is done and nothing is left, gl_transfer_finish says whether it was
 * whole. */
void gl_transfer_take(gl_transfer *transfer, gl_buf *out);

/* Cancels if it is not done, and frees.  NULL is legal. */
void gl_transfer_free(gl_transfer *transfer);

/* "libcurl/8.1.2 OpenSSL/3.0.9", for a User-Agent.  Static. */
const char *gl_transport_version(void);

#endif
