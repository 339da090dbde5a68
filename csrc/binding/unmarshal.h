/* Makes a Lua table of a response, by the shape of the operation's output. */
#ifndef GL_BINDING_UNMARSHAL_H
#define GL_BINDING_UNMARSHAL_H

#include "binding/compat.h"
#include "core/model.h"
#include "core/response.h"

/* Pushes the operation's output with `metadata` (an index) as its ResponseMetadata; or nil and an
 * error object if the body is not what the shapes say or a required member is missing.  `decoded`
 * is the index of the body's value as gl_json_push gives it, nil if it is empty or not a JSON
 * object. Members that the model does not know are dropped, and JSON nulls are absent, in lists
 * too. Integers are exact; a number or boolean where a string belongs stays what it is.  Returns
 * how many values it pushed. */
int gl_unmarshal_output(lua_State *L, const gl_operation *operation, const gl_response *response,
                        int decoded, int metadata);

#endif
