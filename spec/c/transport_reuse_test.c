/* What a pool reuses for the next transfer, and what it must remove. */
#include "core/transport/events_private.h"
#include "core/transport/transfer_private.h"

#include "exchange.h"
#include "failures.h"
#include "loopback.h"

#include <fcntl.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

enum { RUNS = 10000 };

static int open_descriptors(void) {
  int open = 0;
  for (int fd = 0; fd < 1024; fd++)
    open += fcntl(fd, F_GETFD) >= 0;
  return open;
}

/* Returns a script that answers `count` requests on one connection.  The caller frees it. */
static loopback_step *answers(int count) {
  loopback_step *steps = calloc((size_t)count * 2 + 2, sizeof *steps);
  assert_non_null(steps);
  steps[0].act = ACCEPT;
  for (int i = 0; i < count; i++) {
    steps[1 + 2 * i].act = READ;
    steps[2 + 2 * i] = (loopback_step){SEND, OK, 0};
  }
  return steps;
}

static void many_transfers_leave_the_same_descriptors_and_one_handle(void **state) {
  (void)state;
  loopback server;
  exchange one;
  loopback_step *steps = answers(RUNS);
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "PUT", server.url, "/", "body");
  int descriptors = 0;
  for (int i = 0; i < RUNS; i++) {
    assert_int_equal(exchange_run(&one, pool), 0);
    if (i == 0)
      descriptors = open_descriptors();
  }
  assert_int_equal(open_descriptors(), descriptors);
  assert_int_equal(pool->spare_count, 1);
  exchange_clear(&one);
  gl_pool_free(pool);
  loopback_stop(&server);
  assert_int_equal(server.accepted, 1);
  loopback_clear(&server);
  free(steps);
}

/* Returns the last request that the server received. */
static const char *last_request(const loopback *server) {
  const char *last = server->received;
  for (const char *next = last; (next = strstr(next, "HTTP/1.1\r\n")); next++)
    for (last = next; last > server->received && last[-1] != '\n'; last--)
      ;
  return last;
}

typedef struct sent {
  const char *method, *target, *name, *body;
  const char *expected; /* from the request line on */
} sent;

