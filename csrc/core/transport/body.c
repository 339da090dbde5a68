/* Bodies in pieces.  libcurl pauses a direction when there is nothing to send or no room to
 * receive.  Feeding and taking lets it go on. */
#include "core/transport/transfer_private.h"

#include <stdio.h>
#include <string.h>

static size_t fed_and_waiting(const gl_transfer *transfer) {
  return transfer->feed.length - transfer->feed_taken;
}

static void go_on(gl_transfer *transfer, int direction) {
  gl_handle *handle = transfer->handle;
  gl_sigpipe held;
  if (!(transfer->paused & direction) || !handle || gl_pool_is_forked(transfer->pool))
    return;
  transfer->paused &= ~direction;
  handle->active = gl_events_now();
  gl_pool_hold_sigpipe(transfer->pool, &held);
  curl_easy_pause(handle->easy, transfer->paused);
  gl_sigpipe_release(&held);
}

/* ---- out --------------------------------------------------------------------------------- */

size_t gl_transfer_on_read(char *out, size_t size, size_t count, void *context) {
  gl_transfer *transfer = ((gl_handle *)context)->owner;
  size_t room = size * count, there = fed_and_waiting(transfer);
  if (there == 0 && transfer->fed < transfer->body_length) {
    transfer->paused |= CURLPAUSE_SEND;
    return CURL_READFUNC_PAUSE;
  }
  size_t taken = there < room ? there : room;
  if (taken > 0)
    memcpy(out, transfer->feed.data + transfer->feed_taken, taken);
  transfer->feed_taken += taken;
  return taken;
}

int gl_transfer_on_seek(void *context, curl_off_t offset, int origin) {
  gl_transfer *transfer = ((gl_handle *)context)->owner;
  if (offset != 0 || origin != SEEK_SET || transfer->fed != transfer->feed.length)
    return CURL_SEEKFUNC_CANTSEEK;
  transfer->feed_taken = 0;
  return CURL_SEEKFUNC_OK;
}

size_t gl_transfer_wants(const gl_transfer *transfer) {
  uint64_t left = transfer->body_length - transfer->fed;
  if (transfer->done || fed_and_waiting(transfer) > 0)
    return 0;
  return left < GL_TRANSFER_WINDOW ? (size_t)left : GL_TRANSFER_WINDOW;
}

int gl_transfer_feed(gl_transfer *transfer, const void *bytes, size_t length, gl_error *error) {
  if (length > transfer->body_length - transfer->fed)
    return gl_error_set(error, GL_VALIDATION, "ParamValidationError",
                        "The body is longer than the %llu bytes that were announced",
                        (unsigned long long)transfer->body_length);
  if (fed_and_waiting(transfer) == 0) {
    gl_buf_reset(&transfer->feed);
    transfer->feed_taken = 0;
  }
  if (gl_buf_append(&transfer->feed, bytes, length))
    return gl_error_memory(error);
  transfer->fed += length;
  go_on(transfer, CURLPAUSE_SEND);
  return 0;
}

/* ---- in ---------------------------------------------------------------------------------- */

void gl_transfer_stream(gl_transfer *transfer) {
  transfer->streams = 1;
}

int gl_transfer_in_pieces(const gl_transfer *transfer) {
  int status = transfer->response.status;
  return transfer->streams && transfer->head_done && status >= 200 && status < 300;
}

size_t gl_transfer_on_piece(gl_transfer *transfer, const char *bytes, size_t length) {
  gl_buf *body = &transfer->response.body;
  if (body->length > 0 && body->length + length > GL_TRANSFER_PIECE) {
    transfer->paused |= CURLPAUSE_RECV;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (gl_buf_append(body, bytes, length) == 0)
    return length;
  transfer->stop = GL_STOP_MEMORY;
  return 0;
}

int gl_transfer_head(const gl_transfer *transfer, gl_response *out) {
  const gl_response *response = &transfer->response;
  if (!gl_transfer_in_pieces(transfer))
    return 0;
  out->status = response->status;
  for (size_t i = 0; i < response->headers.count; i++) {
    const gl_header *header = &response->headers.items[i];
    if (gl_headers_add(&out->headers, header->name, strlen(header->name), header->value,
                       strlen(header->value)))
      return -1;
  }
  return 1;
}

void gl_transfer_take(gl_transfer *transfer, gl_buf *out) {
  *out = transfer->response.body;
  transfer->response.body = (gl_buf){0};
  go_on(transfer, CURLPAUSE_RECV);
}
