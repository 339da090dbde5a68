/* The error object: a table with the fields of the public contract (code, message, kind, operation,
 * status, request_id, type, attempts, retryable, response).  For an error of the service, its
 * __tostring returns the text of boto3; for any other, the message.  A failed allocation raises
 * Lua's own "not enough memory" instead, because there may be no memory for a table. */
#ifndef GL_BINDING_ERROR_OBJECT_H
#define GL_BINDING_ERROR_OBJECT_H

#include "binding/compat.h"
#include "core/error.h"

/* Creates the metatable in this state, unless it exists. */
void gl_error_object_register(lua_State *L);

/* Sets the metatable of error objects on the table on top of the stack. */
void gl_error_object_mark(lua_State *L);

/* Pops the message, a string, and pushes an error object with that message that is not retryable.
 * `operation` is an API name or NULL. */
void gl_error_object_new(lua_State *L, gl_kind kind, const char *code, const char *operation);

/* Pushes the error object of a core error.  `operation` is an API name or NULL.  For GL_MEMORY,
 * raises Lua's memory error instead. */
void gl_error_object_push(lua_State *L, const gl_error *error, const char *operation);

/* Raises the error object of a core error, as gl_error_object_push makes it.  Never returns; the
 * int is for `return gl_raise(...)`. */
int gl_raise(lua_State *L, const gl_error *error, const char *operation);

/* Raises Lua's memory error.  Never returns. */
int gl_raise_memory(lua_State *L);

/* core.error{ code=, message=, kind=, … } -> the same table as an error object; does not raise it.
 * The message becomes valid UTF-8, and is cut to 4 KiB unless the kind is "validation".  Control
 * characters except line breaks are escaped, but not in a message of the kinds "service" and
 * "waiter".  The code becomes valid UTF-8 of at most 256 bytes without control characters. */
int gl_lua_error(lua_State *L);

/* Pushes true for the result 0; otherwise nil and `why`.  Returns how many values it pushed.
 * GL_MEMORY raises Lua's own out-of-memory error. */
int gl_lua_push_outcome(lua_State *L, int result, const char *why);

#endif
