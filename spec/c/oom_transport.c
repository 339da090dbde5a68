/* The transport with an allocator that fails.  For n = 0, 1, … every allocation from the n-th on
 * fails, until an exchange succeeds.  Each failure must be GL_MEMORY, and no memory may leak. Other
 * tests let only the n-th allocation fail, of the core or of libcurl.  libcurl may report another
 * error then, but a response that arrives must be correct. */
#include "core/transport/transfer.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "exchange.h"
#include "loopback.h"
#include "mem_failing.h"

static const char answer[] =
    "HTTP/1.1 404 Not Found\r\nx-amzn-RequestId: 1\r\nA: 1\r\nB: 2\r\nC: 3\r\n"
    "D: 4\r\nE: 5\r\nF: 6\r\nG: 7\r\nContent-Length: 7\r\n\r\n{\"a\":1}";

/* Expects the complete response. */
static void expect_whole(const exchange *one) {
  static const char *const names[] = {"A", "B", "C", "D", "E", "F", "G"};
  assert_int_equal(one->response.status, 404);
  assert_string_equal(gl_headers_get(&one->response.headers, "x-amzn-RequestId"), "1");
  for (int i = 0; i < 7; i++) {
    char value[2] = {(char)('1' + i), '\0'};
    assert_string_equal(gl_headers_get(&one->response.headers, names[i]), value);
  }
  assert_string_equal(gl_buf_string(&one->response.body), "{\"a\":1}");
}

static void a_pool_without_memory_for_its_options_is_not_created(void **state) {
  (void)state;
  const gl_pool_options options = {
      .ca_bundle = "/ca.pem", .proxy = "http://me:secret@proxy", .no_proxy = "localhost"};
  void (*const ways[])(long) = {gl_mem_fail_from, gl_mem_fail_at};
  for (int i = 0; i < 2; i++) {
    gl_error error;
    gl_pool *pool = NULL;
    long n = 0;
    for (; !pool; n++) {
      error = (gl_error){0};
      ways[i](n);
      pool = exchange_pool_of(&options, &error);
      assert_int_equal(error.kind, pool ? GL_OK : GL_MEMORY);
      if (!pool)
        assert_int_equal(gl_mem_live(), 0);
    }
    ways[i](-1);
    size_t wiped = gl_mem_wiped();
    gl_pool_free(pool);
    assert_true(gl_mem_wiped() - wiped >= strlen(options.proxy)); /* it has a password */
    assert_int_equal(gl_mem_live(), 0);
    assert_int_equal(n, 7);
  }
}

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++)
    count += fcntl(fd, F_GETFD) != -1;
  return count;
}

/* Runs an exchange in which allocations fail from the n-th on.  Returns 0 or the kind of the error.
 */
static int run_failing(exchange *one, long n) {
  gl_mem_fail_from(n);
  gl_pool *pool = exchange_pool_of(&(gl_pool_options){.proxy = ""}, &one->error);
  int result = pool ? exchange_run(one, pool) : (int)one->error.kind;
  gl_pool_free(pool);
  gl_mem_fail_from(-1);
  return result;
}

static void an_exchange_without_memory_is_a_memory_error_and_leaks_nothing(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(answer), {HOLD, 0, 0}};
  int result = GL_MEMORY, descriptors = count_descriptors();
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
    if (result == 0)
      expect_whole(&one);
    exchange_clear(&one);
    assert_int_equal(gl_mem_live(), 0);
    loopback_end(&server);
    assert_int_equal(count_descriptors(), descriptors);
  }
  assert_in_range(n, 10, 100);
}

static void a_transfer_without_memory_for_its_read_timer_is_not_created(void **state) {
  (void)state;
  gl_error error;
  exchange one;
  gl_timer others[64] = {{0}};
  gl_events *events = gl_events_new(&error);
  gl_timers *timers = gl_events_timers(events);
  gl_pool *pool = gl_pool_new(&(gl_pool_options){.proxy = ""}, events, &error);
  exchange_init(&one, "GET", "http://127.0.0.1:1", "/", NULL);
  gl_mem_fail_from(0);
  int filled = 0; /* how many timers fit into the memory of the set */
  while (filled < 64 && gl_timers_set(timers, &others[filled], GL_TIMERS_NEVER) == 0)
    filled++;
  gl_mem_fail_from(-1);
  assert_in_range(filled, 1, 63);
  long refused = 0;
  gl_transfer *transfer = NULL;
  for (long n = 0; !transfer; n++) {
    gl_mem_fail_at(n);
    transfer = gl_transfer_new(pool, &one.request, &one.timeouts, &error);
    refused += !transfer;
    assert_true(transfer || error.kind == GL_MEMORY);
    if (transfer)
      assert_true(gl_mem_count() <= n); /* no allocation was refused */
  }
  gl_mem_fail_at(-1);
  assert_true(refused > 0);
  gl_transfer_free(transfer);
  exchange_clear(&one);
  gl_pool_free(pool);
  gl_events_release(events);
  assert_int_equal(gl_mem_live(), 0);
}

/* The kernel cannot watch a socket when a limit of the system is reached.  Here it cannot because
 * the descriptor of the event set is replaced by another one. */
