/* How the transport keeps, replaces and closes its connections. */
#include "core/transport/transfer_private.h"

#include "exchange.h"
#include "loopback.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const loopback_step answer_one[] = {LOOPBACK_ANSWER(OK), {END, 0, 0}};

/* --- connections --------------------------------------------------------------------------- */

/* Runs the same request twice against `steps` and expects `accepted` connections. */
static void run_twice(const char *method, const char *body, const loopback_step *steps,
                      int accepted) {
  loopback server;
  exchange one;
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, method, server.url, "/", body);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(exchange_run(&one, pool), 0);
    assert_string_equal(gl_buf_string(&one.response.body), "ok");
  }
  exchange_clear(&one);
  gl_pool_free(pool);
  loopback_stop(&server);
  assert_int_equal(server.accepted, accepted);
  loopback_clear(&server);
}

static void a_connection_is_kept_for_the_next_request(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER(OK), {READ, 0, 0}, {SEND, OK, 0}, {END, 0, 0}};
  run_twice("GET", NULL, steps, 1);
  run_twice("PUT", "body", steps, 1);
}

/* The server reads the second request and closes the connection without a response.  The client
 * cannot know before that the connection is dead. */
static void a_dead_kept_connection_is_replaced_without_an_error(void **state) {
  (void)state;
  for (int reset = 0; reset < 2; reset++) {
    const loopback_step steps[] = {LOOPBACK_ANSWER(OK),
                                   {READ, 0, 0},
                                   {reset ? RESET : CLOSE, 0, 0},
                                   LOOPBACK_ANSWER(OK),
                                   {END, 0, 0}};
    run_twice("GET", NULL, steps, 2);
    run_twice("PUT", "{\"SNSTopic\":\"arn\"}", steps, 2);
    run_twice("POST", "", steps, 2);
    run_twice("DELETE", "", steps, 2);
  }
}

static void a_body_is_sent_again_completely_on_the_new_connection(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER(OK), {READ, 0, 0}, {CLOSE, 0, 0}, LOOPBACK_ANSWER(OK), {END, 0, 0}};
  enum { SIZE = 300000 };
  loopback server;
  exchange one;
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "PUT", server.url, "/", "");
  for (int i = 0; i < SIZE; i++)
    assert_int_equal(gl_buf_append_char(&one.request.body, (char)('a' + i % 26)), 0);
  assert_int_equal(exchange_run(&one, pool), 0);
  assert_int_equal(exchange_run(&one, pool), 0);
  gl_pool_free(pool);
  loopback_stop(&server);
  assert_int_equal(server.length % 3, 0);
  const char *last = server.received + server.length - SIZE;
  assert_memory_equal(last, one.request.body.data, SIZE);
  assert_memory_equal(server.received, last - (server.length / 3 - SIZE), server.length / 3);
  exchange_clear(&one);
  loopback_clear(&server);
}

enum { MANY = 8 };

/* Runs one exchange with each server, all at the same time. */
static void run_side_by_side(gl_pool *pool, const loopback *servers) {
  gl_transfer *transfers[MANY];
  exchange one[MANY];
  for (int i = 0; i < MANY; i++) {
    exchange_init(&one[i], "GET", servers[i].url, "/", NULL);
    transfers[i] = gl_transfer_new(pool, &one[i].request, &one[i].timeouts, &one[i].error);
    assert_non_null(transfers[i]);
  }
  for (int left = MANY; left > 0;) {
    left = MANY;
    for (int i = 0; i < MANY; i++)
      left -= gl_transfer_poll(transfers[i], 0);
  }
  for (int i = 0; i < MANY; i++) {
    assert_int_equal(gl_transfer_finish(transfers[i], &one[i].response, &one[i].error), 0);
    assert_string_equal(gl_buf_string(&one[i].response.body), "ok");
    gl_transfer_free(transfers[i]);
    exchange_clear(&one[i]);
  }
}

static void many_connections_are_kept(void **state) {
  (void)state;
  static const loopback_step steps[] = {LOOPBACK_ANSWER(OK), {READ, 0, 0},  {SEND, OK, 0},
                                        {READ, 0, 0},        {SEND, OK, 0}, {END, 0, 0}};
  loopback servers[MANY];
  gl_pool *pool = exchange_pool();
  for (int i = 0; i < MANY; i++)
    loopback_start(&servers[i], steps);
  run_side_by_side(pool, servers);
  for (int i = 0; i < 2 * MANY; i++) {
    exchange one;
    exchange_init(&one, "GET", servers[i % MANY].url, "/", NULL);
    assert_int_equal(exchange_run(&one, pool), 0);
    exchange_clear(&one);
  }
  gl_pool_free(pool);
  for (int i = 0; i < MANY; i++) {
    loopback_stop(&servers[i]);
    assert_int_equal(servers[i].accepted, 1);
    loopback_clear(&servers[i]);
  }
}

/* When the server closes an idle connection, the event set wakes up only once.  The answer comes in
 * two parts, so that libcurl surely waits for the second one and the connection is watched. */
static void a_kept_connection_that_the_server_closes_does_not_keep_the_set_ready(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      {ACCEPT, 0, 0}, {READ, 0, 0},    {SEND, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", 0},
      {CUE, 0, 0},    {SEND, "ok", 0}, {CUE, 0, 0},
      {CLOSE, 0, 0},  {HOLD, 0, 0}};
  loopback server;
  exchange one;
  gl_pool *pool = exchange_pool();
  struct pollfd set = {.fd = gl_events_fd(pool->events), .events = POLLIN};
  if (set.fd < 0) {
    gl_pool_free(pool);
    skip();
  }
  loopback_start(&server, steps);
  exchange_init(&one, "GET", server.url, "/", NULL);
  gl_transfer *transfer = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  while (!transfer->head_done)
    assert_false(gl_transfer_poll(transfer, 1));
  loopback_cue(&server);
  assert_int_equal(exchange_finish(&one, transfer), 0);
  assert_int_equal(poll(&set, 1, 0), 0);
  assert_int_equal(gl_timers_timeout(gl_events_timers(pool->events)), -1);
  loopback_cue(&server);
  assert_int_equal(poll(&set, 1, 60000), 1);
  gl_events_wait(pool->events, 0);
  assert_int_equal(poll(&set, 1, 0), 0);
  gl_pool_free(pool);
  loopback_stop(&server);
  exchange_clear(&one);
  loopback_clear(&server);
}

