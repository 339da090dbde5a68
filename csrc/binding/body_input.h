/* Strings and files of Lua as inputs of the core. */
#ifndef GL_BINDING_BODY_INPUT_H
#define GL_BINDING_BODY_INPUT_H

#include "binding/compat.h"
#include "core/body_input.h"

/* An input and the descriptor that it owns.  It is a field of a box, which clears it.  The zero
 * value may be cleared. */
typedef struct gl_lua_input {
  gl_body_input input;
  int has_file;
} gl_lua_input;

/* Opens the arguments (value, offset, length) from index `first` on as an input.  `value` is a
 * string or an open file of the io library.  `offset` is in bytes; by default the position of the
 * file, or 0 for a string.  `length` is in bytes; by default all that follow.  `self` is the zero
 * value.  Returns 1; or 0 for a value of another type, for a file that is not a regular file, and
 * if the system has no descriptor left.  Raises an argument error for a closed file, for a userdata
 * that is not a file, and for bytes that the string does not have.
 *
 * The bytes of a string are borrowed, so the caller must anchor it.  The descriptor of a file is
 * duplicated, so the file may be closed.  Its position does not change. */
int gl_lua_input_open(lua_State *L, int first, gl_lua_input *self);

/* Closes the descriptor.  Legal any number of times. */
void gl_lua_input_clear(gl_lua_input *self);

#endif
