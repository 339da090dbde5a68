/* Tree hashes as userdata. */
#ifndef GL_BINDING_TREE_HASH_H
#define GL_BINDING_TREE_HASH_H

#include "binding/box.h"

extern const gl_box_class gl_tree_hash_box; /* of a gl_tree_hash */

/* core.tree_hash(skip_linear) -> userdata, a hash of nothing so far.  `skip_linear`: without the
 * SHA-256 of the whole, which is half the work. */
int gl_lua_tree_hash(lua_State *L);

/* core.combine_tree_hashes(hashes) -> string: the tree hash of consecutive parts, from the list of
 * their tree hashes (hexadecimal strings).  Raises ParamValidationError for anything else. */
int gl_lua_combine_tree_hashes(lua_State *L);

#endif
