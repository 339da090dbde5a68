#include "binding/waker.h"

#include "binding/error_object.h"
#include "binding/option.h"
#include "core/waker.h"

static void clear(void *value) {
  gl_waker_free(*(gl_waker **)value);
}

int gl_lua_waker(lua_State *L) {
  const char *directory = gl_check_string(L, 1);
  gl_waker **waker = gl_box_new(L, &gl_waker_box);
  if (gl_waker_new(waker, directory))
    return gl_raise_memory(L);
  return *waker ? 1 : 0;
}

static gl_waker *check_self(lua_State *L) {
  gl_waker **waker = gl_box_self(L, &gl_waker_box);
  luaL_argcheck(L, *waker != NULL, 1, "the waker is closed");
  return *waker;
}

static int waker_path(lua_State *L) {
  lua_pushstring(L, gl_waker_path(check_self(L)));
  return 1;
}

static int waker_start(lua_State *L) {
  int result = gl_waker_start(check_self(L));
  if (result > 0)
    return gl_raise_memory(L);
  lua_pushboolean(L, result == 0);
  return 1;
}

static int waker_watch(lua_State *L) {
  gl_waker *waker = check_self(L);
  lua_pushboolean(L, gl_waker_watch(waker, (int)luaL_checkinteger(L, 2)) == 0);
  return 1;
}

static int waker_close(lua_State *L) {
  gl_box_self(L, &gl_waker_box);
  gl_box_clear(L, 1, &gl_waker_box);
  return 0;
}

static const luaL_Reg methods[] = {{"path", waker_path},
                                   {"start", waker_start},
                                   {"watch", waker_watch},
                                   {"close", waker_close},
                                   {NULL, NULL}};

const gl_box_class gl_waker_box = {"glacier.waker", sizeof(gl_waker *), clear, methods, 1};
