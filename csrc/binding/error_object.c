#include "binding/error_object.h"

#include "binding/box.h"
#include "core/utf8.h"

#include <limits.h>
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

/* If all attempts were used, pushes a text such as " (reached max retries: 2)" and returns 1.
 * Otherwise, or if user code has set an invalid number, pushes nothing and returns 0. */
static int push_max_retries(lua_State *L) {
  int64_t retries;
  if (!push_retries(L))
    return 0;
  int is_count = lua_type(L, -1) == LUA_TNUMBER && gl_compat_toint64(L, -1, &retries) &&
                 retries >= 0 && retries <= INT_MAX;
  lua_pop(L, 1);
  if (is_count)
    lua_pushfstring(L, " (reached max retries: %d)", (int)retries);
  return is_count;
}

/* Pushes botocore's text, with a hint if the account cannot use Glacier.  The parts are
 * concatenated, not formatted, because a message may contain NUL bytes. */
static void push_service_text(lua_State *L) {
  int bottom = lua_gettop(L);
  lua_pushliteral(L, "An error occurred (");
  push_field(L, "code");
  lua_pushliteral(L, ") when calling the ");
  push_field(L, "operation");
  lua_pushliteral(L, " operation");
  push_max_retries(L);
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

/* Limits in bytes: a server may send a whole page as its message or code. */
enum { MESSAGE_MAX = 4096, CODE_MAX = 256 };

static int is_control(char byte, int keeps_lines) {
  return ((unsigned char)byte < 0x20 && !(keeps_lines && byte == '\n')) || byte == 0x7F;
}

/* Replaces the string at -2 with the content of the buffer on top. */
static void replace_with_buf(lua_State *L, const gl_buf *buf) {
  lua_pushlstring(L, gl_buf_string(buf), buf->length);
  gl_box_clear(L, -2, &gl_buf_box);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* Replaces the string on top with valid UTF-8 of at most `limit` bytes. */
static void clean_text(lua_State *L, size_t limit) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  if (length <= limit && gl_utf8_valid(text, length))
    return;
  gl_buf *clean = gl_box_new_buf(L);
  if (gl_utf8_append_clean(clean, text, length, limit))
    gl_raise_memory(L);
  replace_with_buf(L, clean);
}

/* Replaces each control character in the string on top with an escape such as "\x1b".  Keeps line
 * breaks if `keeps_lines`. */
static void escape_controls(lua_State *L, int keeps_lines) {
  size_t length, plain = 0;
  const char *text = lua_tolstring(L, -1, &length);
  while (plain < length && !is_control(text[plain], keeps_lines))
    plain++;
  if (plain == length)
    return;
  gl_buf *out = gl_box_new_buf(L);
  for (size_t i = 0; i < length; i++)
    if (is_control(text[i], keeps_lines)
            ? gl_buf_append_format(out, "\\x%02x", (unsigned char)text[i])
            : gl_buf_append_char(out, text[i]))
      gl_raise_memory(L);
  replace_with_buf(L, out);
}

/* A validation error lists every problem, so its message has no limit. */
static size_t message_limit(gl_kind kind) {
  return kind == GL_VALIDATION ? SIZE_MAX : MESSAGE_MAX;
}

/* Cleans and cuts the message on top of the stack.  Escapes control characters except line breaks,
 * but not in a service's text. */
static void clean_message(lua_State *L, gl_kind kind) {
  if (kind != GL_OK)
    escape_controls(L, 1);
  clean_text(L, message_limit(kind));
}

/* ---- the core's errors ------------------------------------------------------------------- */

int gl_raise_memory(lua_State *L) {
  lua_pushliteral(L, "not enough memory"); /* without the position that luaL_error adds */
  return lua_error(L);
}

void gl_error_object_new(lua_State *L, gl_kind kind, const char *code, const char *operation) {
  clean_message(L, kind);
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

/* Returns the kind of the error at index 1; GL_OK for "service", "waiter" and any other text. */
static gl_kind kind_of(lua_State *L) {
  static const gl_kind kinds[] = {GL_VALIDATION, GL_CONFIG, GL_CREDENTIALS, GL_TRANSPORT};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (field_is(L, "kind", gl_kind_name(kinds[i])))
      return kinds[i];
  return GL_OK;
}

/* Pushes a field of the error at index 1 and returns 1 if it is a string; otherwise returns 0. */
static int get_string(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  if (lua_type(L, -1) == LUA_TSTRING)
    return 1;
  lua_pop(L, 1);
  return 0;
}

int gl_lua_error(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (get_string(L, "message")) {
    clean_message(L, kind_of(L));
    lua_setfield(L, 1, "message");
  }
  if (get_string(L, "code")) {
    escape_controls(L, 0);
    clean_text(L, CODE_MAX);
    lua_setfield(L, 1, "code");
  }
  gl_error_object_mark(L);
  return 1;
}

int gl_lua_push_outcome(lua_State *L, int result, const char *why) {
  if (result == GL_MEMORY)
    return gl_raise_memory(L);
  if (!result) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}
