/* JSON -> Lua values: lua-cjson reads, and its numbers are corrected.  Part of the room
 * `unmarshal`. */
#ifndef GL_BINDING_UNMARSHAL_JSON_H
#define GL_BINDING_UNMARSHAL_JSON_H

#include "binding/compat.h"

/* Pushes the value of a text as the function at `decode`, lua-cjson's, gives it for the prepared
 * text (core/json_prepare.h); nil if it is not JSON.  Raises if memory runs out. */
void gl_json_push(lua_State *L, const char *text, size_t length, int decode);

/* Whether the value at `index` is a number of such a text, which lua-cjson gave as a string. */
int gl_json_is_number(lua_State *L, int index);

/* Pushes the value at `index`; a number of such a text as a number: an integer if it was written as
 * one of 64 bits, otherwise a float. */
void gl_json_push_value(lua_State *L, int index);

/* core.decode(decode, text) -> the value of a JSON text, nil if it is not JSON.  `decode` is the
 * function of an instance of lua-cjson.  Integers are exact (Lua 5.3 and later: of 64 bits). */
int gl_lua_decode(lua_State *L);

#endif
