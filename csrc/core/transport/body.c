/* Streamed bodies.  A request body is read from an input or is fed.  A callback pauses its
 * direction when there is nothing to send, or when too many received bytes were not taken yet.
 * gl_transfer_feed and gl_transfer_take resume the transfer. */
#include "core/transport/transfer_private.h"

#include <stdio.h>
#include <string.h>

static size_t unsent_bytes(const gl_transfer *transfer) {
  return transfer->feed.length - transfer->feed_offset;
}

static void resume(gl_transfer *transfer, int direction) {
  gl_handle *handle = transfer->handle;
  gl_sigpipe held;
  if (!(transfer->paused & direction) || !handle || gl_pool_is_forked(transfer->pool))
    return;
  transfer->paused &= ~direction;
  handle->active = gl_timers_now();
  gl_handle_hold_sigpipe(transfer->pool, &held);
  curl_easy_pause(handle->easy, transfer->paused);
  gl_sigpipe_release(&held);
}

/* ---- sending ----------------------------------------------------------------------------- */

static size_t read_input(gl_transfer *transfer, char *out, size_t room) {
  gl_error error;
  const gl_body_input *input = &transfer->input;
  uint64_t position = transfer->input_position, left = input->length - position;
  size_t size = gl_body_input_piece(input, position, left < room ? (size_t)left : room, out);
  if (gl_body_input_copy(input, position, size, (unsigned char *)out, &error)) {
    transfer->stop = GL_STOP_INPUT;
    gl_transfer_keep_error(transfer, &error);
    return CURL_READFUNC_ABORT;
  }
  transfer->input_position += size;
  transfer->has_sent = 1;
  gl_events_add_news(transfer->pool->events, &transfer->news);
  return size;
}

static size_t read_feed(gl_transfer *transfer, char *out, size_t room) {
  size_t unsent = unsent_bytes(transfer);
  if (unsent == 0 && transfer->fed < transfer->body_length) {
    transfer->paused |= CURLPAUSE_SEND;
    gl_events_add_news(transfer->pool->events, &transfer->news);
    return CURL_READFUNC_PAUSE;
  }
  size_t length = unsent < room ? unsent : room;
  if (length > 0)
    memcpy(out, transfer->feed.data + transfer->feed_offset, length);
  transfer->feed_offset += length;
  return length;
}

size_t gl_transfer_on_read(char *out, size_t size, size_t count, void *context) {
  gl_transfer *transfer = ((gl_handle *)context)->owner;
  return transfer->input.length > 0 ? read_input(transfer, out, size * count)
                                    : read_feed(transfer, out, size * count);
}

int gl_transfer_on_seek(void *context, curl_off_t offset, int origin) {
  gl_transfer *transfer = ((gl_handle *)context)->owner;
  if (transfer->input.length > 0 && origin == SEEK_SET) {
    transfer->input_position = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
  }
  if (offset != 0 || origin != SEEK_SET || transfer->fed != transfer->feed.length)
    return CURL_SEEKFUNC_CANTSEEK;
  transfer->feed_offset = 0;
  return CURL_SEEKFUNC_OK;
}

void gl_transfer_set_input(gl_transfer *transfer, const gl_body_input *input) {
  transfer->input = *input;
  transfer->fed = transfer->body_length;
}

int gl_transfer_has_sent(gl_transfer *transfer) {
  int has_sent = transfer->has_sent;
  transfer->has_sent = 0;
  return has_sent;
}

size_t gl_transfer_wants(const gl_transfer *transfer) {
  uint64_t left = transfer->body_length - transfer->fed;
  if (transfer->done || unsent_bytes(transfer) > 0)
    return 0;
  return left < GL_TRANSFER_WINDOW ? (size_t)left : GL_TRANSFER_WINDOW;
}

int gl_transfer_feed(gl_transfer *transfer, const void *bytes, size_t length, gl_error *error) {
  if (length > transfer->body_length - transfer->fed)
    return gl_error_set(error, GL_VALIDATION, "ParamValidationError",
                        "The body is longer than its declared length of %llu bytes",
                        (unsigned long long)transfer->body_length);
  if (unsent_bytes(transfer) == 0) {
    gl_buf_reset(&transfer->feed);
    transfer->feed_offset = 0;
  }
  if (gl_buf_append(&transfer->feed, bytes, length))
    return gl_error_memory(error);
  transfer->fed += length;
  resume(transfer, CURLPAUSE_SEND);
  return 0;
}

/* ---- receiving --------------------------------------------------------------------------- */

void gl_transfer_stream(gl_transfer *transfer) {
  transfer->streams = 1;
}

int gl_transfer_receives_chunks(const gl_transfer *transfer) {
  int status = transfer->response.status;
  return transfer->streams && transfer->head_done && status >= 200 && status < 300;
}

size_t gl_transfer_on_chunk(gl_transfer *transfer, const char *bytes, size_t length) {
  gl_buf *body = &transfer->response.body;
  if (body->length > 0 && body->length + length > GL_TRANSFER_CHUNK) {
    transfer->paused |= CURLPAUSE_RECV;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (gl_buf_append(body, bytes, length)) {
    transfer->stop = GL_STOP_MEMORY;
    return 0;
  }
  gl_events_add_news(transfer->pool->events, &transfer->news);
  return length;
}

int gl_transfer_head(gl_transfer *transfer, gl_response *out) {
  const gl_response *response = &transfer->response;
  if (!gl_transfer_receives_chunks(transfer))
    return 0;
  out->status = response->status;
  for (size_t i = 0; i < response->headers.count; i++) {
    const gl_header *header = &response->headers.items[i];
    if (gl_headers_add(&out->headers, header->line, header->name_length, header->value,
                       header->value_length))
      return -1;
  }
  transfer->head_returned = 1;
  return 1;
}

void gl_transfer_take(gl_transfer *transfer, gl_buf *out) {
  *out = transfer->response.body;
  transfer->response.body = (gl_buf){0};
  transfer->head_returned = transfer->head_done;
  resume(transfer, CURLPAUSE_RECV);
}
