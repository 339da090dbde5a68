#include "binding/error_object.h"

#include "binding/box.h"
#include "core/utf8.h"

#include <string.h>

static const char registry_key[] = "glacier.error"; /* the same in both C modules */

static void set_string(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* ---- the object -------------------------------------------------------------------------- */

/* Pushes a field of the error as text.  Pushes "" if the field is missing or has another type,
 * because user code may have changed it. */
static void push_field(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, 1);
  if (lua_isstring(L, -1))
    return;
  lua_pop(L, 1);
  lua_pushliteral(L, "");
}

static int field_is(lua_State *L, const char *name, const char *text) {
  push_field(L, name);
  int same = !strcmp(lua_tostring(L, -1), text);
  lua_pop(L, 1);
  return same;
}

/* If all attempts were used, pushes the number of retries.  Returns whether it pushed a value. */
static int push_retries(lua_State *L) {
  int top = lua_gettop(L);
  lua_pushliteral(L, "response");
  lua_rawget(L, 1);
  if (lua_istable(L, -1)) {
    lua_getfield(L, -1, "ResponseMetadata");
    if (lua_istable(L, -1)) {
      lua_getfield(L, -1, "MaxAttemptsReached");
      lua_getfield(L, -2, "RetryAttempts");
      if (lua_toboolean(L, -2) && lua_isnumber(L, -1)) {
        lua_replace(L, top + 1);
        lua_settop(L, top + 1);
        return 1;
      }
    }
  }
  lua_settop(L, top);
  return 0;
}

/* Pushes botocore's text.  The parts are concatenated, not formatted, because a message may contain
 * zero bytes. */
static void push_service_text(lua_State *L) {
  int bottom = lua_gettop(L);
  lua_pushliteral(L, "An error occurred (");
  push_field(L, "code");
  lua_pushliteral(L, ") when calling the ");
  push_field(L, "operation");
  lua_pushliteral(L, " operation");
  if (push_retries(L)) {
    lua_pushfstring(L, " (reached max retries: %d)", (int)lua_tonumber(L, -1));
    lua_remove(L, -2);
  }
  lua_pushliteral(L, ": ");
  push_field(L, "message");
  if (field_is(L, "code", "NoLongerSupportedException"))
    lua_pushliteral(L, " (Amazon Glacier has accepted no new customers since December 2025. This "
                       "account has no Glacier storage, so no operation will work.)");
  lua_concat(L, lua_gettop(L) - bottom);
}

static int error_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (field_is(L, "kind", "service"))
    push_service_text(L);
  else
    push_field(L, "message");
  return 1;
}

void gl_error_object_register(lua_State *L) {
  lua_pushstring(L, registry_key);
  lua_rawget(L, LUA_REGISTRYINDEX);
  int known = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (known)
    return;
  lua_pushstring(L, registry_key);
  lua_newtable(L);
  lua_pushcfunction(L, error_tostring);
  lua_setfield(L, -2, "__tostring");
  set_string(L, "__name", "glacier.error");
  lua_rawset(L, LUA_REGISTRYINDEX);
}

void gl_error_object_mark(lua_State *L) {
  lua_pushstring(L, registry_key);
  lua_rawget(L, LUA_REGISTRYINDEX);
  lua_setmetatable(L, -2);
}

/* ---- messages ---------------------------------------------------------------------------- */

enum { MESSAGE_MAX = 4096 /* bytes: a server may send a whole page as its message */ };

/* Replaces the string on top with valid UTF-8 of at most `limit` bytes. */
static void clean_text(lua_State *L, size_t limit) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  if (length <= limit && gl_utf8_valid(text, length))
    return;
  gl_buf *clean = gl_box_new_buf(L);
  if (gl_utf8_append_clean(clean, text, length, limit))
    gl_raise_memory(L);
  lua_pushlstring(L, gl_buf_string(clean), clean->length);
  gl_box_clear(L, -2, &gl_buf_box);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* A validation error lists every problem, so its message has no limit. */
static size_t message_limit(gl_kind kind) {
  return kind == GL_VALIDATION ? SIZE_MAX : MESSAGE_MAX;
}

/* ---- the core's errors ------------------------------------------------------------------- */

int gl_raise_memory(lua_State *L) {
  return luaL_error(L, "not enough memory");
}

void gl_error_object_new(lua_State *L, gl_kind kind, const char *code, const char *operation) {
  clean_text(L, message_limit(kind));
  lua_createtable(L, 0, 6);
  lua_insert(L, -2);
  lua_setfield(L, -2, "message");
  set_string(L, "code", code);
  set_string(L, "kind", gl_kind_name(kind));
  if (operation)
    set_string(L, "operation", operation);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "retryable");
  gl_error_object_mark(L);
}

void gl_error_object_push(lua_State *L, const gl_error *error, const char *operation) {
  if (error->kind == GL_MEMORY)
    gl_raise_memory(L);
  lua_pushstring(L, error->message);
  gl_error_object_new(L, error->kind, error->code, operation);
  lua_pushboolean(L, error->retryable);
  lua_setfield(L, -2, "retryable");
}

int gl_raise(lua_State *L, const gl_error *error, const char *operation) {
  gl_error_object_push(L, error, operation);
  return lua_error(L);
}

int gl_lua_error(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  gl_kind kind = field_is(L, "kind", gl_kind_name(GL_VALIDATION)) ? GL_VALIDATION : GL_OK;
  lua_getfield(L, 1, "message");
  if (lua_type(L, -1) == LUA_TSTRING) {
    clean_text(L, message_limit(kind));
    lua_setfield(L, 1, "message");
  }
  lua_settop(L, 1);
  gl_error_object_mark(L);
  return 1;
}

int gl_lua_push_outcome(lua_State *L, int result, const char *problem) {
  if (result == GL_MEMORY)
    return gl_raise_memory(L);
  if (!result) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, problem);
  return 2;
}
