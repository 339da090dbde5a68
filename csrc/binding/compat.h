/* Hides the differences between the C APIs of Lua 5.1 (with LuaJIT) to 5.5.  No other file tests
 * LUA_VERSION_NUM. */
#ifndef GL_BINDING_COMPAT_H
#define GL_BINDING_COMPAT_H

#include <lauxlib.h>
#include <lua.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#if LUA_VERSION_NUM < 502
#define gl_compat_rawlen lua_objlen
#else
#define gl_compat_rawlen lua_rawlen
#endif

/* Pushes the registry's value with the address `key`. */
void gl_compat_registered(lua_State *L, const void *key);

/* Converts an index to one that counts from the bottom of the stack.  Leaves a pseudo-index
 * unchanged. */
int gl_compat_absindex(lua_State *L, int index);

/* Works as luaL_setfuncs.  Adds functions to the table that is below the `upvalues` values on top
 * of the stack.  Each function gets copies of these values as upvalues.  Pops the values. */
void gl_compat_setfuncs(lua_State *L, const luaL_Reg *functions, int upvalues);

/* Pushes a userdata of `size` bytes that can have an anchor, and returns its memory. */
void *gl_compat_newuserdata(lua_State *L, size_t size);

/* Pops a value and makes it the anchor of the userdata at `index`, which keeps the value alive. */
void gl_compat_set_anchor(lua_State *L, int index);

/* Converts the number at `index` to a 64-bit integer.  Returns whether it is such an integer; a
 * float without a fraction counts as one.  The value must not be a string. */
int gl_compat_toint64(lua_State *L, int index, int64_t *out);

/* Returns the stream of the io library's file at argument `index`, or NULL if the file is closed.
 * Raises an argument error for any other value. */
FILE *gl_compat_checkfile(lua_State *L, int index);

/* Pushes an integer.  A Lua without an integer type gets the nearest number. */
void gl_compat_pushint64(lua_State *L, int64_t value);

#endif
