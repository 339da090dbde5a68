/* The one error object: a table with the fields of the public contract (code, message, kind,
 * operation, status, request_id, type, attempts, retryable, response) and a __tostring that reads
 * as boto3's message does.  A failed allocation is Lua's own "not enough memory" instead, for there
 * may be no memory for a table. */
#ifndef GL_BINDING_RAISE_H
#define GL_BINDING_RAISE_H

#include "binding/compat.h"
#include "core/error.h"
#include "core/response.h"

/* Makes the metatable in this state, unless it is there. */
void gl_raise_register(lua_State *L);

/* Gives the table on top the metatable of error objects. */
void gl_raise_mark(lua_State *L);

/* Pushes the error object of a core error; `operation` is an API name or NULL.  Raises for
 * GL_MEMORY. */
void gl_raise_push(lua_State *L, const gl_error *error, const char *operation);

/* The same, raised. */
int gl_raise(lua_State *L, const gl_error *error, const char *operation);

/* Raises Lua's memory error. */
int gl_raise_memory(lua_State *L);

/* Pushes the error object of a response whose status says failure, parsed as botocore parses
 * errors of rest-json.  `decoded` is the index of the body as lua-cjson decoded it, nil where it is
 * no JSON.  `metadata` is the index of the ResponseMetadata table. */
void gl_raise_push_service(lua_State *L, const gl_response *response, const char *operation,
                           int decoded, int metadata);

#endif
