/* Modules that must not be unloaded when the Lua state that loaded them is closed. */
#ifndef GL_BINDING_STAY_LOADED_H
#define GL_BINDING_STAY_LOADED_H

/* Keeps the module loaded that `object`, a static object of it, belongs to. */
void gl_stay_loaded(const void *object);

#endif
