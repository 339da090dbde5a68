/* Loads libcurl in less time than Lua's own loader. */
#ifndef GL_BINDING_LOAD_CURL_H
#define GL_BINDING_LOAD_CURL_H

#include "binding/compat.h"

/* core.load_curl(): loads the module glacier.curl from the directory of glacier.core, before
 * `require` loads it.  Lua's own loader binds all symbols of libcurl and of its libraries at once,
 * which takes as long as several calls.  This function binds each symbol when it is first used.  It
 * ignores failures, because `require` then loads the module in the usual way and reports them. */
int gl_lua_load_curl(lua_State *L);

#endif
