/* Tree hashes as userdata. */
#ifndef GL_BINDING_TREE_HASH_H
#define GL_BINDING_TREE_HASH_H

#include "binding/box.h"

extern const gl_box_class gl_tree_hash_box; /* boxes that contain a gl_tree_hash */

/* core.tree_hash(skip_linear) -> hash of no bytes so far.  With `skip_linear` it does not compute
 * the SHA-256 of the whole, which saves half of the work. */
int gl_lua_tree_hash(lua_State *L);

/* core.combine_tree_hashes(hashes) -> string: the tree hash of consecutive parts.  `hashes` is the
 * list of their tree hashes, in hexadecimal.  Raises ParamValidationError if it is anything else.
 */
int gl_lua_combine_tree_hashes(lua_State *L);

#endif
