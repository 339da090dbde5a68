/* Tree hashes as userdata. */
#ifndef GL_BINDING_TREE_H
#define GL_BINDING_TREE_H

#include "binding/box.h"

extern const gl_box_class gl_tree_box; /* of a gl_tree */

/* core.tree() -> tree, of nothing so far */
int gl_lua_tree(lua_State *L);

/* core.join_trees(hashes) -> string: the tree hash of consecutive parts, from the list of theirs
 * (hexadecimal strings).  Raises ParamValidationError for what is none. */
int gl_lua_join_trees(lua_State *L);

#endif
