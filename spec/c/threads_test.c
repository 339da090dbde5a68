/* Many threads run at the same time, each with its own Lua state, client and server. */
#include "loopback.h"
#include "lua_state.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { THREADS = 8, CALLS = 20 };

typedef struct worker {
  pthread_t thread;
  pthread_barrier_t *start;
  loopback server;
  char answer[128];
  loopback_step steps[2 * CALLS + 3];
  int right;
} worker;

static const char calls[] =
    "local client, marker, count = ...\n"
    "local right = 0\n"
    "for _ = 1, count do\n"
    "  local output = client:list_vaults { marker = marker }\n"
    "  if output.Marker == marker then right = right + 1 end\n"
    "  local good, err = pcall(client.describe_vault, client, {})\n"
    "  if good or err.code ~= 'ParamValidationError' then right = -1000 end\n"
    "end\n"
    "client:close()\n"
    "return right\n";

/* The server accepts only one connection, so every request must use it. */
static void prepare(worker *one, int number, pthread_barrier_t *start) {
  char body[32];
  int length = snprintf(body, sizeof body, "{\"Marker\":\"m%d\"}", number);
  snprintf(one->answer, sizeof one->answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s",
           length, body);
  loopback_step *step = one->steps;
  *step++ = (loopback_step){ACCEPT, NULL, 0};
  for (int i = 0; i < CALLS; i++) {
    *step++ = (loopback_step){READ, NULL, 0};
    *step++ = (loopback_step){SEND, one->answer, 0};
  }
  *step++ = (loopback_step){HOLD, NULL, 0};
  *step = (loopback_step){END, NULL, 0};
  one->start = start;
  loopback_start(&one->server, one->steps);
}

/* The state is created after the barrier, so that the threads also initialize libcurl together. */
static void *work(void *context) {
  worker *one = context;
  char marker[16];
  sscanf(strstr(one->answer, "\":\"") + 3, "%15[^\"]", marker);
  pthread_barrier_wait(one->start);
  lua_State *L = lua_state_new();
  lua_pushstring(L, one->server.url);
  lua_state_run(L, lua_state_client, 1);
  lua_pushstring(L, marker);
  lua_pushinteger(L, CALLS);
  lua_state_run(L, calls, 3);
  one->right = (int)lua_tointeger(L, -1);
  lua_close(L);
  return NULL;
}

static void every_thread_gets_its_own_responses(void **state) {
  (void)state;
  static worker workers[THREADS];
  pthread_barrier_t start;
  pthread_barrier_init(&start, NULL, THREADS);
  for (int i = 0; i < THREADS; i++)
    prepare(&workers[i], i, &start);
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(workers[i].thread, NULL);
  for (int i = 0; i < THREADS; i++) {
    loopback_stop(&workers[i].server);
    assert_int_equal(workers[i].right, CALLS);
    assert_int_equal(workers[i].server.accepted, 1);
    loopback_clear(&workers[i].server);
  }
  pthread_barrier_destroy(&start);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_thread_gets_its_own_responses)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
