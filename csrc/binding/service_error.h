/* The error object of a failed response.  Reads it as botocore reads the errors of rest-json. */
#ifndef GL_BINDING_SERVICE_ERROR_H
#define GL_BINDING_SERVICE_ERROR_H

#include "binding/compat.h"
#include "core/response.h"

/* Pushes the error object.  `operation` is an API name or NULL.  `decoded` is the index of the
 * body's value from gl_json_push, nil if it is not a JSON object.  `metadata` is the index of the
 * ResponseMetadata table.  The message is not cut: the Lua layer first removes secrets, and then
 * core.error cuts the message. */
void gl_service_error_push(lua_State *L, const gl_response *response, const char *operation,
                           int decoded, int metadata);

#endif
