#include "binding/marshal_json.h"

#include "binding/box.h"
#include "binding/error_object.h"
#include "core/json.h"
#include "core/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 200 /* levels of nested tables; a table that contains itself has more */ };

typedef struct encoder {
  lua_State *L;
  gl_json json;
  int depth;
} encoder;

static void write_value(encoder *to, int index);

static void check(encoder *to, int failed) {
  if (failed)
    gl_raise_memory(to->L);
}

/* ---- plain values ------------------------------------------------------------------------ */

/* Replaces the decimal separator of the locale, which may have several bytes, with a point. */
static void remove_locale(char *text) {
  size_t start = strspn(text, "+-0123456789");
  size_t length = strcspn(text + start, "0123456789eE");
  if (length == 0)
    return;
  text[start] = '.';
  memmove(text + start + 1, text + start + length, strlen(text + start + length) + 1);
}

/* Writes 15 digits if they are enough to read back the same number, otherwise 17. */
static void write_float(encoder *to, lua_Number number) {
  char text[64];
  if (!isfinite(number))
    luaL_error(to->L, "JSON cannot represent the number %f", number);
  snprintf(text, sizeof text, "%.15g", number);
  if (strtod(text, NULL) != number)
    snprintf(text, sizeof text, "%.17g", number);
  remove_locale(text);
  check(to, gl_json_raw(&to->json, text, strlen(text)));
}

static void write_number(encoder *to, int index) {
  int64_t integer;
  if (gl_compat_toint64(to->L, index, &integer))
    check(to, gl_json_integer(&to->json, integer));
  else
    write_float(to, lua_tonumber(to->L, index));
}

/* Returns the text of the string on top of the stack, which it replaces with valid UTF-8. */
static const char *clean_text(lua_State *L, size_t *length) {
  const char *text = lua_tolstring(L, -1, length);
  if (gl_utf8_valid(text, *length))
    return text;
  gl_buf *clean = gl_box_new_buf(L);
  if (gl_utf8_append_clean(clean, text, *length, SIZE_MAX))
    gl_raise_memory(L);
  lua_pushlstring(L, gl_buf_string(clean), clean->length);
  gl_box_clear(L, -2, &gl_buf_box);
  lua_replace(L, -3);
  lua_pop(L, 1);
  return lua_tolstring(L, -1, length);
}

static void write_string(encoder *to, int index) {
  size_t length;
  lua_pushvalue(to->L, index);
  const char *text = clean_text(to->L, &length);
  check(to, gl_json_string(&to->json, text, length));
  lua_pop(to->L, 1);
}

/* ---- tables ------------------------------------------------------------------------------ */

/* Returns whether the table's keys are 1 to n, where `n` is its length and not 0.  Each key is
 * checked, because the length of a table with holes may count absent keys. */
static int is_list(lua_State *L, int index, size_t n) {
  size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    int64_t key;
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TNUMBER || !gl_compat_toint64(L, -1, &key) || key < 1 ||
        (uint64_t)key > n) {
      lua_pop(L, 1);
      return 0;
    }
    count++;
  }
  return n > 0 && count == n;
}

static void write_list(encoder *to, int index, size_t count) {
  check(to, gl_json_open(&to->json, '['));
  for (size_t i = 1; i <= count; i++) {
    lua_rawgeti(to->L, index, (int)i);
    write_value(to, lua_gettop(to->L));
    lua_pop(to->L, 1);
  }
  check(to, gl_json_close(&to->json, ']'));
}

/* Uses a copy of the key, because lua_tolstring changes a number on the stack to a string, and
 * lua_next needs the original key. */
static void write_key(encoder *to, int index) {
  size_t length;
  int type = lua_type(to->L, index);
  if (type != LUA_TSTRING && type != LUA_TNUMBER)
    luaL_error(to->L, "JSON cannot represent a key of type %s", lua_typename(to->L, type));
  lua_pushvalue(to->L, index);
  lua_tostring(to->L, -1);
  const char *text = clean_text(to->L, &length);
  check(to, gl_json_key(&to->json, text, length));
  lua_pop(to->L, 1);
}

static void write_object(encoder *to, int index) {
  lua_State *L = to->L;
  check(to, gl_json_open(&to->json, '{'));
  lua_pushnil(L);
  while (lua_next(L, index)) {
    write_key(to, lua_gettop(L) - 1);
    write_value(to, lua_gettop(L));
    lua_pop(L, 1);
  }
  check(to, gl_json_close(&to->json, '}'));
}

static void write_table(encoder *to, int index) {
  if (++to->depth > MAX_DEPTH)
    luaL_error(to->L, "tables nested too deeply for JSON");
  luaL_checkstack(to->L, 12, "tables nested too deeply for JSON");
  size_t count = gl_compat_rawlen(to->L, index);
  if (is_list(to->L, index, count))
    write_list(to, index, count);
  else
    write_object(to, index);
  to->depth--;
}

/* ---- any value --------------------------------------------------------------------------- */

static void write_value(encoder *to, int index) {
  int type = lua_type(to->L, index);
  if (type == LUA_TNIL || (type == LUA_TLIGHTUSERDATA && !lua_touserdata(to->L, index)))
    check(to, gl_json_raw(&to->json, "null", 4));
  else if (type == LUA_TBOOLEAN)
    check(to, gl_json_boolean(&to->json, lua_toboolean(to->L, index)));
  else if (type == LUA_TNUMBER)
    write_number(to, index);
  else if (type == LUA_TSTRING)
    write_string(to, index);
  else if (type == LUA_TTABLE)
    write_table(to, index);
  else
    luaL_error(to->L, "JSON cannot represent a value of type %s", lua_typename(to->L, type));
}

int gl_lua_encode(lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  gl_buf *out = gl_box_new_buf(L);
  encoder to = {L, {out, 0}, 0};
  write_value(&to, 1);
  lua_pushlstring(L, gl_buf_string(out), out->length);
  gl_box_clear(L, 2, &gl_buf_box);
  return 1;
}