static void a_socket_that_cannot_be_watched_ends_the_transfer(void **state) {
  (void)state;
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  loopback server;
  exchange one;
  gl_error error;
  gl_events *events = gl_events_new(&error);
  gl_pool *pool = gl_pool_new(&(gl_pool_options){.proxy = ""}, events, &error);
  int other = open("/dev/null", O_RDONLY), fd = gl_events_fd(events);
  if (fd >= 0)
    assert_int_equal(dup2(other, fd), fd);
  close(other);
  loopback_start(&server, steps);
  exchange_init(&one, "GET", server.url, "/", NULL);
  one.timeouts = (gl_timeouts){.connect = 3000, .read = 3000};
  int result = exchange_run(&one, pool);
  assert_int_equal(result, fd >= 0 ? GL_MEMORY : GL_TRANSPORT);
  exchange_clear(&one);
  gl_pool_free(pool);
  gl_events_release(events);
  loopback_end(&server);
}

static void a_failed_allocation_loses_no_option_and_no_header(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(answer), {HOLD, 0, 0}};
  int result = GL_MEMORY;
  for (long n = 0; result != 0; n++) {
    loopback server;
    exchange one;
    loopback_start(&server, steps);
    exchange_init(&one, "PUT", server.url, "/", "body");
    gl_mem_fail_at(n);
    gl_pool *pool = exchange_pool_of(&(gl_pool_options){.proxy = ""}, &one.error);
    result = pool ? exchange_run(&one, pool) : (int)one.error.kind;
    gl_pool_free(pool);
    long count = gl_mem_count();
    gl_mem_fail_at(-1);
    assert_true(result == GL_MEMORY || (result == 0 && count <= n));
    if (result == 0)
      expect_whole(&one);
    exchange_clear(&one);
    assert_int_equal(gl_mem_live(), 0);
    loopback_end(&server);
  }
}

/* ---- libcurl's allocations --------------------------------------------------------------- */

static atomic_long curl_attempts, curl_fails_at = -1;

static int curl_refused(void) {
  return atomic_fetch_add(&curl_attempts, 1) == curl_fails_at;
}

static void *curl_malloc(size_t size) {
  return curl_refused() ? NULL : malloc(size);
}

static void *curl_calloc(size_t count, size_t size) {
  return curl_refused() ? NULL : calloc(count, size);
}

static void *curl_realloc(void *pointer, size_t size) {
  return curl_refused() ? NULL : realloc(pointer, size);
}

static char *curl_strdup(const char *text) {
  return curl_refused() ? NULL : strdup(text);
}

static int make_curl_fail(void **state) {
  (void)state;
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, free, curl_realloc, curl_strdup,
                              curl_calloc) != CURLE_OK;
}

/* Runs an exchange in which the n-th allocation of libcurl fails.  Returns 0 or the kind of the
 * error. */
static int run_without_curls_memory(exchange *one, const gl_pool_options *options, long n) {
  curl_attempts = 0;
  curl_fails_at = n;
  gl_pool *pool = exchange_pool_of(options, &one->error);
  int result = pool ? exchange_run(one, pool) : (int)one->error.kind;
  curl_fails_at = -1;
  gl_pool_free(pool);
  return result;
}

static void when_libcurl_has_no_memory_no_option_is_ignored(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(answer), {HOLD, 0, 0}};
  static const loopback_step nothing[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  loopback other;
  loopback_start(&other, nothing);
  setenv("http_proxy", other.url, 1);
  /* Each allocation fails in two runs: without and with a proxy. */
  for (long run = 0; run / 2 <= curl_attempts; run++) {
    loopback server;
    exchange one;
    loopback_start(&server, steps);
    exchange_init(&one, "PUT", run % 2 ? "http://glacier.invalid" : server.url, "/", "body");
    one.timeouts.read = 5000; /* the other server never answers */
    const gl_pool_options options = {.proxy = run % 2 ? server.url : "", .no_proxy = "localhost"};
    int result = run_without_curls_memory(&one, &options, run / 2);
    if (result == 0)
      expect_whole(&one);
    exchange_clear(&one);
    assert_int_equal(gl_mem_live(), 0);
    loopback_stop(&server);
    if (result == 0)
      assert_non_null(strstr(server.received, "Content-Length: 4\r\n\r\nbody"));
    loopback_clear(&server);
  }
  unsetenv("http_proxy");
  loopback_stop(&other);
  assert_int_equal(other.accepted, 0);
  loopback_clear(&other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pool_without_memory_for_its_options_is_not_created),
      cmocka_unit_test(an_exchange_without_memory_is_a_memory_error_and_leaks_nothing),
      cmocka_unit_test(a_transfer_without_memory_for_its_read_timer_is_not_created),
      cmocka_unit_test(a_socket_that_cannot_be_watched_ends_the_transfer),
      cmocka_unit_test(a_failed_allocation_loses_no_option_and_no_header),
      cmocka_unit_test(when_libcurl_has_no_memory_no_option_is_ignored),
  };
  return cmocka_run_group_tests(tests, make_curl_fail, NULL);
}
