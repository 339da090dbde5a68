/* Wakers as userdata, see core/waker.h. */
#ifndef GL_BINDING_WAKER_H
#define GL_BINDING_WAKER_H

#include "binding/box.h"

extern const gl_box_class gl_waker_box;

/* core.waker(directory) -> waker; nil if the system refuses the directory or the socket
 *
 *   waker:path() -> the path of the socket to which the event loop connects
 *   waker:start() -> boolean: whether the loop has connected and the thread was started
 *   waker:watch(fd) -> boolean: whether the thread now watches the descriptor.  The thread sends a
 *                      byte when the descriptor is readable for the first time.
 *   waker:close(): ends the thread and closes the connection.  Legal any number of times. */
int gl_lua_waker(lua_State *L);

#endif
