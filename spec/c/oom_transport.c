/* The transport on an allocator that fails: for n = 0, 1, … every allocation from the n-th on is
 * refused, until an exchange gets through.  Each failure is GL_MEMORY and leaves nothing behind. */
#include "core/transport/transfer.h"

#include "exchange.h"
#include "loopback.h"
#include "mem_failing.h"

static const char answer[] =
    "HTTP/1.1 404 Not Found\r\nx-amzn-RequestId: 1\r\nA: 1\r\nB: 2\r\nC: 3\r\n"
    "D: 4\r\nE: 5\r\nF: 6\r\nG: 7\r\nContent-Length: 7\r\n\r\n{\"a\":1}";

static void options_without_memory_make_no_pool(void **state) {
  (void)state;
  const gl_pool_options options = {
      .ca_bundle = "/ca.pem", .proxy = "http://me:secret@proxy", .no_proxy = "localhost"};
  gl_error error;
  gl_pool *pool = NULL;
  long n = 0;
  for (; !pool; n++) {
    error = (gl_error){0};
    gl_mem_fail_from(n);
    pool = exchange_pool_of(&options, &error);
    assert_int_equal(error.kind, pool ? GL_OK : GL_MEMORY);
    if (!pool)
      assert_int_equal(gl_mem_live(), 0);
  }
  gl_mem_fail_from(-1);
  gl_pool_free(pool);
  assert_int_equal(gl_mem_live(), 0);
  assert_int_equal(n, 7);
}

/* Starts, polls and finishes while allocations fail from the n-th on; the kind of the error. */
static int run_failing(exchange *one, long n) {
  gl_mem_fail_from(n);
  gl_pool *pool = exchange_pool_of(&(gl_pool_options){.proxy = ""}, &one->error);
  int result = pool ? exchange_run(one, pool) : (int)one->error.kind;
  gl_pool_free(pool);
  gl_mem_fail_from(-1);
  return result;
}

static void an_exchange_without_memory_fails_as_that_and_leaves_nothing(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      {ACCEPT, 0, 0}, {READ, 0, 0}, {SEND, answer, 0}, {HOLD, 0, 0}};
  int result = GL_MEMORY;
  long n = 0;
  for (; result != 0; n++) {
    loopback server;
    exchange one;
    loopback_start(&server, steps);
    exchange_init(&one, "PUT", server.url, "/", "body");
    exchange_header(&one, "Empty", "");
    result = run_failing(&one, n);
    assert_true(result == 0 || result == GL_MEMORY);
    assert_int_equal(one.response.status, result ? 0 : 404);
    exchange_clear(&one);
    assert_int_equal(gl_mem_live(), 0);
    loopback_stop(&server);
    loopback_clear(&server);
  }
  assert_in_range(n, 20, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(options_without_memory_make_no_pool),
      cmocka_unit_test(an_exchange_without_memory_fails_as_that_and_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
