#include "binding/body_hash.h"

#include "binding/body_input.h"
#include "binding/error_object.h"
#include "binding/events.h"
#include "core/body_hash.h"
#include "core/background.h"

typedef struct body_hash {
  gl_body_hash hash;
  gl_lua_input body;
  int started;
} body_hash;

static void clear(void *value) {
  body_hash *self = value;
  gl_body_hash_clear(&self->hash);
  gl_lua_input_clear(&self->body);
}

/* ---- starting ---------------------------------------------------------------------------- */

/* Reads the number of processors only if threads can be used, because reading it takes system
 * calls. */
static int opt_threads(lua_State *L, int argument, uint64_t length) {
  if (lua_isnoneornil(L, argument))
    return length < GL_BODY_HASH_THREADS_FROM ? 0 : gl_body_hash_default_threads();
  lua_Number threads = luaL_checknumber(L, argument);
  luaL_argcheck(L, threads >= 0, argument, "expected a number of threads");
  return threads < GL_BACKGROUND_THREADS ? (int)threads : GL_BACKGROUND_THREADS;
}

int gl_lua_hash_body(lua_State *L) {
  gl_error error;
  lua_settop(L, 6);
  body_hash *self = gl_box_new(L, &gl_body_hash_box);
  if (!gl_lua_input_open(L, 1, &self->body))
    return 0;
  int threads = opt_threads(L, 4, self->body.input.length);
  int skip_linear = lua_toboolean(L, 5);
  gl_events *events = lua_isnil(L, 6) ? NULL : gl_lua_check_events(L, 6);
  lua_pushvalue(L, 1);
  gl_compat_set_anchor(L, -2);
  if (gl_body_hash_start(&self->hash, &self->body.input, threads, skip_linear, events, &error))
    return gl_raise(L, &error, NULL);
  self->started = 1;
  gl_compat_pushint64(L, (int64_t)self->body.input.length);
  return 2;
}

/* ---- methods ----------------------------------------------------------------------------- */

static body_hash *check_self(lua_State *L) {
  body_hash *self = gl_box_self(L, &gl_body_hash_box);
  luaL_argcheck(L, self->started, 1, "the hash was cancelled");
  return self;
}

static int hash_poll(lua_State *L) {
  gl_body_hash *hash = &check_self(L)->hash;
  long wait = lua_isnoneornil(L, 2) ? 0 : gl_lua_check_ms(L, 2);
  lua_pushboolean(L, gl_body_hash_poll(hash, wait));
  return 1;
}

static int hash_has_threads(lua_State *L) {
  lua_pushboolean(L, gl_body_hash_has_threads(&check_self(L)->hash));
  return 1;
}

/* hash:needs_caller() -> whether the next poll can do something; it never waits */
static int hash_needs_caller(lua_State *L) {
  lua_pushboolean(L, gl_body_hash_needs_caller(&check_self(L)->hash));
  return 1;
}

static int hash_result(lua_State *L) {
  char hex[GL_SHA256_HEX_SIZE];
  body_hash *self = check_self(L);
  gl_body_hash *hash = &self->hash;
  gl_body_hash_wait(hash);
  gl_lua_input_clear(&self->body); /* closes the file here: the collector may run much later */
  if (hash->error.kind == GL_VALIDATION) {
    lua_pushnil(L);
    lua_pushstring(L, hash->error.message);
    return 2;
  }
  if (hash->error.kind)
    return gl_raise(L, &hash->error, NULL);
  gl_hex(hash->tree, hex);
  lua_pushstring(L, hex);
  if (hash->skip_linear)
    return 1;
  gl_hex(hash->linear, hex);
  lua_pushstring(L, hex);
  return 2;
}

static int hash_cancel(lua_State *L) {
  gl_box_self(L, &gl_body_hash_box);
  gl_box_clear(L, 1, &gl_body_hash_box);
  return 0;
}

static const luaL_Reg methods[] = {
    {"poll", hash_poll},     {"has_threads", hash_has_threads}, {"needs_caller", hash_needs_caller},
    {"result", hash_result}, {"cancel", hash_cancel},           {NULL, NULL},
};

const gl_box_class gl_body_hash_box = {"glacier.body_hash", sizeof(body_hash), clear, methods, 1};
