/* Writes a Lua table into a request, by the shape of the operation's input.  Reads tables only with
 * raw accesses, so no metamethod runs. */
#ifndef GL_BINDING_MARSHAL_H
#define GL_BINDING_MARSHAL_H

#include "binding/compat.h"
#include "core/model.h"
#include "core/request.h"

/* Writes the parameters at `index` into `request` for `operation`.  The request must be anchored,
 * its URL is that of the endpoint, and its method that of the operation.  nil counts as an empty
 * table.  Checks all parameters before it writes anything.  If the check finds a problem, raises
 * one ParamValidationError that lists every problem in botocore's words, and leaves `request`
 * unchanged. */
void gl_marshal_input(lua_State *L, int index, const gl_operation *operation, gl_request *request);

#endif
