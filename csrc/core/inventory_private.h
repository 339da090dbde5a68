/* Functions that the files of core/inventory share. */
#ifndef GL_CORE_INVENTORY_PRIVATE_H
#define GL_CORE_INVENTORY_PRIVATE_H

#include "core/inventory.h"

/* Fills `error`: `what` is invalid at the byte with this number, counted from 1. */
gl_inventory_result gl_inventory_fail(gl_error *error, const char *what, uint64_t byte,
                                      const char *why);

/* Returns the member of an archive that has this name, or GL_INVENTORY_MEMBERS. */
int gl_inventory_member(const char *name, size_t length);

/* Removes the members of the last archive. */
void gl_inventory_begin_archive(gl_inventory *inventory);

/* Sets the Size from its digits.  Returns whether they are a 64-bit number. */
int gl_inventory_set_size(gl_inventory *inventory, const char *digits, size_t length);

/* gl_inventory_next for each format, after gl_inventory_next has detected it. */
gl_inventory_result gl_inventory_next_json(gl_inventory *inventory, gl_error *error);
gl_inventory_result gl_inventory_next_csv(gl_inventory *inventory, gl_error *error);

#endif
