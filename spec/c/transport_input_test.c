/* Request bodies that a transfer reads from an input: from memory or from a file. */
#include "core/transport/transfer.h"

#include "stream.h"

#include <fcntl.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

enum { LONGEST = 3 * MIB + 7, BEGIN = 1000 /* where the body begins in the file */ };

static char *body; /* with a NUL after LONGEST bytes */
static int file;

static int set_up(void **state) {
  (void)state;
  char path[] = "/tmp/transport_input_XXXXXX";
  body = malloc(LONGEST + 1);
  for (size_t i = 0; i < LONGEST; i++)
    body[i] = stream_byte(i);
  body[LONGEST] = '\0';
  file = mkstemp(path);
  unlink(path);
  return pwrite(file, body, LONGEST, BEGIN) != LONGEST;
}

static int tear_down(void **state) {
  (void)state;
  free(body);
  return close(file);
}

static gl_body_input from_memory(uint64_t length) {
  return (gl_body_input){(const unsigned char *)body, 0, 0, length};
}

static gl_body_input from_file(uint64_t length) {
  return (gl_body_input){NULL, file, BEGIN, length};
}

static void start(stream *s, gl_body_input input) {
  stream_start_upload(s, input.length);
  gl_transfer_set_input(s->transfer, &input);
}

/* Polls until the transfer is done.  Calls gl_transfer_has_sent, because otherwise the next poll
 * would not wait. */
static int run(stream *s) {
  while (!gl_transfer_poll(s->transfer, FOR_EVER))
    gl_transfer_has_sent(s->transfer);
  return stream_finish(s);
}

static void expect_sent(gl_body_input input) {
  static const loopback_step steps[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};
  stream s;
  char declared[64];
  stream_begin(&s, steps);
  start(&s, input);
  assert_int_equal(run(&s), 0);
  assert_int_equal(s.one.response.status, 200);
  stream_end_transfer(&s);
  gl_pool_free(s.pool);
  loopback_stop(&s.server);
  snprintf(declared, sizeof declared, "Content-Length: %llu\r\n", (unsigned long long)input.length);
  assert_non_null(strstr(s.server.received, declared));
  assert_null(strstr(s.server.received, "Expect"));
  const char *received = strstr(s.server.received, "\r\n\r\n") + 4;
  assert_int_equal(strlen(received), input.length);
  assert_memory_equal(received, body, (size_t)input.length);
  loopback_clear(&s.server);
}

static void an_input_arrives_complete(void **state) {
  (void)state;
  static const uint64_t lengths[] = {1, 4095, 4097, 64 * KIB, 256 * KIB, MIB + 1, LONGEST};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    expect_sent(from_memory(lengths[i]));
    expect_sent(from_file(lengths[i]));
  }
}

static void an_empty_input_is_an_empty_body(void **state) {
  (void)state;
  expect_sent(from_memory(0));
  expect_sent(from_file(0));
}

static void sending_does_not_move_the_position_of_a_file(void **state) {
  (void)state;
  assert_int_equal(lseek(file, 17, SEEK_SET), 17);
  expect_sent(from_file(MIB));
  assert_int_equal(lseek(file, 0, SEEK_CUR), 17);
}

static void a_transfer_with_an_input_is_not_fed(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  start(&s, from_file(5));
  assert_int_equal(gl_transfer_wants(s.transfer), 0);
  assert_int_equal(gl_transfer_feed(s.transfer, "a", 1, &s.one.error), GL_VALIDATION);
  assert_int_equal(run(&s), 0);
  stream_end(&s);
}

static void a_transfer_needs_its_caller_after_bytes_were_sent(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  start(&s, from_file(LONGEST));
  assert_false(gl_transfer_needs_caller(s.transfer));
  assert_false(gl_transfer_has_sent(s.transfer));
  assert_false(gl_transfer_poll(s.transfer, FOR_EVER)); /* returns when bytes were sent */
  assert_int_equal(gl_events_take_news(s.pool->events), gl_transfer_number(s.transfer));
  assert_true(gl_transfer_needs_caller(s.transfer));
  assert_true(gl_transfer_has_sent(s.transfer));
  assert_false(gl_transfer_has_sent(s.transfer));
  assert_false(gl_transfer_needs_caller(s.transfer));
  stream_end(&s);
}

