/* Makes and raises the client's own errors for Lua.  These functions are in C because a process
 * without a free descriptor cannot load a Lua module when it has an error to raise. */
#ifndef GL_BINDING_ERRORS_H
#define GL_BINDING_ERRORS_H

#include "binding/compat.h"

/* Pushes core.errors, a table of functions:
 *
 * errors.new(kind, code, message, fields or nil) -> error object, for a function that returns
 * `nil, err`.  `kind` is "validation", "credentials", "config", "transport", "waiter" or "service";
 * `code` is botocore's name of the exception; `message` never contains a secret.  `fields` are
 * further fields of the error, such as `operation`, `reason`, `response` and `retryable` (whether
 * trying again could help; false by default).
 *
 * errors.raise(kind, code, message, fields or nil) raises that error object.
 *
 * errors.invalid(operation, message) raises "ParamValidationError", for invalid arguments of the
 * caller.  `operation` is the API name of the operation, or the function of this project that was
 * called, such as "upload"; nil if there is none.
 *
 * errors.check(operation, violations) raises that error if the list of strings `violations` is not
 * empty.  The message begins with `operation` and lists the violations, sorted. */
void gl_lua_push_errors(lua_State *L);

#endif
