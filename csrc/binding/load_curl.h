/* Loads libcurl in less time than Lua's own loader. */
#ifndef GL_BINDING_LOAD_CURL_H
#define GL_BINDING_LOAD_CURL_H

#include "binding/compat.h"

/* core.load_curl(): loads the module glacier.curl from the folder of glacier.core, so that
 * `require` finds it loaded.  The libraries that libcurl needs are then bound lazily, which Lua's
 * own loader does not do: it binds all their symbols at once, which takes as long as several calls.
 * Does nothing if the module is not there or cannot be loaded: `require` reports that. */
int gl_lua_load_curl(lua_State *L);

#endif
