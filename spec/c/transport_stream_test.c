/* Response bodies that are received in chunks. */
#include "core/transport/transfer.h"

#include "stream.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* Takes the available bytes and appends them to the earlier ones. */
static size_t take(stream *s) {
  gl_buf chunk = {0};
  gl_transfer_take(s->transfer, &chunk);
  size_t length = chunk.length;
  assert_int_equal(gl_buf_append(&s->received, chunk.data, length), 0);
  gl_buf_clear(&chunk);
  return length;
}

static int take_all(stream *s) {
  while (!gl_transfer_poll(s->transfer, FOR_EVER))
    take(s);
  while (take(s) > 0)
    ;
  return stream_finish(s);
}

static void the_head_is_available_before_the_body(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER("HTTP/1.1 100 Continue\r\nInterim: 1\r\n\r\n"),
      {CUE, 0, 0},
      {SEND, "HTTP/1.1 206 Partial\r\nA: 1\r\nContent-Length: 4\r\n\r\n", 0},
      {CUE, 0, 0},
      {SEND, "body", 0},
      {END, 0, 0}};
  stream s;
  gl_response head = {0};
  stream_begin(&s, steps);
  stream_start_download(&s);
  for (int i = 0; i < 10; i++) {
    gl_transfer_poll(s.transfer, 1);
    assert_int_equal(gl_transfer_head(s.transfer, &head), 0);
  }
  loopback_cue(&s.server);
  while (!gl_transfer_needs_caller(s.transfer))
    assert_false(gl_transfer_poll(s.transfer, FOR_EVER)); /* returns when the head arrives */
  assert_int_equal(gl_transfer_head(s.transfer, &head), 1);
  assert_false(gl_transfer_needs_caller(s.transfer));
  assert_int_equal(head.status, 206);
  assert_string_equal(gl_headers_get(&head.headers, "a"), "1");
  assert_null(gl_headers_get(&head.headers, "Interim"));
  assert_int_equal(head.body.length, 0);
  gl_response_clear(&head);
  assert_int_equal(take(&s), 0);
  loopback_cue(&s.server);
  assert_int_equal(take_all(&s), 0);
  assert_string_equal(gl_buf_string(&s.received), "body");
  stream_end(&s);
}

static void a_body_may_have_a_length_or_be_chunked_or_end_with_the_connection(void **state) {
  (void)state;
  static const char *const answers[] = {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
                                        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                         "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n"),
                                        "HTTP/1.0 200 OK\r\n\r\nabcde"};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    const loopback_step steps[] = {LOOPBACK_ANSWER(answers[i]), {CLOSE, 0, 0}, {END, 0, 0}};
    stream s;
    stream_begin(&s, steps);
    stream_start_download(&s);
    assert_int_equal(take_all(&s), 0);
    assert_string_equal(gl_buf_string(&s.received), "abcde");
    assert_int_equal(s.one.response.status, 200);
    assert_int_equal(s.one.response.body.length, 0);
    stream_end(&s);
  }
}

static void an_empty_body_has_no_chunk(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), {HOLD, 0, 0}};
  stream s;
  gl_response head = {0};
  stream_begin(&s, steps);
  stream_start_download(&s);
  while (!gl_transfer_poll(s.transfer, 1000))
    ;
  assert_int_equal(gl_transfer_head(s.transfer, &head), 1);
  gl_response_clear(&head);
  assert_int_equal(take(&s), 0);
  assert_int_equal(stream_finish(&s), 0);
  stream_end(&s);
}

static void the_body_of_an_error_is_not_streamed(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER("HTTP/1.1 404 Not\r\nContent-Length: 4\r\n\r\nbody"), {HOLD, 0, 0}};
  stream s;
  gl_response head = {0};
  stream_begin(&s, steps);
  stream_start_download(&s);
  assert_int_equal(stream_poll_and_finish(&s), 0);
  assert_int_equal(gl_transfer_head(s.transfer, &head), 0);
  assert_int_equal(s.one.response.status, 404);
  assert_string_equal(gl_buf_string(&s.one.response.body), "body");
  stream_end(&s);
}

enum { FLOOD = 32 }; /* MiB */

static const char sixteen[] = "abcdefghijklmnop";
static const loopback_step flood[] = {
    LOOPBACK_ANSWER("HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n"),
    {FILL, sixteen, FLOOD *MIB / 16},
    {HOLD, 0, 0}};

