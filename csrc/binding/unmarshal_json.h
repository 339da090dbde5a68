/* Converts JSON to Lua values with lua-cjson, and corrects its numbers.  Part of the room
 * `unmarshal`. */
#ifndef GL_BINDING_UNMARSHAL_JSON_H
#define GL_BINDING_UNMARSHAL_JSON_H

#include "binding/compat.h"

/* Prepares a text (core/json_prepare.h) and pushes the value that lua-cjson's function at index
 * `decode` returns for it, or nil if the text is not JSON.  Raises an error only if memory runs out
 * or, in Lua 5.2 and 5.3, if a finalizer fails meanwhile. */
void gl_json_push(lua_State *L, const char *text, size_t length, int decode);

/* Returns whether the value at `index` is a number that the prepared text contained as a string. */
int gl_json_is_number(lua_State *L, int index);

/* Pushes the value at `index`.  A number that was a string in the prepared text becomes a number
 * again: an integer if it was written as a 64-bit integer, otherwise a float.  A float without a
 * fraction that lua-cjson returned becomes an integer. */
void gl_json_push_value(lua_State *L, int index);

/* core.decode(decode, text) -> the value of a JSON text, or nil if it is not JSON.  `decode` is the
 * function of that name of lua-cjson, or of an instance from cjson.new.  Integers of 64 bits are
 * exact in Lua 5.3 and later; elsewhere, integers up to 2^53 are. */
int gl_lua_decode(lua_State *L);

#endif
