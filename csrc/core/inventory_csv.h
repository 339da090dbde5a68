/* Reads inventories in CSV. */
#ifndef GL_CORE_INVENTORY_CSV_H
#define GL_CORE_INVENTORY_CSV_H

#include "core/inventory_reader.h"

/* gl_inventory_next for CSV, after gl_inventory_next has detected it. */
gl_inventory_result gl_inventory_next_csv(gl_inventory *inventory, gl_error *error);

#endif
