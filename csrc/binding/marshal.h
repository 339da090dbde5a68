/* Lua table -> request, by declared shape.  Only raw accesses: no metamethod runs. */
#ifndef GL_BINDING_MARSHAL_H
#define GL_BINDING_MARSHAL_H

#include "binding/compat.h"
#include "core/model.h"
#include "core/request.h"

/* Writes the parameters at `index` into `request`, whose URL is the endpoint's, as `operation`
 * wants them.  nil is a table without members.  First everything is checked, and every problem
 * found is listed in the one ParamValidationError that is raised, in botocore's words; nothing is
 * written then.  `request` must be anchored. */
void gl_marshal_input(lua_State *L, int index, const gl_operation *operation, gl_request *request);

#endif
