/* Whether a client needs settings from outside of its options. */
#ifndef GL_BINDING_SETTINGS_H
#define GL_BINDING_SETTINGS_H

#include "binding/compat.h"

/* core.has_shared_files() -> whether AWS's shared config or credentials file may have content.  The
 * result is true for a path that must be expanded first. */
int gl_lua_has_shared_files(lua_State *L);

/* core.has_settings() -> whether the environment of the process or the shared files may hold
 * settings of a client besides its region, its keys and the absolute path of the CA bundle.  If
 * not, glacier.config.resolve, which reads them, need not be loaded.  The second result is the path
 * of the CA bundle from the environment, or nil. */
int gl_lua_has_settings(lua_State *L);

#endif
