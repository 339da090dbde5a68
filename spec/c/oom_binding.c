/* The binding with allocators that fail.  For n = 0, 1, … every allocation from the n-th on fails,
 * until a script succeeds.  One run does this to the allocations of the core, another to those of
 * Lua. The error must be Lua's "not enough memory", and no memory may leak. */
#include "lua_state.h"
#include "mem_failing.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
/* lua-cjson leaks its buffer if Lua runs out of memory in decode.  Libraries stay loaded, so that
 * the leak check can name lua-cjson. */
__attribute__((visibility("default"))) int dlclose(void *handle);
int dlclose(void *handle) {
  (void)handle;
  return 0;
}

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:cjson";
}
#endif

/* ---- allocations of Lua ------------------------------------------------------------------ */

typedef struct budget {
  long attempts, fails_from; /* a negative `fails_from` means never */
  long live;
} budget;

/* Lua before 5.4 requires that shrinking never fails. */
static void *allocate(void *context, void *pointer, size_t old_size, size_t size) {
  budget *memory = context;
  if (size == 0) {
    memory->live -= pointer != NULL;
    free(pointer);
    return NULL;
  }
  int grows = !pointer || size > old_size;
  if (grows && memory->attempts++ >= memory->fails_from && memory->fails_from >= 0)
    return NULL;
  void *moved = realloc(pointer, size);
  if (moved && !pointer)
    memory->live++;
  return moved;
}

/* ---- scripts ----------------------------------------------------------------------------- */

typedef struct script {
  const char *name, *text;
} script;

/* A script has four locals: core, curl, decode (lua-cjson's) and fails(code, f, …), which calls f
 * and raises unless f fails with that code. */
