/* Wakers as userdata, see core/waker.h. */
#ifndef GL_BINDING_WAKER_H
#define GL_BINDING_WAKER_H

#include "binding/box.h"

extern const gl_box_class gl_waker_box;

/* core.waker(folder) -> waker; nil if the system refuses the directory or the socket
 *
 *   waker:path() -> the path of the socket to which the event loop connects
 *   waker:start() -> whether the thread was started for the connection
 *   waker:watch(fd) -> whether the thread watches the descriptor: it sends a byte over the
 * connection when the descriptor is readable, once waker:close(): ends the thread; legal any number
 * of times */
int gl_lua_waker(lua_State *L);

#endif
