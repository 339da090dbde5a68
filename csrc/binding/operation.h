/* The model's operations and exceptions for Lua. */
#ifndef GL_BINDING_OPERATION_H
#define GL_BINDING_OPERATION_H

#include "binding/compat.h"
#include "core/model.h"

/* Returns the operation that the first argument names: its API name or its method name.  Raises an
 * argument error for any other value.  The first upvalue of the C function that calls it must be a
 * table, which keeps the operations that have been found. */
const gl_operation *gl_lua_check_operation(lua_State *L);

/* core.operation(method_name) -> API name, or nothing for any other value */
int gl_lua_operation(lua_State *L);

/* core.operations() -> a new table of all operations: method name -> API name */
int gl_lua_operations(lua_State *L);

/* core.exceptions() -> a new list of the codes of the modelled exceptions */
int gl_lua_exceptions(lua_State *L);

#endif
