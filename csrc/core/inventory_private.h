/* What the parts of core/inventory share. */
#ifndef GL_CORE_INVENTORY_PRIVATE_H
#define GL_CORE_INVENTORY_PRIVATE_H

#include "core/inventory.h"

/* Fills `error` for what is wrong at a byte, the first being 1. */
gl_inventory_result gl_inventory_fail(gl_error *error, const char *what, uint64_t byte,
                                      const char *why);

/* The number of the last byte that was fed. */
uint64_t gl_inventory_fed(const gl_inventory *inventory);

/* The member of an archive that has this name, or GL_INVENTORY_MEMBERS. */
int gl_inventory_member(const char *name, size_t length);

/* Forgets the archive. */
void gl_inventory_begin_archive(gl_inventory *inventory);

/* Sets the Size from its digits.  Returns whether they are a number of 64 bits. */
int gl_inventory_set_size(gl_inventory *inventory, const char *digits, size_t length);

/* gl_inventory_next, for each format; input that was skipped before it counts as read. */
gl_inventory_result gl_inventory_next_json(gl_inventory *inventory, gl_error *error);
gl_inventory_result gl_inventory_next_csv(gl_inventory *inventory, gl_error *error);

#endif
