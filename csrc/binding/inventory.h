/* Inventories as userdata. */
#ifndef GL_BINDING_INVENTORY_H
#define GL_BINDING_INVENTORY_H

#include "binding/box.h"

extern const gl_box_class gl_inventory_box; /* boxes that contain a gl_inventory */

/* core.inventory() -> inventory without input.
 *   inventory:feed(bytes)
 *   inventory:finish()    tells it that all bytes were fed
 *   inventory:next(info)  -> the next archive, a table; false if more bytes are needed; nil at the
 *                         end.  Sets VaultARN and InventoryDate in the table `info` as soon as they
 *                         were read.  Raises ResponseParserError. */
int gl_lua_inventory(lua_State *L);

#endif
