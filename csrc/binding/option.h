/* Options that the Lua layer hands to the core: fields of a table. */
#ifndef GL_BINDING_OPTION_H
#define GL_BINDING_OPTION_H

#include "binding/compat.h"

#include <stddef.h>

/* Pushes the field of the table at 1 and returns it; NULL if it is absent.  `length` may be NULL.
 * Raises "InvalidConfigError" (kind "config") for anything but a string, and for a string with a
 * zero byte: C would see only what stands before it. */
const char *gl_option_string(lua_State *L, const char *name, size_t *length);

/* The same for bytes: zero bytes are allowed. */
const char *gl_option_bytes(lua_State *L, const char *name, size_t *length);

/* Pushes the field of the table at 1 and returns whether it is true. */
int gl_option_flag(lua_State *L, const char *name);

#endif
