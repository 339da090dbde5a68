/* Hashes of whole bodies as userdata, computed by threads without copies through Lua.
 *
 * hash:poll([wait_ms]) -> whether it is done.  Waits so long for the threads, by default not at
 * all; without threads, hashes a few MiB. hash:has_threads() -> whether threads are at work, so
 * that polling again at once is of no use. hash:wait(): returns when it is done. hash:result() ->
 * tree hash, linear hash (nil if skipped); or nil and what is wrong with the input. It waits if the
 * hash is not done, and raises what is not the input's fault. hash:cancel(): stops the threads and
 * forgets the input. */
#ifndef GL_BINDING_BODY_HASH_H
#define GL_BINDING_BODY_HASH_H

#include "binding/box.h"

extern const gl_box_class gl_body_hash_box; /* of a gl_body_hash */

/* core.hash_string(text [, threads [, skip_linear [, events]]]) -> hash.  `threads`: at most so
 * many; nil: as many as processors, at most 8; 0: none.  `events`: the event set that becomes ready
 * when the threads end. */
int gl_lua_hash_string(lua_State *L);

/* core.hash_file(file [, offset [, length [, threads [, skip_linear [, events]]]]]) -> hash,
 * length; nil if `file`, an open file of the io library, is not a regular file.  `offset` is by
 * default where the file stands, `length` what follows it.  The file's position does not move, and
 * it may be closed meanwhile. */
int gl_lua_hash_file(lua_State *L);

#endif
