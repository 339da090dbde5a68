/* The use of a client in the parent and in the child, if it was created before the fork. */
#include "lua_state.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ends a child by running another program.  The child intentionally does not free the memory of its
 * parent, and valgrind would report that as a leak. */
static void leave(int good) {
  execl("/bin/sh", "sh", "-c", good ? "exit 0" : "exit 1", (char *)NULL);
  _exit(1);
}

/* in_child(f) -> whether f returned true in a forked child */
static int in_child(lua_State *L) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    int good = lua_pcall(L, 0, 1, 0) == LUA_OK;
    if (!good)
      fprintf(stderr, "in the child: %s\n", luaL_tolstring(L, -1, NULL));
    leave(good && lua_toboolean(L, -1));
  }
  if (child < 0 || waitpid(child, &status, 0) != child)
    return luaL_error(L, "no child");
  lua_pushboolean(L, WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return 1;
}

/* Runs a script, which can use `in_child`, `client_of`, `scripted` and `answer`.  The script raises
 * an error if a check fails, and this ends the process. */
static void run(const char *script) {
  lua_State *L = lua_state_new();
  lua_register(L, "in_child", in_child);
  assert_int_equal(luaL_loadstring(L, lua_state_client), LUA_OK);
  lua_setglobal(L, "client_of");
  lua_state_run(L,
                "scripted = require 'spec.support.scripted'\n"
                "function answer(marker)\n"
                "  local body = ('{\"Marker\":\"%s\"}'):format(marker)\n"
                "  return { 'send', ('HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s')\n"
                "    :format(#body, body) }\n"
                "end\n",
                0);
  lua_state_run(L, script, 0);
  lua_close(L);
}

static void a_child_opens_its_own_connections_and_does_not_touch_the_parents(void **state) {
  (void)state;
  run("local read = { 'read' }\n"
      "local server = scripted.start {\n"
      "  { read, answer 'parent 1', read, answer 'parent 2' },\n"
      "  { read, answer 'child 1', read, answer 'child 2' },\n"
      "}\n"
      "local client = client_of(server.url)\n"
      "assert(client:list_vaults().Marker == 'parent 1')\n"
      "assert(in_child(function()\n"
      "  assert(client:list_vaults().Marker == 'child 1')\n"
      "  assert(client:list_vaults().Marker == 'child 2')\n"
      "  client:close()\n"
      "  client = nil\n"
      "  collectgarbage()\n"
      "  collectgarbage()\n"
      "  return true\n"
      "end))\n"
      "assert(client:list_vaults().Marker == 'parent 2')\n"
      "local list = server:requests()\n"
      "assert(#list == 4 and list[1].connection == 1 and list[4].connection == 1)\n"
      "client:close()\n"
      "server:stop()\n");
}

static void a_child_that_only_closes_the_client_closes_no_connection_of_the_parent(void **state) {
  (void)state;
  run("local read = { 'read' }\n"
      "local server = scripted.start { { read, answer 'one', read, answer 'two' } }\n"
      "local client = client_of(server.url)\n"
      "assert(client:list_vaults().Marker == 'one')\n"
      "assert(in_child(function()\n"
      "  client:close()\n"
      "  return true\n"
      "end))\n"
      "assert(client:list_vaults().Marker == 'two')\n"
      "client:close()\n"
      "server:stop()\n");
}

static void a_child_sends_nothing_in_a_tls_session_of_the_parent(void **state) {
  (void)state;
  run("local nginx = require 'spec.support.nginx'\n"
      "local directory = nginx.directory()\n"
      "assert(os.execute('spec/support/certificates.sh ' .. directory))\n"
      "local server = nginx.start(directory, { tls = ([[\n"
      "  ssl_certificate DIR/good.pem; ssl_certificate_key DIR/good.key;\n"
      "  location = /-/vaults { return 200 '{\"Marker\":\"$connection\"}'; }\n"
      "]]):gsub('DIR', directory) })\n"
      "local client = client_of('https://127.0.0.1:' .. server.ports.tls, {\n"
      "  ca_bundle = directory .. '/ca.pem',\n"
      "})\n"
      "local connection = client:list_vaults().Marker\n"
      "assert(in_child(function()\n"
      "  assert(client:list_vaults().Marker ~= connection)\n"
      "  client:close()\n"
      "  return true\n"
      "end))\n"
      "assert(in_child(function()\n"
      "  client:close()\n"
      "  return true\n"
      "end))\n"
      "assert(client:list_vaults().Marker == connection)\n"
      "client:close()\n"
      "server:stop()\n");
}

static void a_running_call_continues_in_the_parent_and_fails_in_the_child(void **state) {
  (void)state;
  run("local steps = { { 'read' }, { 'gather', 2 }, answer 'late' }\n"
      "local server = scripted.start { steps, steps }\n"
      "local client = client_of(server.url, { wait = coroutine.yield })\n"
      "local call = coroutine.create(client.list_vaults)\n"
      "repeat assert(coroutine.resume(call, client)) until #server:requests() == 1\n"
      "assert(in_child(function()\n"
      "  local good, err\n"
      "  repeat good, err = coroutine.resume(call) until coroutine.status(call) == 'dead'\n"
      "  assert(not good and err.code == 'ConnectionClosedError', tostring(err))\n"
      "  return true\n"
      "end))\n"
      "assert(client_of(server.url):list_vaults().Marker == 'late')\n"
      "local good, output\n"
      "repeat good, output = coroutine.resume(call) until coroutine.status(call) == 'dead'\n"
      "assert(good and output.Marker == 'late', tostring(output))\n"
      "client:close()\n"
      "server:stop()\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_child_opens_its_own_connections_and_does_not_touch_the_parents),
      cmocka_unit_test(a_child_that_only_closes_the_client_closes_no_connection_of_the_parent),
      cmocka_unit_test(a_child_sends_nothing_in_a_tls_session_of_the_parent),
      cmocka_unit_test(a_running_call_continues_in_the_parent_and_fails_in_the_child),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
