/* Streamed bodies and checksums with an allocator that fails.  For n = 0, 1, … every allocation
 * from the n-th on fails, or only the n-th, until an exchange succeeds.  Each failure must be
 * GL_MEMORY, and no memory may leak. */
#include "core/checksum.h"
#include "core/transport/transfer.h"

#include "mem_failing.h"
#include "stream.h"

enum { BODY = 600 * KIB };

enum { RECEIVED = 160000 }; /* bytes of a downloaded body */

static const char bytes[BODY];

/* Feeds `bytes` until the transfer is done.  Returns 0, or the kind if gl_transfer_feed fails. */
static int feed_all(stream *s) {
  size_t fed = 0;
  while (!gl_transfer_poll(s->transfer, FOR_EVER)) {
    size_t wanted = gl_transfer_wants(s->transfer), most = 250 * KIB;
    if (wanted > most)
      wanted = most;
    int kind = gl_transfer_feed(s->transfer, bytes + fed, wanted, &s->one.error);
    if (kind)
      return kind;
    fed += wanted;
  }
  return 0;
}

static int hash_body(stream *s) {
  static const char hex[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  return gl_checksum_stream(&s->one.request, BODY, hex, hex, &s->one.error);
}

static int upload(stream *s) {
  int kind = hash_body(s);
  if (kind)
    return kind;
  s->transfer = gl_transfer_new(s->pool, &s->one.request, &s->one.timeouts, &s->one.error);
  if (!s->transfer)
    return s->one.error.kind;
  kind = feed_all(s);
  return kind ? kind : stream_finish(s);
}

static int send_input(stream *s, const gl_body_input *input) {
  s->one.request.has_body = s->one.request.streamed = 1;
  s->one.request.body_length = input->length;
  s->transfer = gl_transfer_new(s->pool, &s->one.request, &s->one.timeouts, &s->one.error);
  if (!s->transfer)
    return s->one.error.kind;
  gl_transfer_set_input(s->transfer, input);
  while (!gl_transfer_poll(s->transfer, FOR_EVER))
    gl_transfer_has_sent(s->transfer);
  return stream_finish(s);
}

static int upload_input(stream *s) {
  const gl_body_input input = {(const unsigned char *)bytes, 0, 0, BODY};
  return send_input(s, &input);
}

/* Returns 0 if the error of the input is reported. */
static int upload_bad_input(stream *s) {
  const gl_body_input input = {NULL, -1, 0, BODY};
  int kind = send_input(s, &input);
  assert_int_not_equal(kind, 0);
  return kind == GL_VALIDATION ? 0 : kind;
}

static size_t received; /* bytes of the received body */

/* Takes the received bytes of the body. */
static void drop(stream *s) {
  gl_buf piece = {0};
  gl_transfer_take(s->transfer, &piece);
  received += piece.length;
  gl_buf_clear(&piece);
}

/* Takes the head and all of the body.  Returns 0 or a kind. */
static int take_all(stream *s) {
  gl_response head = {0};
  int there = 0;
  while (!there && !gl_transfer_poll(s->transfer, 10))
    there = gl_transfer_head(s->transfer, &head);
  if (there > 0)
    assert_non_null(gl_headers_get(&head.headers, "Content-Length")); /* the last field */
  gl_response_clear(&head);
  if (there < 0)
    return GL_MEMORY;
  while (!gl_transfer_poll(s->transfer, FOR_EVER))
    drop(s);
  drop(s);
  int kind = stream_finish(s);
  assert_true(kind || received == RECEIVED);
  return kind;
}

static int download(stream *s) {
  s->transfer = gl_transfer_new(s->pool, &s->one.request, &s->one.timeouts, &s->one.error);
  if (!s->transfer)
    return s->one.error.kind;
  gl_transfer_stream(s->transfer);
  return take_all(s);
}

/* Calls `exchange_of` again and again until it succeeds.  `fail_in` is gl_mem_fail_from or
 * gl_mem_fail_at, and gets n = 0, 1, …  No failed allocation may be ignored.  Returns the number
 * of runs. */
static long run(const loopback_step *steps, const char *method, int (*exchange_of)(stream *),
                void (*fail_in)(long)) {
  int result = GL_MEMORY;
  long n = 0;
  for (; result != 0; n++) {
    stream s;
    stream_begin(&s, steps);
    stream_start(&s, method);
    received = 0;
    fail_in(n);
    result = exchange_of(&s);
    long count = gl_mem_count();
    fail_in(-1);
    assert_true(result == GL_MEMORY || (result == 0 && count <= n));
    stream_end(&s);
    assert_int_equal(gl_mem_live(), 0);
  }
  return n;
}

static void an_upload_without_memory_is_a_memory_error_and_leaks_nothing(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER("HTTP/1.1 201 Created\r\nx-amz-archive-id: 1\r\nContent-Length: 0\r\n\r\n"),
      {HOLD, 0, 0}};
  assert_true(run(steps, "POST", upload, gl_mem_fail_from) > 10);
  assert_true(run(steps, "POST", upload_input, gl_mem_fail_from) > 5);
}

static void an_unreadable_input_without_memory_is_a_memory_error_and_leaks_nothing(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {READ, 0, 0}, {HOLD, 0, 0}};
  assert_true(run(steps, "POST", upload_bad_input, gl_mem_fail_from) > 5);
  assert_true(run(steps, "POST", upload_bad_input, gl_mem_fail_at) > 5);
}

static void a_download_without_memory_is_a_memory_error_and_leaks_nothing(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nContent-Length: 160000\r\n\r\n"),
      {FILL, "0123456789abcdef", RECEIVED / 16},
      {HOLD, 0, 0}};
  assert_true(run(steps, "GET", download, gl_mem_fail_from) > 10);
  assert_true(run(steps, "GET", download, gl_mem_fail_at) > 10);
}

static void checksums_without_memory_leave_a_request_that_is_legal_to_clear(void **state) {
  (void)state;
  gl_error error;
  int result = GL_MEMORY;
  long n = 0;
  for (; result != 0; n++) {
    gl_request request = {0};
    gl_mem_fail_from(n);
    result = gl_checksum_body(&request, &error);
    gl_mem_fail_from(-1);
    assert_true(result == 0 || result == GL_MEMORY);
    gl_request_clear(&request);
    assert_int_equal(gl_mem_live(), 0);
  }
  assert_in_range(n, 2, 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_upload_without_memory_is_a_memory_error_and_leaks_nothing),
      cmocka_unit_test(an_unreadable_input_without_memory_is_a_memory_error_and_leaks_nothing),
      cmocka_unit_test(a_download_without_memory_is_a_memory_error_and_leaks_nothing),
      cmocka_unit_test(checksums_without_memory_leave_a_request_that_is_legal_to_clear),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
