#include "binding/redact.h"

#include <string.h>

enum { SECRETS = 2 /* the argument with the secrets */ };

/* Returns the first occurrence of the secret, or NULL. */
static const char *find(const char *text, const char *end, const char *secret, size_t size) {
  while (text && (size_t)(end - text) >= size) {
    text = memchr(text, secret[0], (size_t)(end - text) - size + 1);
    if (text && memcmp(text, secret, size) == 0)
      return text;
    text = text ? text + 1 : NULL;
  }
  return NULL;
}

/* Replaces the secret on top of the stack in the text below, and pops the secret. */
static void remove_secret(lua_State *L) {
  size_t length, size;
  const char *text = lua_tolstring(L, -2, &length), *end = text + length;
  const char *secret = luaL_checklstring(L, -1, &size);
  const char *found = size ? find(text, end, secret, size) : NULL;
  luaL_Buffer rest;
  if (found) {
    luaL_buffinit(L, &rest);
    for (; found; found = find(text, end, secret, size)) {
      luaL_addlstring(&rest, text, (size_t)(found - text));
      luaL_addlstring(&rest, "***", 3);
      text = found + size;
    }
    luaL_addlstring(&rest, text, (size_t)(end - text));
    luaL_pushresult(&rest);
    lua_replace(L, -3);
  }
  lua_pop(L, 1);
}

/* Redacts the string on top of the stack. */
static void redact_string(lua_State *L) {
  int count = (int)gl_compat_rawlen(L, SECRETS);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, SECRETS, i);
    remove_secret(L);
  }
}

/* Redacts the strings of the table on top of the stack. */
static void redact_table(lua_State *L) {
  luaL_checkstack(L, 8, NULL);
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (lua_type(L, -1) == LUA_TTABLE)
      redact_table(L);
    if (lua_type(L, -1) != LUA_TSTRING) {
      lua_pop(L, 1);
      continue;
    }
    redact_string(L);
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
}

int gl_lua_redact(lua_State *L) {
  luaL_checktype(L, SECRETS, LUA_TTABLE);
  lua_pushvalue(L, 1);
  if (lua_type(L, -1) == LUA_TTABLE)
    redact_table(L);
  else {
    luaL_checktype(L, 1, LUA_TSTRING);
    redact_string(L);
  }
  return 1;
}
