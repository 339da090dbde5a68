/* A client's event set as userdata. */
#ifndef GL_BINDING_EVENTS_H
#define GL_BINDING_EVENTS_H

#include "binding/box.h"
#include "core/transport/events.h"

extern const gl_box_class gl_events_box; /* boxes that contain a gl_events *, one reference */

/* core.events() -> event set.  Raises the errors of gl_events_new. */
int gl_lua_events(lua_State *L);

/* Returns the event set at argument `index`.  The box owns it.  Raises an argument error for any
 * other value. */
gl_events *gl_lua_check_events(lua_State *L, int index);

/* Returns the milliseconds at an argument, limited to the range from 0 to INT_MAX. */
long gl_lua_check_ms(lua_State *L, int argument);

#endif
