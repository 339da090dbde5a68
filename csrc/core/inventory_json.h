/* Reads inventories in JSON. */
#ifndef GL_CORE_INVENTORY_JSON_H
#define GL_CORE_INVENTORY_JSON_H

#include "core/inventory_reader.h"

/* gl_inventory_next for JSON, after gl_inventory_next has detected it. */
gl_inventory_result gl_inventory_next_json(gl_inventory *inventory, gl_error *error);

#endif
