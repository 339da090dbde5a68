/* One spelling for what differs between the Lua C APIs 5.1 (with LuaJIT) to 5.5.  No other file
 * tests LUA_VERSION_NUM. */
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

/* The index, counted from the bottom of the stack. */
int gl_compat_absindex(lua_State *L, int index);

/* Adds functions to the table below the `upvalues` values on top, each function with copies of
 * these values, and pops them: luaL_setfuncs. */
void gl_compat_setfuncs(lua_State *L, const luaL_Reg *functions, int upvalues);

/* Pushes a userdata that gl_compat_set_anchor can be used on. */
void *gl_compat_newuserdata(lua_State *L, size_t size);

/* Keeps the table on top alive as long as the userdata at `index`, and pops it. */
void gl_compat_set_anchor(lua_State *L, int index);

/* Whether the number at `index` (of type number, not a string) is an integer of 64 bits; an
 * integral float is one. */
int gl_compat_toint64(lua_State *L, int index, int64_t *out);

/* The stream of the open file of the io library at `index`, which is an argument; NULL for a closed
 * one.  Raises for any other value. */
FILE *gl_compat_checkfile(lua_State *L, int index);

/* Pushes an integer: of Lua's integer type where there is one, otherwise the nearest number. */
void gl_compat_pushint64(lua_State *L, int64_t value);

#endif