/* --- cancelling ----------------------------------------------------------------------------- */

static const loopback_step hold_one[] = {{ACCEPT, 0, 0}, {READ, 0, 0}, {HOLD, 0, 0}};

/* Returns a running transfer, which gets no response. */
static gl_transfer *start_held(exchange *one, gl_pool *pool, const loopback *server) {
  exchange_init(one, "PUT", server->url, "/", "body");
  gl_transfer *transfer = gl_transfer_new(pool, &one->request, &one->timeouts, &one->error);
  assert_non_null(transfer);
  assert_false(gl_transfer_poll(transfer, 1));
  return transfer;
}

static void a_running_transfer_may_be_cancelled(void **state) {
  (void)state;
  loopback server;
  exchange one;
  loopback_start(&server, hold_one);
  gl_pool *pool = exchange_pool();
  gl_transfer *transfer = start_held(&one, pool, &server);
  assert_int_equal(gl_transfer_finish(transfer, &one.response, &one.error), GL_TRANSPORT);
  assert_string_equal(one.error.code, "ConnectionClosedError");
  gl_transfer_free(transfer);
  gl_pool_free(pool);
  loopback_stop(&server);
  exchange_clear(&one);
  loopback_clear(&server);
}

static void a_transfer_that_was_never_polled_sends_nothing(void **state) {
  (void)state;
  loopback server;
  exchange one;
  loopback_start(&server, hold_one);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  gl_transfer_free(gl_transfer_new(pool, &one.request, &one.timeouts, &one.error));
  gl_transfer_free(NULL);
  gl_pool_free(pool);
  gl_pool_free(NULL);
  exchange_clear(&one);
  loopback_end(&server);
  assert_int_equal(server.accepted, 0);
}

static void a_pool_that_is_freed_first_ends_its_transfers(void **state) {
  (void)state;
  loopback server;
  exchange one;
  loopback_start(&server, hold_one);
  gl_pool *pool = exchange_pool();
  gl_transfer *transfer = start_held(&one, pool, &server);
  gl_transfer *idle = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  gl_pool_free(pool);
  assert_true(gl_transfer_poll(transfer, 60000));
  assert_int_equal(gl_transfer_finish(transfer, &one.response, &one.error), GL_TRANSPORT);
  assert_string_equal(one.error.code, "ConnectionClosedError");
  gl_transfer_free(transfer);
  assert_int_equal(gl_transfer_finish(idle, &one.response, &one.error), GL_TRANSPORT);
  gl_transfer_free(idle);
  loopback_stop(&server);
  exchange_clear(&one);
  loopback_clear(&server);
}

static void a_response_is_returned_only_once(void **state) {
  (void)state;
  loopback server;
  exchange one;
  loopback_start(&server, answer_one);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  gl_transfer *transfer = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  while (!gl_transfer_poll(transfer, 1000))
    ;
  assert_int_equal(gl_transfer_finish(transfer, &one.response, &one.error), 0);
  gl_response again = {0};
  assert_int_equal(gl_transfer_finish(transfer, &again, &one.error), GL_TRANSPORT);
  assert_int_equal(again.status, 0);
  gl_transfer_free(transfer);
  gl_pool_free(pool);
  loopback_stop(&server);
  exchange_clear(&one);
  loopback_clear(&server);
}

/* --- signals ------------------------------------------------------------------------------- */

static int sigpipe_pending(void) {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE);
}

static void a_sigpipe_that_is_held_is_discarded_at_the_release(void **state) {
  (void)state;
  gl_sigpipe held;
  gl_sigpipe_hold(&held);
  raise(SIGPIPE);
  gl_sigpipe_release(&held);
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  assert_false(sigismember(&blocked, SIGPIPE));
  assert_false(sigpipe_pending());
}

static void a_pending_sigpipe_of_the_host_stays_pending(void **state) {
  (void)state;
  sigset_t mine, before;
  sigemptyset(&mine);
  sigaddset(&mine, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &mine, &before);
  raise(SIGPIPE);
  gl_sigpipe held;
  gl_sigpipe_hold(&held);
  raise(SIGPIPE);
  gl_sigpipe_release(&held);
  assert_true(sigpipe_pending());
  int taken;
  sigwait(&mine, &taken);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_connection_is_kept_for_the_next_request),
      cmocka_unit_test(a_dead_kept_connection_is_replaced_without_an_error),
      cmocka_unit_test(a_body_is_sent_again_completely_on_the_new_connection),
      cmocka_unit_test(many_connections_are_kept),
      cmocka_unit_test(a_kept_connection_that_the_server_closes_does_not_keep_the_set_ready),
      cmocka_unit_test(a_running_transfer_may_be_cancelled),
      cmocka_unit_test(a_transfer_that_was_never_polled_sends_nothing),
      cmocka_unit_test(a_pool_that_is_freed_first_ends_its_transfers),
      cmocka_unit_test(a_response_is_returned_only_once),
      cmocka_unit_test(a_sigpipe_that_is_held_is_discarded_at_the_release),
      cmocka_unit_test(a_pending_sigpipe_of_the_host_stays_pending),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
