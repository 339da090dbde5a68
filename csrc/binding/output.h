/* Files that are written for a user, see core/output.h. */
#ifndef GL_BINDING_OUTPUT_H
#define GL_BINDING_OUTPUT_H

#include "binding/box.h"

/* core.output(path [, tag]) -> output; or nil and what is wrong, without the path.  `path` and
 * `tag` must not contain a NUL.  The collector discards an output. */
int gl_lua_output(lua_State *L);

/* Pushes true for the result 0; otherwise nil and `problem`.  Returns how many values it pushed.
 * GL_MEMORY raises the error of Lua for that. */
int gl_lua_push_outcome(lua_State *L, int result, const char *problem);

extern const gl_box_class gl_output_box;

#endif
