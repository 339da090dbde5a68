/* Userdata that own C values.  A box is pushed zeroed and with its metatable before anything is
 * acquired into it, so whatever a Lua function raises in between, the collector frees it. */
#ifndef GL_BINDING_BOX_H
#define GL_BINDING_BOX_H

#include "binding/compat.h"
#include "core/buf.h"

typedef struct gl_box_class {
  const char *name; /* "glacier.request": what tostring and wrong arguments say */
  size_t size;      /* of the C value */
  void (*clear)(
      void *); /* frees what the value owns; legal for a zero value and any number of times */
  const luaL_Reg *methods; /* ends in a row of NULLs */
  int closes; /* whether Lua 5.4's <close> ends it; what others borrow from must not be */
} gl_box_class;

/* Makes the metatable of a class in this state, unless it is there: a state may open the module
 * again while boxes of the first time live. */
void gl_box_register(lua_State *L, const gl_box_class *of);

/* Pushes a new zeroed box. */
void *gl_box_new(lua_State *L, const gl_box_class *of);

/* The value of the box at `index`, which is an argument: anything else is a Lua error. */
void *gl_box_check(lua_State *L, int index, const gl_box_class *of);

/* Clears the box at `index`, and zeroes it: as soon as it is no longer needed, for a collector that
 * finds no memory to call a finalizer with forgets what the box owns. */
void gl_box_clear(lua_State *L, int index, const gl_box_class *of);

/* Pushes a scratch buffer. */
gl_buf *gl_box_new_buf(lua_State *L);

/* The class of scratch buffers, for gl_box_register. */
extern const gl_box_class gl_buf_box;

#endif
