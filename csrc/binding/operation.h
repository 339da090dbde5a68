/* Operations of the model, as arguments. */
#ifndef GL_BINDING_OPERATION_H
#define GL_BINDING_OPERATION_H

#include "binding/compat.h"
#include "core/model.h"

/* Pushes a table of all operations, by API name and by method name.  It must be the first upvalue
 * of every function that calls gl_lua_check_operation. */
void gl_lua_push_operations(lua_State *L);

/* The operation that the first argument names.  Raises if there is none. */
const gl_operation *gl_lua_check_operation(lua_State *L);

#endif
