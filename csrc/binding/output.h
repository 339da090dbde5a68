/* Files that are written for a user, see core/output.h. */
#ifndef GL_BINDING_OUTPUT_H
#define GL_BINDING_OUTPUT_H

#include "binding/box.h"

/* core.output(path [, tag]) -> output; or nil and what is wrong, without the path.  `path` and
 * `tag` must not contain a NUL, and `tag` no slash.  The collector discards an output. */
int gl_lua_output(lua_State *L);

extern const gl_box_class gl_output_box;

#endif
