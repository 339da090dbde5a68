/* The options of `glacier.client`: their names and valid values. */
#ifndef GL_BINDING_CLIENT_OPTIONS_H
#define GL_BINDING_CLIENT_OPTIONS_H

#include "binding/compat.h"

/* core.option_violations(options) -> a list of strings: one for each unknown option and each
 * invalid value.  Its order is not defined.  The strings never contain a value, because it may be a
 * secret. */
int gl_lua_option_violations(lua_State *L);

#endif
