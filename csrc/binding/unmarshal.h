/* Converts a response to a Lua table, by the shape of the operation's output. */
#ifndef GL_BINDING_UNMARSHAL_H
#define GL_BINDING_UNMARSHAL_H

#include "binding/compat.h"
#include "core/model.h"
#include "core/response.h"

/* Pushes the operation's output, with the table at `metadata` as its ResponseMetadata.  If the body
 * does not match the shapes or a required member is missing, pushes nil and an error object.
 * Returns the number of pushed values.
 *
 * `decoded` is the index of the body's value from gl_json_push; nil if the body is empty or not a
 * JSON object.  Members that the model does not have are dropped, and so are JSON nulls, also in
 * lists.  Integers are as exact as those of core.decode.  A number or boolean in place of a string
 * is not converted to a string. */
int gl_unmarshal_output(lua_State *L, const gl_operation *operation, const gl_response *response,
                        int decoded, int metadata);

#endif
