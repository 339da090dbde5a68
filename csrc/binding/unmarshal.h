/* Response -> Lua table, by declared shape. */
#ifndef GL_BINDING_PUSH_H
#define GL_BINDING_PUSH_H

#include "binding/compat.h"
#include "core/model.h"
#include "core/response.h"

/* Pushes the ResponseMetadata: HTTPStatusCode, HTTPHeaders (lower-case names, fields of one name
 * joined with ", "), RequestId where the service sent one. */
void gl_push_metadata(lua_State *L, const gl_response *response);

/* Pushes the operation's output with `metadata` (an index) as its ResponseMetadata, or nil and an
 * error object where the body is not what the shapes say.  `decoded` is the index of the body as
 * lua-cjson decoded it, nil where it is empty or no JSON object.  Members that the model does not
 * know are dropped, and JSON nulls are absent, in lists too.  Whole numbers are integers, as exact
 * as lua-cjson gives them (some of its versions only to 2^53); a number or boolean where a string
 * belongs stays what it is.  Returns how many values it pushed. */
int gl_unmarshal_output(lua_State *L, const gl_operation *operation, const gl_response *response,
                        int decoded, int metadata);

#endif
