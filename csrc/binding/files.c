#include "binding/files.h"

#include "binding/box.h"
#include "binding/error_object.h"
#include "binding/option.h"
#include "core/file.h"
#include "core/home.h"

#include <string.h>

/* Pushes the results for an invalid path.  The system would ignore what follows a NUL. */
static int push_fault(lua_State *L, size_t length) {
  lua_pushnil(L);
  lua_pushstring(L, length ? "the path contains a NUL byte" : "the path is empty");
  lua_pushboolean(L, 0);
  return 3;
}

int gl_lua_read_file(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  lua_Number limit = luaL_checknumber(L, 2);
  luaL_argcheck(L, limit >= 0 && limit < 1e15, 2, "expected a number of bytes");
  if (length == 0 || strlen(path) != length)
    return push_fault(L, length);
  lua_settop(L, 2);
  gl_buf *text = gl_box_new_buf(L);
  gl_file_result result = gl_file_read(path, (size_t)limit, text, why);
  if (result == GL_FILE_MEMORY)
    return gl_raise_memory(L);
  if (result == GL_FILE_OK)
    lua_pushlstring(L, gl_buf_string(text), text->length);
  gl_box_clear(L, 3, &gl_buf_box);
  if (result == GL_FILE_OK)
    return 1;
  lua_pushnil(L);
  lua_pushstring(L, why);
  lua_pushboolean(L, result == GL_FILE_MISSING);
  return 3;
}

int gl_lua_replace_file(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  size_t length;
  const char *path = gl_check_string(L, 1);
  const char *text = luaL_checklstring(L, 2, &length);
  gl_file_result result = gl_file_replace(path, text, length, why);
  if (result == GL_FILE_MEMORY)
    return gl_raise_memory(L);
  if (result == GL_FILE_OK) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}

int gl_lua_home(lua_State *L) {
  const char *user = lua_isnoneornil(L, 1) ? NULL : gl_check_string(L, 1);
  lua_settop(L, 1);
  gl_buf *home = gl_box_new_buf(L);
  int result = gl_home_find(user, home);
  if (result > 0)
    return gl_raise_memory(L);
  if (result < 0)
    return 0;
  lua_pushlstring(L, gl_buf_string(home), home->length);
  return 1;
}
