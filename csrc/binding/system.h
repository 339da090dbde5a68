/* Time and random numbers for the Lua layer: os.time has only whole seconds, and math.random of
 * LuaJIT and of Lua before 5.4 returns the same numbers in every process. */
#ifndef GL_BINDING_SYSTEM_H
#define GL_BINDING_SYSTEM_H

#include "binding/box.h"

/* core.time() -> number: seconds since the epoch, with a fraction */
int gl_lua_time(lua_State *L);

/* core.monotonic() -> number: seconds on a clock that is never set back */
int gl_lua_monotonic(lua_State *L);

/* core.sleep(seconds): blocks for that time, at most a day, or until a signal is handled */
int gl_lua_sleep(lua_State *L);

/* core.random() -> number: at least 0 and below 1, from 32 random bits of gl_random */
int gl_lua_random(lua_State *L);

/* core.uuid() -> string: a random UUID (RFC 9562, version 4).  Its upvalue is a gl_identifiers_box.
 */
int gl_lua_uuid(lua_State *L);

/* The random bytes of core.uuid and core.prepare: a gl_identifiers. */
extern const gl_box_class gl_identifiers_box;

#endif