static const script scripts[] = {
    {"endpoint", "assert(core.endpoint{ region = 'us-east-1' }:find 'us%-east%-1')\n"
                 "fails('NoRegionError', core.endpoint, {})\n"},
    {"prepare, sign, export",
     "local request = core.prepare('SetVaultNotifications', {\n"
     "  vaultName = ('v'):rep(80) .. '/ü', vaultNotificationConfig = {\n"
     "    SNSTopic = 'arn:aws:sns:us-east-1:012345678901:topic', Events = { 'a', 'b', "
     "('c'):rep(99) },\n"
     "  },\n"
     "}, 'https://glacier.us-east-1.amazonaws.com')\n"
     "request:set_header('User-Agent', 'x')\n"
     "local keys = core.credentials{ access_key_id = 'AKID', secret_access_key = 'SECRET',\n"
     "  session_token = ('T'):rep(200) }\n"
     "request:sign(keys, 'us-east-1', 'glacier', 0)\n"
     "local canonical = request:sign_stages(keys, 'us-east-1', 'glacier', 0, false)\n"
     "assert(#canonical > 0 and keys:access_key_id() == 'AKID')\n"
     "local exported = request:export()\n"
     "assert(exported.headers.Authorization and #exported.body > 100)\n"},
    {"invalid parameters",
     "fails('ParamValidationError', core.prepare, 'SetVaultNotifications', {\n"
     "  accountId = 5, Unknown = 1, vaultNotificationConfig = { Foo = 1, "
     "Events = { 1, {}, 'x' } },\n"
     "}, 'http://127.0.0.1')\n"
     "fails('PartialCredentialsError', core.credentials, { access_key_id = 'A' })\n"},
    {"errors of the client's own",
     "fails('E', core.errors.raise, 'config', 'E', 'text', { reason = 'r', [1] = {} })\n"
     "fails('ParamValidationError', core.errors.invalid, 'upload', 'text')\n"
     "fails('ParamValidationError', core.errors.check, 'f', { 'b', 'a', 'c' })\n"
     "core.errors.check('f', {})\n"},
    {"a request without an operation",
     "local request = core.request{\n"
     "  method = 'POST', url = 'http://127.0.0.1/a?b=c', body = ('x'):rep(500),\n"
     "  headers = { A = '1', B = '2', ['Content-Type'] = 'text/plain' },\n"
     "}\n"
     "assert(request:export().url:find 'b=c')\n"},
    {"a success",
     "local response = core.response{\n"
     "  status = 200, headers = { ['x-amzn-RequestId'] = 'R', A = { '1', '2' } },\n"
     "  body = '{\"Marker\":\"m\",\"VaultList\":[{\"VaultName\":\"v\",\"SizeInBytes\":\"12\"},'\n"
     "    .. '{\"NumberOfArchives\":1.0}]}',\n"
     "}\n"
     "assert(response:status() == 200 and response:header 'a' == '1' and #response:body() > 50)\n"
     "local output = core.parse('ListVaults', response, decode)\n"
     "assert(output.VaultList[1].SizeInBytes == 12 and output.ResponseMetadata.RequestId == 'R')\n"
     "assert(output.ResponseMetadata.HTTPHeaders.a == '1, 2')\n"
     "response = core.response{ status = 200, body = '{\"VaultList\":\"x\"}' }\n"
     "local empty, err = core.parse('ListVaults', response, decode)\n"
     "assert(not empty and err.message:find 'VaultList should be a list')\n"
     "assert(core.parse('CreateVault', core.response{ status = 201, headers = { Location = '/' } "
     "})\n"
     "  .location == '/')\n"
     "empty, err = core.parse('InitiateJob', core.response{ status = 202 }, decode)\n"
     "assert(not empty and err.message:find 'jobId is missing')\n"
     "empty, err = core.response{ status = 'x' }\n"
     "assert(not empty and err.message:find 'status must be')\n"},
    {"JSON",
     "local value = core.decode(decode, '{\"a\":[12345678901234567,1.5,{\"b\":10}],\"c\":\"d\"}')\n"
     "assert(value.a[1] == 12345678901234567 and value.a[2] == 1.5 and value.c == 'd')\n"
     "assert(core.decode(decode, '{') == nil)\n"
     "assert(core.encode{ ('x'):rep(300), 1.5, true, { a = 2 } }:find '2')\n"},
    {"a service error",
     "local response = core.response{ status = 404, headers = { A = '1' },\n"
     "  body = '{\"code\":\"a#NoLongerSupportedException:b\",\"type\":\"Client\",\"message\":\"'\n"
     "    .. ('m'):rep(5000) .. '\"}' }\n"
     "local output, err = core.parse('ListVaults', response, decode)\n"
     "assert(not output and err.code == 'NoLongerSupportedException' and #err.message == 5000)\n"
     "assert(#core.error(err).message == 4096)\n"
     "err.response.ResponseMetadata.MaxAttemptsReached = true\n"
     "err.response.ResponseMetadata.RetryAttempts = 2\n"
     "assert(tostring(err):find 'max retries: 2')\n"
     "response = core.response{ status = 503, body = '<html>' }\n"
     "output, err = core.parse('ListVaults', response, decode)\n"
     "assert(tostring(err):find 'Service Unavailable')\n"
     "assert(tostring(core.error{ kind = 'config', message = 'm' }) == 'm')\n"},
    {"a transfer",
     "local events = core.events()\n"
     "local pool = curl.pool{ events = events, ca_bundle = '/x', proxy = '', no_proxy = '*' }\n"
     "local request = core.request{\n"
     "  method = 'PUT', url = 'http://127.0.0.1:1/a', body = 'b', headers = { A = '1', B = '' },\n"
     "}\n"
     "local transfer = assert(pool:start(request, 1000, 1000))\n"
     "assert(not events:is_forked())\n"
     "local response, err = transfer:finish()\n"
     "assert(not response and err.code == 'ConnectionClosedError')\n"
     "transfer = assert(pool:start(request, 1000, 1000))\n"
     "repeat until transfer:poll(100)\n"
     "response, err = transfer:finish()\n"
     "assert(not response and err.kind == 'transport')\n"
     "transfer = assert(pool:start(request, 1000, 1000))\n"
     "transfer:cancel()\n"
     "transfer = assert(pool:start(request, 1000, 1000))\n"
     "pool:close()\n"},
    {"tree hashes and a body",
     "local tree = core.tree_hash()\n"
     "tree:update(('x'):rep(3 * 1024 * 1024 + 1))\n"
     "local hash = tree:hex()\n"
     "assert(#hash == 64 and #core.combine_tree_hashes{ hash, hash, hash } == 64)\n"
     "fails('ParamValidationError', core.combine_tree_hashes, { 'x' })\n"
     "local request = core.prepare('UploadArchive', { vaultName = 'v', body = 'x' }, "
     "'http://127.0.0.1:1')\n"
     "assert(request:export())\n"},
    {"the system", "assert(core.uri_encode(('/'):rep(99)):len() == 297)\n"
                   "assert(core.utf8_clean(('\\255'):rep(99)):len() == 297)\n"
                   "assert(#core.sha1_hex('') == 40)\n"
                   "assert(#core.uuid() == 36 and core.monotonic() >= 0)\n"},
};

