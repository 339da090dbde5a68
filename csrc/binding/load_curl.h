/* Loads libcurl in less time than Lua's own loader. */
#ifndef GL_BINDING_LOAD_CURL_H
#define GL_BINDING_LOAD_CURL_H

#include "binding/compat.h"

/* core.load_curl() -> function or nil: the loader of the module glacier.curl, for package.preload.
 * It loads the file from the directory of glacier.core.  Lua's own loader binds all symbols of
 * libcurl and of its libraries at once, which takes as long as several calls.  This function binds
 * each symbol when it is first used.  It returns nil if it cannot load the file.  `require` then
 * loads the module in the usual way and reports why that fails. */
int gl_lua_load_curl(lua_State *L);

#endif
