/* Modules that must not be unloaded when the Lua state that loaded them is closed. */
#ifndef GL_BINDING_STAY_LOADED_H
#define GL_BINDING_STAY_LOADED_H

/* Keeps the module that contains the static object `object` loaded until the process ends. */
void gl_stay_loaded(const void *object);

#endif
