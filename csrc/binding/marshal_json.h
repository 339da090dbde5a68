/* Lua value -> JSON.  Part of the room `marshal`. */
#ifndef GL_BINDING_MARSHAL_JSON_H
#define GL_BINDING_MARSHAL_JSON_H

#include "binding/compat.h"

/* core.encode(value) -> string: a JSON text.  A table with the keys 1 to n is a list, any other
 * table an object, and so is an empty one.  nil and lua-cjson's null are null.  Integers are exact,
 * and the locale does not matter.  Raises a Lua error for values that JSON does not have. */
int gl_lua_encode(lua_State *L);

#endif
