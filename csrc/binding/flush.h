/* Flushes of files as userdata, see core/output_flush.h. */
#ifndef GL_BINDING_FLUSH_H
#define GL_BINDING_FLUSH_H

#include "binding/box.h"

extern const gl_box_class gl_flush_box;

/* Starts to flush the file `fd`, and pushes the flush.  The argument `events` is the event set that
 * becomes ready at the end, or nil.  Returns 1, the number of pushed values.
 *
 *   flush:poll([wait_ms]) -> whether it is done.  Waits at most `wait_ms`, by default 0.
 *   flush:has_threads() -> whether a thread does the work, so that the caller should wait
 *   flush:result() -> true; or nil and what is wrong.  Waits for the end.
 *   flush:cancel(): waits for the thread and frees everything; legal any number of times */
int gl_lua_flush(lua_State *L, int fd, int events);

#endif
