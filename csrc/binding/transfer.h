/* Pools and transfers as userdata. */
#ifndef GL_BINDING_TRANSFER_H
#define GL_BINDING_TRANSFER_H

#include "binding/box.h"

extern const gl_box_class gl_pool_box;     /* boxes that contain a gl_pool * */
extern const gl_box_class gl_transfer_box; /* boxes that contain a transfer and its input */

/* curl.pool{ events=, ca_bundle=, insecure=, proxy=, no_proxy= } -> pool.  `events` is
 * required and must be a result of core.events().  The pool keeps it alive. */
int gl_lua_pool(lua_State *L);

#endif
