/* A client's event set as userdata. */
#ifndef GL_BINDING_EVENTS_H
#define GL_BINDING_EVENTS_H

#include "binding/box.h"
#include "core/transport/events.h"

extern const gl_box_class gl_events_box; /* of a gl_events *, which holds one reference */

/* core.events() -> event set.  Raises the errors of gl_events_new. */
int gl_lua_events(lua_State *L);

/* The event set at `index`, which is an argument. */
gl_events *gl_lua_check_events(lua_State *L, int index);

/* Milliseconds at an argument; what is not positive is 0, what is too long the longest. */
long gl_lua_check_ms(lua_State *L, int argument);

#endif
