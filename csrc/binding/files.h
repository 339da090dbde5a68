/* Small files and home directories, for the Lua layer. The io library cannot tell why a file cannot
 * be read, would wait for the writer of a pipe, and cannot make a file that only its owner reads.
 * A path with a NUL is an argument error: see `paths.fault` in lua/glacier/config/paths.lua. */
#ifndef GL_BINDING_FILES_H
#define GL_BINDING_FILES_H

#include "binding/compat.h"

/* core.read_file(path, limit) -> string; or nil, what is wrong (without the path), and whether
 * nothing is there (true also for a directory).  `limit` in bytes: a longer file is refused. */
int gl_lua_read_file(lua_State *L);

/* core.replace_file(path, text) -> true; or nil and what is wrong.  Replaces the file in one step
 * by one that only its owner can read. */
int gl_lua_replace_file(lua_State *L);

/* core.home([user]) -> string: the home directory of a user, by default of the one who runs this
 * process, in the system's user database; nil for an unknown one. */
int gl_lua_home(lua_State *L);

#endif
