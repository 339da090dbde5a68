/* Removes secrets from the texts of errors. */
#ifndef GL_BINDING_REDACT_H
#define GL_BINDING_REDACT_H

#include "binding/compat.h"

/* core.redact(value, secrets) -> value.  `secrets` is a list of strings; empty ones are ignored.
 * Returns a string with "***" instead of each secret.  In a table, replaces the strings of the
 * table and of its nested tables.  A table must not be nested deeply, and must not contain itself.
 * Keys stay unchanged. */
int gl_lua_redact(lua_State *L);

#endif
