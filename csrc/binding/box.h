/* Boxes: userdata that own C values.  A new box is zeroed and has its metatable before it gets a
 * resource, so the collector frees the resource even if a Lua function raises an error.
 *
 * A class is identified by its name, so several shared objects of this project can share their
 * boxes in one Lua state.  Each of them must register the classes that it shares. */
#ifndef GL_BINDING_BOX_H
#define GL_BINDING_BOX_H

#include "binding/compat.h"
#include "core/buf.h"

/* The version of this project.  Shared objects of different versions do not share boxes. */
#define GL_VERSION "0.1.0"

typedef struct gl_box_class {
  const char *name;      /* "glacier.request": the key in the registry, and the name in messages */
  size_t size;           /* of the C value, in bytes */
  void (*clear)(void *); /* frees what the value owns; legal for the zero value and repeatedly */
  const luaL_Reg *methods; /* the last row contains NULLs */
  int closes; /* whether Lua 5.4's <close> clears the box; 0 if other objects borrow from it */
} gl_box_class;

/* Creates the metatable of a class in this state, unless it exists.  It may exist because the state
 * opens the module again, or because another shared object registered the class.  Raises an error
 * if a shared object of another version created it.
 *
 * gl_box_new does this with the first box of a class.  Only a class that several shared objects use
 * must be registered earlier: the shared object that has its methods must be the first to do so. */
void gl_box_register(lua_State *L, const gl_box_class *of);

/* Pushes a new zeroed box and returns its value.  Registers the class if that has not been done. */
void *gl_box_new(lua_State *L, const gl_box_class *of);

/* Returns the value of the box at argument `index`.  Raises an argument error for anything else. */
void *gl_box_check(lua_State *L, int index, const gl_box_class *of);

/* A faster gl_box_check(L, 1, of).  Only the functions of `of->methods` and the metamethods may
 * call it: their first upvalue is the metatable. */
void *gl_box_self(lua_State *L, const gl_box_class *of);

/* Clears and zeroes the value of the box at `index`.  Call it as soon as the value is not needed
 * any more: if there is no memory to call a finalizer, the collector frees a box without clearing
 * it. */
void gl_box_clear(lua_State *L, int index, const gl_box_class *of);

/* Pushes an empty buffer for temporary use. */
gl_buf *gl_box_new_buf(lua_State *L);

/* The class of these buffers, for gl_box_register. */
extern const gl_box_class gl_buf_box;

#endif
