/* luaopen_glacier_curl: the C module with libcurl.  It is loaded by the first request that is sent
 * over libcurl, so a program with a transport of its own does not need libcurl.  It shares the
 * classes of requests, responses and event sets, and the error object, with glacier.core. */
#include "binding/error_object.h"
#include "binding/events.h"
#include "binding/request.h"
#include "binding/response.h"
#include "binding/stay_loaded.h"
#include "binding/transfer.h"

static const luaL_Reg functions[] = {{"pool", gl_lua_pool}, {NULL, NULL}};

/* Only glacier.core registers the classes of requests and responses with their methods, so it must
 * be first. */
static void check_core(lua_State *L) {
  lua_pushstring(L, gl_request_box.name);
  lua_rawget(L, LUA_REGISTRYINDEX);
  if (lua_isnil(L, -1))
    luaL_error(L, "glacier.core must be loaded before glacier.curl");
  lua_pop(L, 1);
}

int luaopen_glacier_curl(lua_State *L);

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_glacier_curl(lua_State *L) {
  static const gl_box_class *const classes[] = {&gl_buf_box,    &gl_request_box, &gl_response_box,
                                                &gl_events_box, &gl_pool_box,    &gl_transfer_box};
  /* When the state is closed, a thread of libcurl may still resolve a name.  Also, libcurl keeps
   * memory for the whole process, which would be lost if libcurl were unloaded. */
  gl_stay_loaded(functions);
  check_core(L);
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    gl_box_register(L, classes[i]);
  lua_newtable(L);
  gl_compat_setfuncs(L, functions, 0);
  return 1;
}
