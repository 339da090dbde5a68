/* Tree hashes as userdata. */
#ifndef GL_BINDING_TREE_H
#define GL_BINDING_TREE_H

#include "binding/box.h"

extern const gl_box_class gl_tree_box; /* of a gl_tree */

/* core.tree(alone) -> tree, of nothing so far; `alone`: without the plain SHA-256 of the whole,
 * which is half the work */
int gl_lua_tree(lua_State *L);

/* core.join_trees(hashes) -> string: the tree hash of consecutive parts, from the list of theirs
 * (hexadecimal strings).  Raises ParamValidationError for what is none. */
int gl_lua_join_trees(lua_State *L);

#endif
