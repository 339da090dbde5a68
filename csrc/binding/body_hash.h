/* Hashes of whole bodies as userdata.  The bytes are not copied through Lua, and threads hash large
 * bodies.
 *
 *   hash:poll([wait_ms]) -> whether the hash is done.  Waits at most `wait_ms` for the threads, by
 *       default 0.  Without threads, hashes a few MiB.
 *   hash:has_threads() -> whether threads do the work; the caller should wait before it polls again
 *   hash:result() -> tree hash, linear hash (nil if skipped); or nil and what is wrong with the
 *       input.  Waits until the hash is done.  Raises any other error.
 *   hash:cancel(): stops the threads and closes the descriptor of the input */
#ifndef GL_BINDING_BODY_HASH_H
#define GL_BINDING_BODY_HASH_H

#include "binding/box.h"

extern const gl_box_class gl_body_hash_box; /* boxes that contain a gl_body_hash */

/* core.hash_body(value [, offset [, length [, threads [, skip_linear [, events]]]]]) -> hash,
 * length.  Returns nothing for a value that gl_lua_input_open cannot open.  That function describes
 * the first three arguments.  `threads` is the greatest number of threads, which may be 0; by
 * default the number of processors, at most 8.  `events` is the event set that becomes ready when
 * the threads end. */
int gl_lua_hash_body(lua_State *L);

#endif
