#include "binding/text.h"

#include "binding/box.h"
#include "binding/error_object.h"
#include "core/date.h"
#include "core/digest.h"
#include "core/uri.h"
#include "core/utf8.h"

/* Pushes the content of the buffer at `index` and frees the buffer. */
static int return_buf(lua_State *L, int index, const gl_buf *buf) {
  lua_pushlstring(L, gl_buf_string(buf), buf->length);
  gl_box_clear(L, index, &gl_buf_box);
  return 1;
}

int gl_lua_uri_encode(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_settop(L, 1);
  gl_buf *out = gl_box_new_buf(L);
  if (gl_uri_encode(out, text, length, NULL))
    return gl_raise_memory(L);
  return return_buf(L, 2, out);
}

int gl_lua_utf8_valid(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_pushboolean(L, gl_utf8_valid(text, length));
  return 1;
}

int gl_lua_utf8_clean(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_Number number = luaL_optnumber(L, 2, -1);
  size_t limit = number >= 0 && number < 1e15 ? (size_t)number : SIZE_MAX;
  lua_settop(L, 1);
  if (length <= limit && gl_utf8_valid(text, length))
    return 1;
  gl_buf *out = gl_box_new_buf(L);
  if (gl_utf8_append_clean(out, text, length, limit))
    return gl_raise_memory(L);
  return return_buf(L, 2, out);
}

int gl_lua_sha1_hex(lua_State *L) {
  size_t length;
  char hex[GL_SHA1_HEX_SIZE];
  gl_error error;
  const char *text = luaL_checklstring(L, 1, &length);
  if (gl_sha1_hex(text, length, hex, &error))
    return gl_raise(L, &error, NULL);
  lua_pushstring(L, hex);
  return 1;
}

int gl_lua_parse_date(lua_State *L) {
  size_t length;
  int64_t time;
  const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : NULL;
  if (text && gl_date_parse(text, length, &time) == 0)
    gl_compat_pushint64(L, time);
  else
    lua_pushnil(L);
  return 1;
}
