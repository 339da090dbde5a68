#include "binding/body_hash.h"

#include "binding/error_object.h"
#include "binding/events.h"
#include "core/body_hash.h"
#include "core/background.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A hash and the descriptor that it reads. */
typedef struct body_hash {
  gl_body_hash hash;
  int started;
  int has_file;
  int fd;
} body_hash;

static void clear(void *value) {
  body_hash *self = value;
  gl_body_hash_clear(&self->hash);
  if (self->has_file)
    close(self->fd);
  self->has_file = 0;
}

/* ---- starting ---------------------------------------------------------------------------- */

static int opt_threads(lua_State *L, int argument) {
  lua_Number threads = luaL_optnumber(L, argument, gl_body_hash_default_threads());
  luaL_argcheck(L, threads >= 0, argument, "expected a number of threads");
  return threads < GL_BACKGROUND_THREADS ? (int)threads : GL_BACKGROUND_THREADS;
}

static gl_events *opt_events(lua_State *L, int argument) {
  if (lua_isnoneornil(L, argument))
    return NULL;
  gl_events **events = gl_box_check(L, argument, &gl_events_box);
  luaL_argcheck(L, *events != NULL, argument, "the event set was cleared");
  return *events;
}

/* Starts the hash on top of the stack.  The arguments threads, skip_linear and events begin at
 * index `first`.  Anchors the body, which is at index 1. */
static void start(lua_State *L, body_hash *self, const gl_body_input *input, int first) {
  gl_error error;
  int threads = opt_threads(L, first), skip_linear = lua_toboolean(L, first + 1);
  gl_events *events = opt_events(L, first + 2);
  lua_pushvalue(L, 1);
  gl_compat_set_anchor(L, -2);
  if (gl_body_hash_start(&self->hash, input, threads, skip_linear, events, &error))
    gl_raise(L, &error, NULL);
  self->started = 1;
}

int gl_lua_hash_string(lua_State *L) {
  size_t length;
  luaL_checktype(L, 1, LUA_TSTRING);
  lua_settop(L, 4);
  const char *text = lua_tolstring(L, 1, &length);
  body_hash *self = gl_box_new(L, &gl_body_hash_box);
  gl_body_input input = {(const unsigned char *)text, 0, 0, length};
  start(L, self, &input, 2);
  return 1;
}

static FILE *check_file(lua_State *L) {
  FILE *stream = gl_compat_checkfile(L, 1);
  luaL_argcheck(L, stream != NULL, 1, "the file is closed");
  return stream;
}

static uint64_t opt_position(lua_State *L, int argument, int64_t by_default) {
  int64_t position = by_default;
  if (!lua_isnoneornil(L, argument)) {
    luaL_checktype(L, argument, LUA_TNUMBER);
    luaL_argcheck(L, gl_compat_toint64(L, argument, &position), argument, "expected an integer");
  }
  luaL_argcheck(L, position >= 0, argument, "expected a number that is not negative");
  return (uint64_t)position;
}

int gl_lua_hash_file(lua_State *L) {
  struct stat facts;
  FILE *stream = check_file(L);
  lua_settop(L, 6);
  fflush(stream); /* pread does not see bytes in the stream's buffer */
  int64_t at = ftello(stream);
  if (at < 0 || fstat(fileno(stream), &facts) != 0 || !S_ISREG(facts.st_mode))
    return 0;
  uint64_t offset = opt_position(L, 2, at);
  int64_t left = (int64_t)facts.st_size - (int64_t)offset;
  uint64_t length = opt_position(L, 3, left > 0 ? left : 0);
  body_hash *self = gl_box_new(L, &gl_body_hash_box);
  self->fd = fcntl(fileno(stream), F_DUPFD_CLOEXEC, 0);
  self->has_file = self->fd >= 0;
  if (!self->has_file)
    return luaL_error(L, "too many open files");
  gl_body_input input = {NULL, self->fd, offset, length};
  start(L, self, &input, 4);
  gl_compat_pushint64(L, (int64_t)length);
  return 2;
}

/* ---- methods ----------------------------------------------------------------------------- */

static gl_body_hash *check_self(lua_State *L) {
  body_hash *self = gl_box_self(L, &gl_body_hash_box);
  luaL_argcheck(L, self->started, 1, "the hash was cancelled");
  return &self->hash;
}

static int hash_poll(lua_State *L) {
  gl_body_hash *hash = check_self(L);
  long wait = lua_isnoneornil(L, 2) ? 0 : gl_lua_check_ms(L, 2);
  lua_pushboolean(L, gl_body_hash_poll(hash, wait));
  return 1;
}

static int hash_has_threads(lua_State *L) {
  lua_pushboolean(L, gl_body_hash_has_threads(check_self(L)));
  return 1;
}

static int hash_wait(lua_State *L) {
  gl_body_hash_wait(check_self(L));
  return 0;
}

static int hash_result(lua_State *L) {
  char hex[GL_SHA256_HEX_SIZE];
  gl_body_hash *hash = check_self(L);
  gl_body_hash_wait(hash);
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
    {"poll", hash_poll},     {"has_threads", hash_has_threads}, {"wait", hash_wait},
    {"result", hash_result}, {"cancel", hash_cancel},           {NULL, NULL},
};

const gl_box_class gl_body_hash_box = {"glacier.body_hash", sizeof(body_hash), clear, methods, 1};
