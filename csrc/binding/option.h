/* The fields of tables that the Lua layer hands to the core: strings and switches. */
#ifndef GL_BINDING_OPTION_H
#define GL_BINDING_OPTION_H

#include "binding/compat.h"

/* Pushes the field of the table at 1 and returns it, NULL where it is absent; `length` may be NULL.
 * Raises "InvalidConfigError" (kind "config") for anything but a string, and for one with a zero
 * byte: what stands behind it would silently be lost. */
const char *gl_option_string(lua_State *L, const char *name, size_t *length);

/* The same without the rule about zero bytes: for bytes that have a length. */
const char *gl_option_bytes(lua_State *L, const char *name, size_t *length);

/* Pushes the field of the table at 1 and returns whether it is true. */
int gl_option_flag(lua_State *L, const char *name);

#endif
