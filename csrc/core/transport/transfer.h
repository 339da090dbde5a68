/* One HTTP/1.1 exchange: sends a request and receives its response over a connection of a pool.
 *
 * Only gl_transfer_poll blocks, and never longer than its `wait`.  (Exception: before libcurl 7.87,
 * cancelling a transfer during a name look-up waits for the resolver.)
 *
 * The path and the query are sent byte for byte.  (Exception: over plain http, if a proxy may be
 * used, libcurl 8 and later writes the hexadecimal digits of the path in upper case.)  libcurl adds
 * no headers except Content-Length (if there is a body) and Host (if the request has none).
 * Redirects are not followed.  TLS has at least version 1.2.  The host name and the certificate are
 * verified, unless the pool is `insecure`. */
#ifndef GL_CORE_TRANSPORT_TRANSFER_H
#define GL_CORE_TRANSPORT_TRANSFER_H

#include "core/body_input.h"
#include "core/error.h"
#include "core/request.h"
#include "core/response.h"
#include "core/transport/pool.h"

typedef struct gl_transfer gl_transfer;

/* Milliseconds; 0 means no limit. */
typedef struct gl_timeouts {
  long connect; /* name look-up, TCP, proxy and TLS together: ConnectTimeoutError */
  long read;    /* since the last byte in either direction on the connection: ReadTimeoutError */
} gl_timeouts;

/* Creates a transfer for `request`.  The headers and the body are borrowed until the transfer is
 * done or freed; everything else is copied.  Sends nothing yet: gl_transfer_poll does.  Returns
 * NULL and fills `error` on failure. */
gl_transfer *gl_transfer_new(gl_pool *pool, const gl_request *request, const gl_timeouts *timeouts,
                             gl_error *error);

/* Waits up to `wait` milliseconds until the transfer needs its caller; 0 does not wait.  Also
 * drives all other transfers of the same event set.  Returns early when a signal interrupts the
 * wait.  Returns whether this transfer is done.
 *
 * With `wait` 0, polling many transfers in turn costs one system call: a poll skips the call if
 * another transfer made it since this transfer was polled last. */
int gl_transfer_poll(gl_transfer *transfer, long wait);

/* Returns the number that gl_events_take_news returns when the transfer has news: it may then need
 * its caller. */
unsigned long gl_transfer_number(const gl_transfer *transfer);

/* Returns whether gl_events_take_news of the transfer's event set would return a number. */
int gl_transfer_has_news(const gl_transfer *transfer);

/* Returns whether the transfer is done, can be fed, has sent bytes of its input, has received bytes
 * that were not taken yet, or has the head of a response that is received in chunks, for
 * gl_transfer_head.  Makes no system call.  Callers that wait for the event set's descriptor
 * themselves need this function. */
int gl_transfer_needs_caller(const gl_transfer *transfer);

/* Returns the result of a transfer.  On success, returns 0 and moves the response to `out`, which
 * the caller clears later; the old content of `out` is ignored.  On failure, returns the kind,
 * fills `error` and does not change `out`.  A second call after a success, or a call before the
 * transfer is done, fails with ConnectionClosedError.
 *
 * The error codes follow.  Most messages are botocore's.  An error is retryable unless noted:
 *
 *   EndpointConnectionError  the name look-up or the connection failed; not retryable if libcurl
 *                            rejects the URL
 *   ConnectTimeoutError      gl_timeouts.connect expired
 *   ReadTimeoutError         gl_timeouts.read expired
 *   SSLError                 the TLS handshake failed; not retryable if the certificate is rejected
 *                            or the CA bundle cannot be read (reported at the first connection)
 *   ProxyConnectionError     the proxy was not found, refused the connection or rejected a CONNECT
 *                            request
 *   ConnectionClosedError    any other failure before the end of the response: connection reset,
 *                            truncated body, invalid HTTP, headers over GL_RESPONSE_HEADERS_MAX;
 *                            not retryable if the pool was freed or belongs to another process
 *   ResponseParserError      a 2xx response with a body over its limit; not retryable
 *   ParamValidationError     the input cannot be read (gl_body_input_read); not retryable
 *
 * An error response with a body over its limit is a success of this function: the response is
 * `truncated`. */
int gl_transfer_finish(gl_transfer *transfer, gl_response *out, gl_error *error);

/* ---- streamed bodies ----
 *
 * If the request is `streamed`, the transfer reads the request body from an input, after
 * gl_transfer_set_input.  Otherwise the caller feeds the body with gl_transfer_feed, up to
 * GL_TRANSFER_WINDOW bytes at a time.
 *
 * After gl_transfer_stream, the body of a 2xx response is received in chunks: the caller takes each
 * chunk with gl_transfer_take.  The body of any other response is stored as usual.  A chunk has
 * about GL_TRANSFER_CHUNK bytes at most, which fit into the processor's cache.
 *
 * A transfer is paused while it waits for its caller to feed it or to take a chunk.  Then the read
 * timeout does not run, and gl_transfer_poll does not wait.  A transfer with an input is not
 * paused, but gl_transfer_poll does not wait after bytes were sent, until gl_transfer_has_sent is
 * called.  So a caller can poll again at once as long as the peer is fast. */

enum { GL_TRANSFER_WINDOW = 1024 * 1024, GL_TRANSFER_CHUNK = 64 * 1024 };

/* Receives the response body in chunks.  Call it before the first poll. */
void gl_transfer_stream(gl_transfer *transfer);

/* Sends the bytes of `input`, whose length is the request's `body_length`.  Call it before the
 * first poll.  The bytes or the file are borrowed until the transfer is done or freed.  libcurl can
 * always resend such a body. */
void gl_transfer_set_input(gl_transfer *transfer, const gl_body_input *input);

/* Returns whether bytes of the input were sent since the last call. */
int gl_transfer_has_sent(gl_transfer *transfer);

/* Returns how many bytes the transfer accepts now.  Returns 0 while it has bytes to send, after the
 * whole body was fed, after the transfer is done, and if it has an input. */
size_t gl_transfer_wants(const gl_transfer *transfer);

/* Feeds bytes of the request body, which are copied.  libcurl resends the request if an idle
 * connection turns out to be closed; that works until a call feeds bytes after all earlier ones
 * were sent.  Returns 0, or the kind and fills `error`: GL_VALIDATION "ParamValidationError" for
 * more bytes than the request's `body_length`. */
int gl_transfer_feed(gl_transfer *transfer, const void *bytes, size_t length, gl_error *error);

/* For a response that is received in chunks.  Returns 1 when its head has arrived, and copies the
 * status and the headers to `out`, which the caller clears.  Returns 0 before that and for any
 * other response, or -1 if memory runs out. */
int gl_transfer_head(gl_transfer *transfer, gl_response *out);

/* Moves the body bytes that arrived since the last call to `out`, which must be empty.  `out` may
 * stay empty.  When the transfer is done and no bytes are left, gl_transfer_finish returns whether
 * the body was complete. */
void gl_transfer_take(gl_transfer *transfer, gl_buf *out);

/* Frees a transfer.  Cancels it first if it is not done.  NULL is legal. */
void gl_transfer_free(gl_transfer *transfer);

#endif
