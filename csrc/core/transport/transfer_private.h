/* Shared by the files of the transfer room.  No other file of the library includes it, because it
 * includes libcurl. */
#ifndef GL_CORE_TRANSPORT_TRANSFER_PRIVATE_H
#define GL_CORE_TRANSPORT_TRANSFER_PRIVATE_H

#include "core/transport/handle.h"
#include "core/transport/transfer.h"

/* Why one of our callbacks stopped libcurl. */
typedef enum gl_stop {
  GL_STOP_NONE,
  GL_STOP_MEMORY,
  GL_STOP_HEAD, /* the header fields exceed GL_RESPONSE_HEADERS_MAX */
  GL_STOP_BODY, /* the body exceeds the limit for its status */
  GL_STOP_INPUT /* the input cannot be read; `error` says why */
} gl_stop;

struct gl_transfer {
  gl_pool *pool;     /* holds one reference */
  gl_handle *handle; /* borrowed from the pool until the transfer is done, then NULL */
  gl_timeouts timeouts;
  gl_timer read_timer;     /* due when the read timeout may have expired */
  gl_news news;            /* listed when the transfer may need its caller */
  unsigned long round;     /* gl_events_rounds at the end of the last poll of this transfer */
  curl_off_t up_threshold; /* connected when CURLINFO_PRETRANSFER_TIME_T exceeds it */

  gl_response response;
  int may_have_body; /* the method is not HEAD */
  size_t head_bytes;
  int head_done; /* the final head is complete; any later header line is a trailer */
  gl_stop stop;

  uint64_t body_length; /* length of a streamed body; 0 if it is not streamed */
  uint64_t fed;         /* how many bytes of the body were fed so far */
  gl_buf feed;          /* bytes that were fed; libcurl has read those before `feed_offset` */
  size_t feed_offset;
  gl_body_input input;     /* its `length` is 0 if the body is fed */
  uint64_t input_position; /* libcurl has read the bytes before it */
  int has_sent;            /* libcurl has read bytes since the last gl_transfer_has_sent */
  int streams;             /* receive the body of a 2xx response in chunks */
  int head_returned;       /* after the head arrived, gl_transfer_head returned it, or
                              gl_transfer_take was called */
  int paused;              /* CURLPAUSE_* bits of the paused directions */

  int done;
  int returned;    /* gl_transfer_finish has returned the response */
  int failed;      /* it ended with an error */
  gl_error *error; /* owned; why it failed; NULL if there was no memory for it */
};

/* ---- setup.c ---- */

/* Sets the options that are the same for all requests, unless they are set already. */
CURLcode gl_transfer_set_up(gl_handle *handle);

/* ---- options.c ---- */

/* Sets an option unless an earlier one failed.  Requires the locals `easy` and `code`. */
#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))

/* Sets all options of the transfer's handle, whose `url` must be set.  Borrows the header fields
 * and the body. */
CURLcode gl_transfer_set_options(gl_transfer *transfer, const gl_request *request);

/* ---- receive.c: callbacks for libcurl, whose context is a gl_handle ---- */

size_t gl_transfer_on_head(char *line, size_t size, size_t count, void *handle);
size_t gl_transfer_on_body(char *bytes, size_t size, size_t count, void *handle);

/* ---- body.c ---- */

/* libcurl's read callback for a streamed request body. */
size_t gl_transfer_on_read(char *out, size_t size, size_t count, void *handle);

/* libcurl's seek callback for a streamed request body.  A body that is fed can only start again,
 * and only while `feed` still contains all bytes that were fed. */
int gl_transfer_on_seek(void *handle, curl_off_t offset, int origin);

/* Stores body bytes of a response that is received in chunks.  Returns the result of the write
 * callback. */
size_t gl_transfer_on_chunk(gl_transfer *transfer, const char *bytes, size_t length);

/* Returns whether the body is received in chunks: the caller asked for it, and the status is 2xx.
 */
int gl_transfer_receives_chunks(const gl_transfer *transfer);

/* ---- result.c ----
 *
 * The first three functions fill an error.  Most messages contain the URL, which is a part of the
 * handle.  So call them before the handle is returned to the pool. */

/* Converts libcurl's result.  `transfer->handle` must not be NULL.  Returns the kind, which is
 * GL_OK for a complete response. */
int gl_transfer_result(const gl_transfer *transfer, CURLcode result, gl_error *error);

void gl_transfer_set_timed_out(const gl_transfer *transfer, gl_error *error);
void gl_transfer_set_closed(const gl_transfer *transfer, const char *why, gl_error *error);

/* Stores a copy of the error for gl_transfer_finish.  Without memory, that function reports a
 * memory error. */
void gl_transfer_keep_error(gl_transfer *transfer, const gl_error *error);

#endif
