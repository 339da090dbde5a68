/* Responses as userdata, and their conversion to a table or an error object. */
#ifndef GL_BINDING_RESPONSE_H
#define GL_BINDING_RESPONSE_H

#include "binding/box.h"
#include "core/response.h"

extern const gl_box_class gl_response_box; /* boxes that contain a gl_response */

/* core.response{ status=, headers={…}, body= } -> response, from the result of the host program's
 * own transport; or nil and an error object that names the field that is missing or invalid.  If
 * the body of an error response is too long, it is truncated. */
int gl_lua_response(lua_State *L);

/* core.parse(operation, response, decode) -> output table with its ResponseMetadata; or nil and an
 * error object.  `decode` is a function that decodes JSON as lua-cjson does, or the table of a body
 * that was decoded before, or nil to read no JSON.  After a success, drops the headers and the body
 * of the response, but not if the output may be a blob, because the blob is the body. */
int gl_lua_parse(lua_State *L);

#endif