static void expect_failure(gl_body_input input, const char *message) {
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {READ, 0, 0}, {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  start(&s, input);
  assert_int_equal(run(&s), GL_VALIDATION);
  assert_string_equal(s.one.error.code, "ParamValidationError");
  assert_string_equal(s.one.error.message, message);
  assert_false(s.one.error.retryable);
  stream_end(&s);
}

static void a_file_that_is_too_short_ends_the_transfer_with_an_error(void **state) {
  (void)state;
  char message[64];
  snprintf(message, sizeof message, "it has become shorter: it ends at byte %d", BEGIN + LONGEST);
  expect_failure(from_file(LONGEST + 1), message);
  expect_failure((gl_body_input){NULL, file, BEGIN + LONGEST, 1}, message);
}

static void a_file_that_cannot_be_read_ends_the_transfer_with_an_error(void **state) {
  (void)state;
  int directory = open("/tmp", O_RDONLY);
  expect_failure((gl_body_input){NULL, directory, 0, 10}, "it cannot be read: Is a directory");
  close(directory);
}

static void an_early_response_ends_the_sending(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      {ACCEPT, 0, 0},
      {TASTE, 0, 0},
      {SEND, "HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno", 0},
      {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  assert_int_equal(ftruncate(file, 1000 * (off_t)MIB), 0);
  start(&s, from_file(999 * (uint64_t)MIB));
  assert_int_equal(run(&s), 0);
  assert_int_equal(s.one.response.status, 400);
  assert_string_equal(gl_buf_string(&s.one.response.body), "no");
  stream_end(&s);
  assert_int_equal(ftruncate(file, BEGIN + LONGEST), 0);
}

/* A body that is fed in several calls cannot be sent again; see transport_feed_test.c. */
static void a_body_of_any_size_is_sent_again_after_a_dead_connection(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER(OK), {READ, 0, 0}, {CLOSE, 0, 0}, LOOPBACK_ANSWER(OK), {HOLD, 0, 0}};
  const gl_body_input inputs[] = {from_memory(LONGEST), from_file(LONGEST)};
  for (int i = 0; i < 2; i++) {
    stream s;
    stream_begin(&s, steps);
    start(&s, from_memory(1));
    assert_int_equal(run(&s), 0);
    stream_end_transfer(&s);
    start(&s, inputs[i]);
    assert_int_equal(run(&s), 0);
    stream_end_transfer(&s);
    gl_pool_free(s.pool);
    loopback_stop(&s.server);
    assert_int_equal(s.server.accepted, 2);
    assert_memory_equal(s.server.received + s.server.length - LONGEST, body, LONGEST);
    loopback_clear(&s.server);
  }
}

static void a_missing_response_to_a_complete_body_is_a_read_timeout(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {READ, 0, 0}, {HOLD, 0, 0}};
  stream s;
  stream_begin(&s, steps);
  stream_prepare_upload(&s, 100);
  s.one.timeouts.read = 50;
  stream_go(&s);
  gl_body_input input = from_file(100);
  gl_transfer_set_input(s.transfer, &input);
  assert_int_equal(run(&s), GL_TRANSPORT);
  assert_string_equal(s.one.error.code, "ReadTimeoutError");
  stream_end(&s);
}

static void a_transfer_with_an_input_may_be_cancelled_at_any_time(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  for (int polls = 0; polls < 5; polls++) {
    stream s;
    stream_begin(&s, steps);
    start(&s, from_file(LONGEST));
    for (int i = 0; i < polls; i++) {
      gl_transfer_poll(s.transfer, 1);
      gl_transfer_has_sent(s.transfer);
    }
    assert_int_equal(stream_finish(&s), GL_TRANSPORT);
    stream_end(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_input_arrives_complete),
      cmocka_unit_test(an_empty_input_is_an_empty_body),
      cmocka_unit_test(sending_does_not_move_the_position_of_a_file),
      cmocka_unit_test(a_transfer_with_an_input_is_not_fed),
      cmocka_unit_test(a_transfer_needs_its_caller_after_bytes_were_sent),
      cmocka_unit_test(a_file_that_is_too_short_ends_the_transfer_with_an_error),
      cmocka_unit_test(a_file_that_cannot_be_read_ends_the_transfer_with_an_error),
      cmocka_unit_test(an_early_response_ends_the_sending),
      cmocka_unit_test(a_body_of_any_size_is_sent_again_after_a_dead_connection),
      cmocka_unit_test(a_missing_response_to_a_complete_body_is_a_read_timeout),
      cmocka_unit_test(a_transfer_with_an_input_may_be_cancelled_at_any_time),
  };
  return cmocka_run_group_tests_name("transport_input", tests, set_up, tear_down);
}
