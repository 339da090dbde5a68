/* Reads strings and options for the core, which mostly ends a string at its first NUL byte. */
#ifndef GL_BINDING_OPTION_H
#define GL_BINDING_OPTION_H

#include "binding/compat.h"

#include <stddef.h>

/* Returns the string at an argument; a number is converted to a string.  Raises an argument error
 * for any other value, and for a string with a NUL byte.  A string from a script, such as a path,
 * must be checked here or by gl_option_string if C reads it only up to its first NUL byte. */
const char *gl_check_string(lua_State *L, int argument);

/* Pushes a field of the table at index 1.  Returns the string, or NULL if the field is absent.
 * Sets `length`, which may be NULL.  Raises "InvalidConfigError" (kind "config") for a value that
 * is not a string, and for a string with a NUL byte, which would end a C string too early. */
const char *gl_option_string(lua_State *L, const char *name, size_t *length);

/* Pushes and returns a string as gl_option_string does, but allows NUL bytes.  `length` must not
 * be NULL. */
const char *gl_option_bytes(lua_State *L, const char *name, size_t *length);

/* Pushes a field of the table at index 1.  Returns whether it is neither nil nor false. */
int gl_option_flag(lua_State *L, const char *name);

#endif