static const char frame[] =
    "local decode, core, curl, text, name = ...\n"
    "local function fails(code, f, ...)\n"
    "  local good, err = pcall(f, ...)\n"
    "  if good then error('it should fail') end\n"
    "  if type(err) ~= 'table' or err.code ~= code then error(err, 0) end\n"
    "  assert(#tostring(err) > 0)\n"
    "end\n"
    "assert(load('local core, fails, decode, curl = ...\\n' .. text, '=' .. name))(core, fails, "
    "decode, curl)\n";

/* ---- a run ------------------------------------------------------------------------------- */

/* Opens the modules and runs a script.  The script is at index 1, lua-cjson's decode at index 2. */
static int run_script(lua_State *L) {
  const script *it = lua_touserdata(L, 1);
  if (luaL_loadstring(L, frame) != LUA_OK)
    return lua_error(L);
  lua_pushvalue(L, 2);
  lua_pushcfunction(L, luaopen_glacier_core);
  lua_call(L, 0, 1);
  lua_pushcfunction(L, luaopen_glacier_curl);
  lua_call(L, 0, 1);
  lua_pushstring(L, it->text);
  lua_pushstring(L, it->name);
  lua_call(L, 5, 0);
  return 0;
}

/* Returns whether the error on top is Lua's "not enough memory", without a position.  The test
 * fails for any other error. */
static int is_memory_error(lua_State *L) {
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  if (text && !strcmp(text, "not enough memory"))
    return 1;
  fail_msg("raised: %s", luaL_tolstring(L, -1, NULL));
  return 0;
}

typedef enum victim { OF_CORE, OF_LUA } victim;

/* Runs a script while the allocations of `whose` fail from the n-th on.  Returns whether it
 * succeeded. */
static int succeeds(const script *it, victim whose, long n) {
  budget memory = {.fails_from = -1};
  lua_State *L = lua_newstate(allocate, &memory);
  assert_non_null(L);
  luaL_openlibs(L);
  lua_pushcfunction(L, run_script);
  lua_pushlightuserdata(L, (void *)(uintptr_t)it);
  lua_state_run(L, "return require('cjson').decode", 0);
  memory.attempts = 0;
  memory.fails_from = whose == OF_LUA ? n : -1;
  gl_mem_fail_from(whose == OF_CORE ? n : -1);
  int result = lua_pcall(L, 2, 0, 0);
  memory.fails_from = -1;
  gl_mem_fail_from(-1);
  int through = result == LUA_OK || !is_memory_error(L);
  lua_close(L);
  assert_int_equal(memory.live, 0);
  assert_int_equal(gl_mem_live(), 0);
  return through;
}

/* Runs every script; at least `least` runs must fail. */
static void expect_no_leaks(victim whose, long least) {
  long failures = 0;
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
    for (long n = 0; !succeeds(&scripts[i], whose, n); n++)
      failures++;
  assert_in_range(failures, least, 100000);
}

static void nothing_leaks_when_an_allocation_of_the_core_fails(void **state) {
  (void)state;
  expect_no_leaks(OF_CORE, 90);
}

static void nothing_leaks_when_an_allocation_of_lua_fails(void **state) {
  (void)state;
  expect_no_leaks(OF_LUA, 2000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_leaks_when_an_allocation_of_the_core_fails),
      cmocka_unit_test(nothing_leaks_when_an_allocation_of_lua_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
