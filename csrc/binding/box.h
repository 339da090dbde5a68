/* Userdata that own C values.  A box is pushed zeroed and with its metatable before anything is
 * acquired into it, so the collector frees it whatever a Lua function raises in between.
 *
 * A class is known by its name, not by an address: the shared objects of this project that are
 * loaded into one state share their boxes. */
#ifndef GL_BINDING_BOX_H
#define GL_BINDING_BOX_H

#include "binding/compat.h"
#include "core/buf.h"

/* The version of this project.  Shared objects of different versions do not share boxes. */
#define GL_VERSION "0.1.0"

typedef struct gl_box_class {
  const char *name;      /* "glacier.request": the key in the registry, and the name in messages */
  size_t size;           /* of the C value */
  void (*clear)(void *); /* frees what the value owns; legal for zero and any number of times */
  const luaL_Reg *methods; /* ends in a row of NULLs */
  int closes;              /* whether Lua 5.4's <close> clears it; not if others borrow from it */
} gl_box_class;

/* Makes the metatable of a class in this state, unless it exists: a state may open the module again
 * while boxes of the first time live, and several shared objects may register one class.  Raises if
 * a shared object of another version made it. */
void gl_box_register(lua_State *L, const gl_box_class *of);

/* Pushes a new zeroed box. */
void *gl_box_new(lua_State *L, const gl_box_class *of);

/* The value of the box at `index`, which is an argument; raises for anything else. */
void *gl_box_check(lua_State *L, int index, const gl_box_class *of);

/* As gl_box_check(L, 1, of), and faster: for the functions of `of->methods` only. */
void *gl_box_self(lua_State *L, const gl_box_class *of);

/* Clears the box at `index` and zeroes it.  Done as soon as the value is not needed any more: a
 * collector that has no memory to call a finalizer drops the box without it. */
void gl_box_clear(lua_State *L, int index, const gl_box_class *of);

/* Pushes a scratch buffer. */
gl_buf *gl_box_new_buf(lua_State *L);

/* The class of scratch buffers, for gl_box_register. */
extern const gl_box_class gl_buf_box;

#endif
