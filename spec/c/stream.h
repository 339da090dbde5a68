/* A transfer with a streamed body in either direction, and the server that it connects to. */
#ifndef GL_SPEC_STREAM_H
#define GL_SPEC_STREAM_H

#include "core/transport/transfer_private.h"

#include "exchange.h"
#include "loopback.h"

#include <time.h>

enum { KIB = 1024, MIB = 1024 * 1024, FOR_EVER = 3600 * 1000 };

/* The data of one transfer, and the server that it connects to. */
typedef struct stream {
  loopback server;
  exchange one;
  gl_pool *pool;
  gl_transfer *transfer;
  gl_buf received;
} stream;

static inline void stream_begin(stream *s, const loopback_step *steps) {
  *s = (stream){0};
  loopback_start(&s->server, steps);
  s->pool = exchange_pool();
}

static inline void stream_start(stream *s, const char *method) {
  exchange_init(&s->one, method, s->server.url, "/", NULL);
}

static inline void stream_go(stream *s) {
  s->transfer = gl_transfer_new(s->pool, &s->one.request, &s->one.timeouts, &s->one.error);
  assert_non_null(s->transfer);
}

/* Prepares an upload, whose timeouts a test may change before stream_go. */
static inline void stream_prepare_upload(stream *s, uint64_t length) {
  stream_start(s, "POST");
  s->one.request.has_body = s->one.request.streamed = 1;
  s->one.request.body_length = length;
}

static inline void stream_start_upload(stream *s, uint64_t length) {
  stream_prepare_upload(s, length);
  stream_go(s);
}

static inline void stream_start_download(stream *s) {
  stream_start(s, "GET");
  stream_go(s);
  gl_transfer_stream(s->transfer);
}

static inline void stream_end_transfer(stream *s) {
  gl_transfer_free(s->transfer);
  s->transfer = NULL;
  exchange_clear(&s->one);
  gl_buf_clear(&s->received);
}

static inline void stream_end(stream *s) {
  stream_end_transfer(s);
  gl_pool_free(s->pool);
  loopback_end(&s->server);
}

static inline int stream_finish(stream *s) {
  return gl_transfer_finish(s->transfer, &s->one.response, &s->one.error);
}

/* Polls until the transfer is done, and neither feeds nor takes bytes. */
static inline int stream_poll_and_finish(stream *s) {
  while (!gl_transfer_poll(s->transfer, 1000))
    ;
  return stream_finish(s);
}

/* Makes the last activity older than the read timeout, and runs the read timer now. */
static inline void stream_let_time_pass(stream *s) {
  s->transfer->handle->active -= 2 * s->one.timeouts.read;
  gl_timers_set(gl_events_timers(s->pool->events), &s->transfer->read_timer, gl_timers_now());
  gl_events_wait(s->pool->events, 0);
}

/* Returns the byte at `position` of a body.  Each 8 bytes are a number in hexadecimal, which counts
 * up, so that no two blocks of a body are equal. */
static inline char stream_byte(uint64_t position) {
  return "0123456789abcdef"[position / 8 >> (28 - position % 8 * 4) & 15];
}

static inline void stream_nap(long milliseconds) {
  const struct timespec time = {0, milliseconds * 1000000};
  nanosleep(&time, NULL);
}

#endif
