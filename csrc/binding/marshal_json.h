/* Converts a Lua value to JSON.  Part of the room `marshal`. */
#ifndef GL_BINDING_MARSHAL_JSON_H
#define GL_BINDING_MARSHAL_JSON_H

#include "binding/compat.h"

/* core.encode(value) -> string: a JSON text.  A table whose keys are 1 to n becomes an array.  Any
 * other table, also an empty one, becomes an object.  nil and lua-cjson's null become null.
 * Integers are exact, and the result does not depend on the locale.  Raises a Lua error for a value
 * of another type, for another key than a string or number, for NaN and infinity, and for tables
 * that are nested too deeply.  In strings and keys, U+FFFD replaces what is not valid UTF-8. */
int gl_lua_encode(lua_State *L);

#endif
