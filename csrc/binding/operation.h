/* Reads an operation of the model from an argument. */
#ifndef GL_BINDING_OPERATION_H
#define GL_BINDING_OPERATION_H

#include "binding/compat.h"
#include "core/model.h"

/* Pushes a table of all operations.  Its keys are API names and method names.  It must be the first
 * upvalue of every function that calls gl_lua_check_operation. */
void gl_lua_push_operations(lua_State *L);

/* Returns the operation that the first argument names.  Raises an argument error for any other
 * name. */
const gl_operation *gl_lua_check_operation(lua_State *L);

#endif
