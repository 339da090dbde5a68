/* Lua table -> request, by declared shape.  Only raw accesses: no metamethod runs. */
#ifndef GL_BINDING_MARSHAL_H
#define GL_BINDING_MARSHAL_H

#include "binding/compat.h"
#include "core/model.h"
#include "core/request.h"

/* Writes the parameters at `index` into `request`, whose URL is that of the endpoint, for
 * `operation`.  nil is the same as an empty table.  Everything is checked first.  If anything is
 * wrong, raises one ParamValidationError that lists every problem in botocore's words, and writes
 * nothing.  `request` must be anchored. */
void gl_marshal_input(lua_State *L, int index, const gl_operation *operation, gl_request *request);

#endif
