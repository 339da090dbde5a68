/* Time, chance and kinds of files, for the Lua layer: os.time has whole seconds only, math.random
 * of LuaJIT begins with the same numbers in every process, and io knows files by their names alone.
 */
#ifndef GL_BINDING_SYSTEM_H
#define GL_BINDING_SYSTEM_H

#include "binding/box.h"

/* core.time() -> number: seconds since the epoch */
int gl_lua_time(lua_State *L);

/* core.monotonic() -> number: seconds on a clock that is never set back */
int gl_lua_monotonic(lua_State *L);

/* core.sleep(seconds): blocks for that long, or until a signal is handled */
int gl_lua_sleep(lua_State *L);

/* core.random() -> number: at least 0, below 1; of OpenSSL's generator */
int gl_lua_random(lua_State *L);

/* core.uuid() -> string: a random UUID (RFC 9562, version 4).  Its upvalue is the box of the pool.
 */
int gl_lua_uuid(lua_State *L);

/* The pool of core.uuid and core.prepare. */
extern const gl_box_class gl_identifiers_box;

#endif
