/* The response as a userdata, and its parsing into a table or an error object. */
#ifndef GL_BINDING_RESPONSE_H
#define GL_BINDING_RESPONSE_H

#include "binding/box.h"
#include "core/response.h"

extern const gl_box_class gl_response_box; /* of a gl_response */

/* core.response{ status=, headers={…}, body= } -> response: what a host's own transport received;
 * or nil and an error object that names what is missing or of the wrong type.  An error's body that
 * is too long is cut. */
int gl_lua_response(lua_State *L);

/* core.parse(operation, response, decode) -> output table with its ResponseMetadata; or nil and an
 * error object.  `decode` is the function of an instance of lua-cjson, or the value of the body, a
 * table, if it was decoded before. */
int gl_lua_parse(lua_State *L);

#endif
