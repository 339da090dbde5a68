/* The error object of a response whose status means failure, read as botocore reads the errors of
 * rest-json. */
#ifndef GL_BINDING_SERVICE_ERROR_H
#define GL_BINDING_SERVICE_ERROR_H

#include "binding/compat.h"
#include "core/response.h"

/* Pushes the error object.  `operation` is an API name or NULL.  `decoded` is the index of the body
 * as lua-cjson decoded it, nil if it is not JSON.  `metadata` is the index of the ResponseMetadata
 * table.  The message is the whole text: it is shortened by core.error, after secrets were
 * removed. */
void gl_service_error_push(lua_State *L, const gl_response *response, const char *operation,
                           int decoded, int metadata);

#endif
