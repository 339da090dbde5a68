/* The transport in several threads, and after a fork. */
#include "core/transport/transfer_private.h"

#include "exchange.h"
#include "loopback.h"

#include <fcntl.h>
#include <sys/wait.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void *run_fifty(void *context) {
  loopback *server = context;
  gl_pool *pool = exchange_pool();
  exchange one;
  exchange_init(&one, "PUT", server->url, "/", "body");
  long fine = 0;
  for (int i = 0; i < 50; i++)
    fine += exchange_run(&one, pool) == 0 && one.response.status == 200;
  exchange_clear(&one);
  gl_pool_free(pool);
  return (void *)fine;
}

static void two_threads_each_use_their_own_pool(void **state) {
  (void)state;
  loopback_step steps[102] = {{ACCEPT, 0, 0}};
  for (int i = 0; i < 50; i++) {
    steps[1 + 2 * i].act = READ;
    steps[2 + 2 * i] = (loopback_step){SEND, OK, 0};
  }
  loopback servers[2];
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    loopback_start(&servers[i], steps);
    assert_int_equal(pthread_create(&threads[i], NULL, run_fifty, &servers[i]), 0);
  }
  for (int i = 0; i < 2; i++) {
    void *fine;
    assert_int_equal(pthread_join(threads[i], &fine), 0);
    assert_int_equal((long)fine, 50);
    loopback_end(&servers[i]);
  }
}

static int open_descriptors(void) {
  int open = 0;
  for (int fd = 0; fd < 256; fd++)
    open += fcntl(fd, F_GETFD) >= 0;
  return open;
}

/* Runs in the child: frees the pool and the transfer, which belong to the parent.  That must close
 * no descriptor except that of the event set. */
static int forget(gl_pool *pool, gl_transfer *running, exchange *one) {
  int expected = open_descriptors() - (gl_events_fd(pool->events) >= 0);
  if (!gl_pool_is_forked(pool) || gl_transfer_new(pool, &one->request, &one->timeouts, &one->error))
    return 1;
  if (!gl_transfer_poll(running, 1000) ||
      gl_transfer_finish(running, &one->response, &one->error) != GL_TRANSPORT)
    return 2;
  gl_pool_free(pool);
  gl_transfer_free(running);
  return open_descriptors() == expected ? 0 : 3;
}

/* The child does not free the objects that it drops.  It ends with exec, so that no checker reports
 * a leak. */
static void leave(int status) {
  char command[16];
  snprintf(command, sizeof command, "exit %d", status);
  execl("/bin/sh", "sh", "-c", command, (char *)NULL);
  _exit(127);
}

static void a_forked_child_drops_a_pool_and_the_parent_continues(void **state) {
  (void)state;
  static const loopback_step steps[] = {
      LOOPBACK_ANSWER(OK), {READ, 0, 0}, {CUE, 0, 0}, {SEND, OK, 0}, {END, 0, 0}};
  loopback server;
  exchange one;
  loopback_start(&server, steps);
  gl_pool *pool = exchange_pool();
  exchange_init(&one, "GET", server.url, "/", NULL);
  assert_int_equal(exchange_run(&one, pool), 0);
  gl_transfer *running = gl_transfer_new(pool, &one.request, &one.timeouts, &one.error);
  assert_non_null(running);
  assert_false(gl_transfer_poll(running, 1)); /* sends on the kept connection */
  pid_t child = fork();
  if (child == 0)
    leave(forget(pool, running, &one));
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_false(gl_pool_is_forked(pool));
  loopback_cue(&server);
  gl_response_clear(&one.response);
  assert_int_equal(exchange_finish(&one, running), 0);
  exchange_clear(&one);
  gl_pool_free(pool);
  loopback_stop(&server);
  assert_int_equal(server.accepted, 1);
  loopback_clear(&server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_threads_each_use_their_own_pool),
      cmocka_unit_test(a_forked_child_drops_a_pool_and_the_parent_continues),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