static void at_most_one_chunk_is_buffered(void **state) {
  (void)state;
  stream s;
  size_t sum = 0;
  stream_begin(&s, flood);
  stream_start_download(&s);
  while (sum < FLOOD * MIB) {
    for (int i = 0; i < 50 && !gl_transfer_poll(s.transfer, 0); i++)
      stream_nap(sum < 4 * MIB);            /* so that the server is faster at first */
    gl_transfer_poll(s.transfer, FOR_EVER); /* waits until there is something to take */
    size_t length = take(&s);
    assert_true(length <= GL_TRANSFER_CHUNK);
    sum += length;
  }
  assert_int_equal(take_all(&s), 0);
  assert_int_equal(sum, FLOOD * MIB);
  for (size_t i = 0; i < sum; i++)
    assert_true(s.received.data[i] == sixteen[i % 16]);
  stream_end(&s);
}

static void a_body_that_the_caller_does_not_take_causes_no_timeout(void **state) {
  (void)state;
  stream s;
  stream_begin(&s, flood);
  stream_start_download(&s);
  gl_transfer_poll(s.transfer, FOR_EVER);
  while (!s.transfer->paused)
    gl_events_wait(s.pool->events, FOR_EVER);
  for (int i = 0; i < 3; i++) {
    stream_let_time_pass(&s);
    assert_false(gl_transfer_poll(s.transfer, 0));
  }
  assert_int_equal(take_all(&s), 0);
  assert_int_equal(s.received.length, FLOOD * MIB);
  stream_end(&s);
}

static void a_server_that_stops_during_a_streamed_body_is_a_read_timeout(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_start_download(&s);
  while (s.received.length < 3) {
    assert_false(gl_transfer_poll(s.transfer, FOR_EVER));
    take(&s);
  }
  stream_let_time_pass(&s);
  assert_int_equal(take_all(&s), GL_TRANSPORT);
  assert_string_equal(s.one.error.code, "ReadTimeoutError");
  assert_string_equal(gl_buf_string(&s.received), "abc");
  stream_end(&s);
}

static void an_incomplete_body_gives_its_bytes_and_then_an_error(void **state) {
  (void)state;
  static const char *const answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    const loopback_step steps[] = {LOOPBACK_ANSWER(answers[i]), {CLOSE, 0, 0}, {END, 0, 0}};
    stream s;
    stream_begin(&s, steps);
    stream_start_download(&s);
    assert_int_equal(take_all(&s), GL_TRANSPORT);
    assert_string_equal(s.one.error.code, "ConnectionClosedError");
    assert_true(s.one.error.retryable);
    assert_string_equal(gl_buf_string(&s.received), "abc");
    stream_end(&s);
  }
}

static void closing_the_pool_keeps_the_received_bytes(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), {HOLD, 0, 0}};
  stream s;
  gl_response head = {0};
  stream_begin(&s, steps);
  stream_start_download(&s);
  while (gl_transfer_head(s.transfer, &head) == 0)
    assert_false(gl_transfer_poll(s.transfer, 10));
  gl_response_clear(&head);
  while (s.transfer->response.body.length < 3)
    gl_events_wait(s.pool->events, FOR_EVER);
  gl_pool_free(s.pool);
  s.pool = NULL;
  assert_true(gl_transfer_poll(s.transfer, FOR_EVER));
  assert_int_equal(take_all(&s), GL_TRANSPORT);
  assert_non_null(strstr(s.one.error.message, "The client was closed."));
  assert_false(s.one.error.retryable);
  assert_string_equal(gl_buf_string(&s.received), "abc");
  stream_end(&s);
}

static void a_connection_is_reused_after_a_streamed_body(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER(OK), {READ, 0, 0}, {SEND, OK, 0}, {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  for (int i = 0; i < 2; i++) {
    stream_start_download(&s);
    assert_int_equal(take_all(&s), 0);
    assert_string_equal(gl_buf_string(&s.received), "ok");
    stream_end_transfer(&s);
  }
  stream_end(&s);
  assert_int_equal(s.server.accepted, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_head_is_available_before_the_body),
      cmocka_unit_test(a_body_may_have_a_length_or_be_chunked_or_end_with_the_connection),
      cmocka_unit_test(an_empty_body_has_no_chunk),
      cmocka_unit_test(the_body_of_an_error_is_not_streamed),
      cmocka_unit_test(at_most_one_chunk_is_buffered),
      cmocka_unit_test(a_body_that_the_caller_does_not_take_causes_no_timeout),
      cmocka_unit_test(a_server_that_stops_during_a_streamed_body_is_a_read_timeout),
      cmocka_unit_test(an_incomplete_body_gives_its_bytes_and_then_an_error),
      cmocka_unit_test(closing_the_pool_keeps_the_received_bytes),
      cmocka_unit_test(a_connection_is_reused_after_a_streamed_body),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
