/* What the files of a transfer share.  Nobody else includes it: it brings libcurl. */
#ifndef GL_CORE_TRANSPORT_TRANSFER_PRIVATE_H
#define GL_CORE_TRANSPORT_TRANSFER_PRIVATE_H

#include "core/transport/pool_private.h"
#include "core/transport/transfer.h"

/* Why a callback of ours made libcurl give up. */
typedef enum gl_stop {
  GL_STOP_NONE,
  GL_STOP_MEMORY,
  GL_STOP_HEAD, /* header fields without end */
  GL_STOP_BODY  /* a body over the bound for its status */
} gl_stop;

struct gl_transfer {
  gl_pool *pool;     /* counted */
  gl_handle *handle; /* taken from the pool until the transfer is done, then NULL */
  gl_buf url;
  gl_timeouts timeouts;
  gl_timer read_timer;     /* runs out when the read timeout may have */
  unsigned long round;     /* of the event set when this transfer was last polled */
  curl_off_t up_threshold; /* the connection is up once CURLINFO_PRETRANSFER_TIME_T passes this */

  gl_response response;
  int may_have_body; /* the request is no HEAD */
  size_t head_bytes;
  int head_done; /* the final head is over: what looks like a field then is a trailer */
  gl_stop stop;

  uint64_t body_length; /* of a streamed request body; 0 for one that is not */
  uint64_t fed;         /* bytes of it that were fed */
  gl_buf feed;          /* those that libcurl has not taken, behind `feed_taken` */
  size_t feed_taken;
  int streams; /* the response's body is taken in pieces */
  int paused;  /* CURLPAUSE_* bits: what libcurl was told to leave alone */

  int done;
  gl_error error; /* kind GL_OK: `response` is whole */
};

/* ---- options.c ---- */

/* Sets the options of the transfer's handle.  The header fields and the URL are copied into the
 * handle, the body is borrowed. */
CURLcode gl_transfer_set_options(gl_transfer *transfer, const gl_request *request);

/* ---- receive.c: callbacks of libcurl's, whose context is a gl_handle ---- */

size_t gl_transfer_on_head(char *line, size_t size, size_t count, void *handle);
size_t gl_transfer_on_body(char *bytes, size_t size, size_t count, void *handle);

/* ---- body.c ---- */

/* libcurl's read callback of a streamed request body. */
size_t gl_transfer_on_read(char *out, size_t size, size_t count, void *handle);

/* libcurl's seek callback of the same: back to the beginning, as long as all that was fed is there.
 */
int gl_transfer_on_seek(void *handle, curl_off_t offset, int origin);

/* Takes body bytes of a response that is taken in pieces; returns what the write callback does. */
size_t gl_transfer_on_piece(gl_transfer *transfer, const char *bytes, size_t length);

/* Whether the response's body is taken in pieces: it is to be, and its status is a success. */
int gl_transfer_in_pieces(const gl_transfer *transfer);

/* ---- result.c ---- */

/* Fills `transfer->error` from libcurl's result; it needs `transfer->handle`. */
void gl_transfer_set_result(gl_transfer *transfer, CURLcode result);

/* Fill an error of kind GL_TRANSPORT about the transfer's URL. */
void gl_transfer_set_timed_out(gl_transfer *transfer);
void gl_transfer_set_closed(const gl_transfer *transfer, const char *why, gl_error *error);

#endif
