/* The response as a userdata, and its end: a table or an error object. */
#ifndef GL_BINDING_RESPONSE_H
#define GL_BINDING_RESPONSE_H

#include "binding/box.h"
#include "core/response.h"

extern const gl_box_class gl_response_box; /* of a gl_response */

/* core.response{ status=, headers={…}, body= } -> response: what a host's own transport received.
 * An error's body over its bound is cut.  Raises a Lua error that names what is missing or of the
 * wrong type. */
int gl_lua_response(lua_State *L);

/* core.parse(operation, response, decoded) -> output table with its ResponseMetadata; or nil and an
 * error object.  `decoded` is the body as lua-cjson decoded it, nil where it is empty or no JSON.
 */
int gl_lua_parse(lua_State *L);

#endif