/* A body ends with a line break, so that the next request begins on a new line. */
static const sent kinds[] = {
    {"PUT", "/secret", "X-Secret", "body\n",
     "PUT /secret HTTP/1.1\r\nHost: h\r\nX-Secret: 1\r\nContent-Length: 5\r\n\r\nbody\n"},
    {"GET", "/b", NULL, NULL, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"POST", "/c", NULL, "", "POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
    {"DELETE", "/d", NULL, NULL, "DELETE /d HTTP/1.1\r\nHost: h\r\n\r\n"},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static void send_kind(gl_pool *pool, const loopback *server, const sent *kind) {
  exchange one;
  exchange_init(&one, kind->method, server->url, kind->target, kind->body);
  exchange_header(&one, "Host", "h");
  if (kind->name)
    exchange_header(&one, kind->name, "1");
  assert_int_equal(exchange_run(&one, pool), 0);
  assert_int_equal(one.response.status, 200);
  exchange_clear(&one);
}

static void a_request_contains_nothing_of_the_request_before_it(void **state) {
  (void)state;
  for (int first = 0; first < KINDS; first++)
    for (int second = 0; second < KINDS; second++) {
      loopback server;
      loopback_step *steps = answers(2);
      loopback_start(&server, steps);
      gl_pool *pool = exchange_pool();
      send_kind(pool, &server, &kinds[first]);
      send_kind(pool, &server, &kinds[second]);
      assert_int_equal(pool->spare_count, 1);
      gl_pool_free(pool);
      loopback_stop(&server);
      assert_string_equal(last_request(&server), kinds[second].expected);
      loopback_clear(&server);
      free(steps);
    }
}

/* Sends GET `target` to `origin` with the only handle of the pool. */
static void get_with_one_handle(gl_pool *pool, const char *origin, const char *target) {
  exchange one;
  exchange_init(&one, "GET", origin, target, NULL);
  assert_int_equal(exchange_run(&one, pool), 0);
  assert_int_equal(pool->spare_count, 1);
  exchange_clear(&one);
}

static void a_handle_sends_requests_to_different_servers(void **state) {
  (void)state;
  loopback first, second;
  loopback_step *steps = answers(2);
  loopback_start(&first, steps);
  loopback_start(&second, steps);
  gl_pool *pool = exchange_pool();
  get_with_one_handle(pool, first.url, "/a");
  get_with_one_handle(pool, second.url, "/b?c");
  get_with_one_handle(pool, second.url, "/d%2f");
  get_with_one_handle(pool, first.url, "/e");
  gl_pool_free(pool);
  loopback_stop(&first);
  loopback_stop(&second);
  assert_memory_equal(first.received, "GET /a HTTP/1.1\r\n", 17);
  assert_memory_equal(last_request(&first), "GET /e HTTP/1.1\r\n", 17);
  assert_memory_equal(second.received, "GET /b?c HTTP/1.1\r\n", 19);
  assert_memory_equal(last_request(&second), "GET /d%2f HTTP/1.1\r\n", 20);
  loopback_clear(&first);
  loopback_clear(&second);
  free(steps);
}

static void a_handle_sends_a_request_over_http_after_one_over_https(void **state) {
  (void)state;
  static const gl_pool_options excepted = {.no_proxy = "127.0.0.1"};
  char refused[64];
  loopback server;
  exchange one;
  int bound = refused_port(refused, sizeof refused, "https://");
  loopback_step *steps = answers(1);
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool_of(&excepted, &one.error);
  exchange_init(&one, "GET", refused, "/a", NULL);
  assert_int_equal(exchange_run(&one, pool), GL_TRANSPORT);
  exchange_clear(&one);
  get_with_one_handle(pool, server.url, "/b");
  gl_pool_free(pool);
  loopback_stop(&server);
  assert_memory_equal(server.received, "GET /b HTTP/1.1\r\n", 17);
  loopback_clear(&server);
  close(bound);
  free(steps);
}

static void a_handle_sends_whole_urls_to_a_proxy_each_time(void **state) {
  (void)state;
  gl_error error;
  loopback server;
  loopback_step *steps = answers(2);
  loopback_start(&server, steps);
  const gl_pool_options options = {.proxy = server.url};
  gl_pool *pool = exchange_pool_of(&options, &error);
  assert_non_null(pool);
  get_with_one_handle(pool, "http://one.invalid", "/a");
  get_with_one_handle(pool, "http://one.invalid", "/b");
  gl_pool_free(pool);
  loopback_stop(&server);
  assert_memory_equal(server.received, "GET http://one.invalid/a HTTP", 29);
  assert_memory_equal(last_request(&server), "GET http://one.invalid/b HTTP", 29);
  loopback_clear(&server);
  free(steps);
}

static void a_returned_handle_holds_no_url_of_a_request(void **state) {
  (void)state;
  loopback server;
  exchange one;
  loopback_step *steps = answers(1);
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  gl_transfer *transfer = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  const gl_buf *url = &transfer->handle->url;
  size_t length = url->length;
  assert_true(length > 0);
  while (!gl_transfer_poll(transfer, 1000))
    ;
  assert_null(transfer->handle);
  assert_int_equal(url->length, 0);
  for (size_t i = 0; i < length; i++)
    assert_int_equal(url->data[i], 0);
  gl_transfer_free(transfer);
  gl_pool_free(pool);
  loopback_stop(&server);
  exchange_clear(&one);
  loopback_clear(&server);
  free(steps);
}

static void the_number_of_spare_handles_is_limited(void **state) {
  (void)state;
  enum { MANY = GL_HANDLE_SPARE_MAX + 10 };
  exchange one;
  gl_transfer *transfers[MANY];
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", "http://127.0.0.1:1", "/", NULL);
  for (int i = 0; i < MANY; i++)
    transfers[i] = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  for (int i = 0; i < MANY; i++)
    gl_transfer_free(transfers[i]);
  assert_int_equal(pool->spare_count, GL_HANDLE_SPARE_MAX);
  gl_pool_free(pool);
  exchange_clear(&one);
}

static void the_end_of_a_connection_leaves_no_timer_and_no_watch(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
      {HOLD, 0, 0}};
  loopback server;
  exchange one;
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  assert_int_equal(exchange_run(&one, pool), 0);
  assert_int_equal(gl_events_timers(pool->events)->count, 1); /* the pool's own */
  for (size_t fd = 0; fd < pool->events->watch_count; fd++)
    assert_false(pool->events->watches[fd].kept || pool->events->watches[fd].interest);
  exchange_clear(&one);
  gl_pool_free(pool);
  loopback_end(&server);
}

/* A round of polls asks the system only once, independently of the number of transfers. */
static void a_round_of_polls_waits_once(void **state) {
  (void)state;
  enum { MANY = 8 };
  static const loopback_step steps[] = {{ACCEPT, 0, 0}, {HOLD, 0, 0}};
  loopback server;
  exchange one;
  gl_transfer *transfers[MANY];
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  for (int i = 0; i < MANY; i++)
    transfers[i] = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  unsigned long before = gl_events_rounds(pool->events);
  for (int i = 0; i < MANY; i++)
    assert_false(gl_transfer_poll(transfers[i], 0));
  assert_int_equal(gl_events_rounds(pool->events),
                   before); /* these polls only start the transfers */
  for (int round = 1; round <= 3; round++) {
    for (int i = 0; i < MANY; i++)
      assert_false(gl_transfer_poll(transfers[i], 0));
    assert_int_equal(gl_events_rounds(pool->events), before + (unsigned long)round);
  }
  for (int i = 0; i < MANY; i++)
    gl_transfer_free(transfers[i]);
  gl_pool_free(pool);
  loopback_stop(&server);
  exchange_clear(&one);
  loopback_clear(&server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many_transfers_leave_the_same_descriptors_and_one_handle),
      cmocka_unit_test(a_request_contains_nothing_of_the_request_before_it),
      cmocka_unit_test(a_handle_sends_requests_to_different_servers),
      cmocka_unit_test(a_handle_sends_a_request_over_http_after_one_over_https),
      cmocka_unit_test(a_handle_sends_whole_urls_to_a_proxy_each_time),
      cmocka_unit_test(a_returned_handle_holds_no_url_of_a_request),
      cmocka_unit_test(the_number_of_spare_handles_is_limited),
      cmocka_unit_test(the_end_of_a_connection_leaves_no_timer_and_no_watch),
      cmocka_unit_test(a_round_of_polls_waits_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
