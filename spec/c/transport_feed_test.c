/* Request bodies that are fed to a transfer in chunks. */
#include "core/transport/transfer.h"

#include "stream.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void feed(stream *s, uint64_t from, size_t length) {
  char *bytes = malloc(length);
  assert_non_null(bytes);
  for (size_t i = 0; i < length; i++)
    bytes[i] = stream_byte(from + i);
  assert_int_equal(gl_transfer_feed(s->transfer, bytes, length, &s->one.error), 0);
  free(bytes);
}

/* Feeds as many bytes as the transfer accepts, at most `most` at a time, until it is done.  Returns
 * the number of bytes. */
static uint64_t feed_all(stream *s, size_t most) {
  uint64_t fed = 0;
  while (!gl_transfer_poll(s->transfer, FOR_EVER)) {
    size_t wanted = gl_transfer_wants(s->transfer);
    if (wanted > most)
      wanted = most;
    if (wanted > 0)
      feed(s, fed, wanted);
    fed += wanted;
  }
  return fed;
}

static void assert_body(const char *body, uint64_t length) {
  assert_int_equal(strlen(body), length);
  for (uint64_t i = 0; i < length; i++)
    assert_true(body[i] == stream_byte(i));
}

static void a_body_that_is_fed_arrives_complete(void **state) {
  (void)state;
  static const uint64_t lengths[] = {1, 100, 64 * KIB, MIB - 1, MIB, MIB + 1, 3 * MIB + 7};
  static const size_t chunks[] = {100 * KIB + 3, 256 * KIB, 16 * MIB};
  static const loopback_step steps[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
    for (size_t j = 0; j < sizeof chunks / sizeof *chunks; j++) {
      stream s;
      char declared[64];
      stream_begin(&s, steps);
      stream_start_upload(&s, lengths[i]);
      assert_int_equal(feed_all(&s, chunks[j]), lengths[i]);
      assert_int_equal(stream_finish(&s), 0);
      assert_int_equal(s.one.response.status, 200);
      stream_end_transfer(&s);
      gl_pool_free(s.pool);
      loopback_stop(&s.server);
      snprintf(declared, sizeof declared, "Content-Length: %llu\r\n",
               (unsigned long long)lengths[i]);
      assert_non_null(strstr(s.server.received, declared));
      assert_null(strstr(s.server.received, "Expect"));
      assert_body(strstr(s.server.received, "\r\n\r\n") + 4, lengths[i]);
      loopback_clear(&s.server);
    }
}

static void an_empty_body_is_not_fed(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_start_upload(&s, 0);
  assert_int_equal(gl_transfer_wants(s.transfer), 0);
  assert_int_equal(stream_poll_and_finish(&s), 0);
  assert_int_equal(s.one.response.status, 200);
  stream_end(&s);
}

static void
a_transfer_accepts_at_most_one_window_and_no_more_than_the_declared_length(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_start_upload(&s, MIB + 10);
  assert_int_equal(gl_transfer_wants(s.transfer), MIB);
  feed(&s, 0, MIB - 1);
  assert_int_equal(gl_transfer_wants(s.transfer), 0); /* it still has bytes to send */
  while (gl_transfer_wants(s.transfer) == 0)
    gl_transfer_poll(s.transfer, 10);
  assert_int_equal(gl_transfer_wants(s.transfer), 11);
  feed(&s, MIB - 1, 11);
  for (int i = 0; i < 10; i++) {
    gl_transfer_poll(s.transfer, 0);
    assert_int_equal(gl_transfer_wants(s.transfer), 0);
  }
  stream_end(&s);
}

static void bytes_beyond_the_declared_length_are_rejected_and_change_nothing(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_start_upload(&s, 5);
  assert_int_equal(gl_transfer_feed(s.transfer, "abcdef", 6, &s.one.error), GL_VALIDATION);
  assert_string_equal(s.one.error.code, "ParamValidationError");
  feed(&s, 0, 3);
  assert_int_equal(gl_transfer_feed(s.transfer, "abc", 3, &s.one.error), GL_VALIDATION);
  feed(&s, 3, 2);
  assert_int_equal(gl_transfer_feed(s.transfer, "a", 1, &s.one.error), GL_VALIDATION);
  assert_int_equal(stream_poll_and_finish(&s), 0);
  stream_end_transfer(&s);
  gl_pool_free(s.pool);
  loopback_stop(&s.server);
  assert_body(strstr(s.server.received, "\r\n\r\n") + 4, 5);
  loopback_clear(&s.server);
}

static void a_request_that_is_not_streamed_is_not_fed(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  exchange_init(&s.one, "POST", s.server.url, "/", "body");
  stream_go(&s);
  assert_int_equal(gl_transfer_wants(s.transfer), 0);
  assert_int_equal(gl_transfer_feed(s.transfer, "a", 1, &s.one.error), GL_VALIDATION);
  assert_int_equal(stream_poll_and_finish(&s), 0);
  stream_end(&s);
}

static void an_early_response_ends_the_feeding(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      {ACCEPT, 0, 0},
      {TASTE, 0, 0},
      {SEND, "HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno", 0},
      {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_start_upload(&s, 1000 * (uint64_t)MIB);
  assert_true(feed_all(&s, 256 * KIB) < 1000 * (uint64_t)MIB);
  assert_int_equal(gl_transfer_wants(s.transfer), 0);
  assert_int_equal(stream_finish(&s), 0);
  assert_int_equal(s.one.response.status, 400);
  assert_string_equal(gl_buf_string(&s.one.response.body), "no");
  stream_end(&s);
}

static void a_reset_during_a_fed_body_is_a_closed_connection_error(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {TASTE, 0, 0}, {RESET, 0, 0}, {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_start_upload(&s, 1000 * (uint64_t)MIB);
  feed_all(&s, 256 * KIB);
  assert_int_equal(stream_finish(&s), GL_TRANSPORT);
  assert_string_equal(s.one.error.code, "ConnectionClosedError");
  assert_true(s.one.error.retryable);
  stream_end(&s);
}

/* Sends a request with a body of `length` bytes, which is fed in chunks, on a kept connection.  The
 * server closes the connection without a response. */
static int send_on_dead_connection(size_t length, size_t chunk, gl_error *error) {
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER(OK), {READ, 0, 0}, {CLOSE, 0, 0}, LOOPBACK_ANSWER(OK), {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_start_upload(&s, 1);
  feed_all(&s, 1);
  assert_int_equal(stream_finish(&s), 0);
  stream_end_transfer(&s);
  stream_start_upload(&s, length);
  assert_int_equal(feed_all(&s, chunk), length);
  int result = stream_finish(&s);
  *error = s.one.error;
  stream_end_transfer(&s);
  gl_pool_free(s.pool);
  loopback_stop(&s.server);
  if (!result) {
    assert_int_equal(s.server.accepted, 2);
    assert_body(s.server.received + s.server.length - length, length);
  }
  loopback_clear(&s.server);
  return result;
}

static void
a_body_is_sent_again_after_a_dead_connection_while_all_of_it_is_in_memory(void **state) {
  (void)state;
  gl_error error;
  assert_int_equal(send_on_dead_connection(1, 1, &error), 0);
  assert_int_equal(send_on_dead_connection(200 * KIB, MIB, &error), 0);
  assert_int_equal(send_on_dead_connection(200 * KIB, 60 * KIB, &error), GL_TRANSPORT);
  assert_string_equal(error.code, "ConnectionClosedError");
  assert_true(error.retryable);
}

static void a_transfer_that_waits_to_be_fed_does_not_time_out(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_prepare_upload(&s, 2);
  stream_go(&s);
  for (int i = 0; i < 3; i++) {
    assert_false(gl_transfer_poll(s.transfer, FOR_EVER)); /* waits until it can be fed */
    stream_let_time_pass(&s);
  }
  feed(&s, 0, 2);
  assert_int_equal(stream_poll_and_finish(&s), 0);
  assert_int_equal(s.one.response.status, 200);
  stream_end(&s);
}

static void a_missing_response_to_a_complete_body_is_a_read_timeout(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {READ, 0, 0}, {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_prepare_upload(&s, 100);
  s.one.timeouts.read = 50;
  stream_go(&s);
  assert_int_equal(feed_all(&s, MIB), 100);
  assert_int_equal(stream_finish(&s), GL_TRANSPORT);
  assert_string_equal(s.one.error.code, "ReadTimeoutError");
  stream_end(&s);
}

static void a_transfer_that_is_fed_may_be_cancelled_at_any_time(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  for (int polls = 0; polls < 5; polls++) {
    stream s;
    stream_begin(&s, steps);
    stream_start_upload(&s, 10 * MIB);
    for (int i = 0; i < polls; i++) {
      gl_transfer_poll(s.transfer, 1);
      if (gl_transfer_wants(s.transfer) > 0)
        feed(&s, 0, MIB);
    }
    assert_int_equal(stream_finish(&s), GL_TRANSPORT);
    stream_end(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_body_that_is_fed_arrives_complete),
      cmocka_unit_test(an_empty_body_is_not_fed),
      cmocka_unit_test(a_transfer_accepts_at_most_one_window_and_no_more_than_the_declared_length),
      cmocka_unit_test(bytes_beyond_the_declared_length_are_rejected_and_change_nothing),
      cmocka_unit_test(a_request_that_is_not_streamed_is_not_fed),
      cmocka_unit_test(an_early_response_ends_the_feeding),
      cmocka_unit_test(a_reset_during_a_fed_body_is_a_closed_connection_error),
      cmocka_unit_test(a_body_is_sent_again_after_a_dead_connection_while_all_of_it_is_in_memory),
      cmocka_unit_test(a_transfer_that_waits_to_be_fed_does_not_time_out),
      cmocka_unit_test(a_missing_response_to_a_complete_body_is_a_read_timeout),
      cmocka_unit_test(a_transfer_that_is_fed_may_be_cancelled_at_any_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
