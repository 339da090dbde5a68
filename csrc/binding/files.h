/* Small files and home directories, for the Lua layer.  The io library does not report whether a
 * file is missing, waits for the writer of a pipe, and cannot create a file that only its owner can
 * read.  Except in read_file, a path with a NUL is an argument error: see `paths.fault` in
 * lua/glacier/config/paths.lua. */
#ifndef GL_BINDING_FILES_H
#define GL_BINDING_FILES_H

#include "binding/compat.h"

/* core.read_file(path, limit) -> string; or nil, what is wrong (without the path), and whether the
 * file is missing, which is also true for a directory.  A file of more than `limit` bytes is an
 * error, and so is a path that is empty or has a NUL.  Never waits for the writer of a pipe. */
int gl_lua_read_file(lua_State *L);

/* core.replace_file(path, text) -> true; or nil and what is wrong.  Replaces the file in one step
 * with a file that only its owner can read. */
int gl_lua_replace_file(lua_State *L);

/* core.home([user]) -> string: the home directory of a user from the system's user database, by
 * default of the user who runs this process; nil for an unknown user. */
int gl_lua_home(lua_State *L);

#endif
