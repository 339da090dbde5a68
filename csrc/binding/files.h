/* Small files and home directories, for the Lua layer.  The io library reports a missing file only
 * by its errno, which differs between systems.  It waits for the writer of a pipe, and it cannot
 * create a file that only its owner can read.  Except in read_file, a path with a NUL is an
 * argument error: callers check a path with `paths.fault` (lua/glacier/config/paths.lua). */
#ifndef GL_BINDING_FILES_H
#define GL_BINDING_FILES_H

#include "binding/compat.h"

/* core.read_file(path, limit) -> string; or nil, what is wrong (without the path), and whether the
 * file is missing, which is also true for a directory.  Fails for a file of more than `limit`
 * bytes, and for a path that is empty or has a NUL.  Never waits for the writer of a pipe. */
int gl_lua_read_file(lua_State *L);

/* core.replace_file(path, text) -> true; or nil and what is wrong.  Replaces the file in one step
 * with a file that only its owner can read. */
int gl_lua_replace_file(lua_State *L);

/* core.home([user]) -> string: the home directory of a user from the system's user database, by
 * default of the user who runs this process; nil if the database does not have it. */
int gl_lua_home(lua_State *L);

#endif
