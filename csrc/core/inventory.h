/* Reads a vault's inventory, in JSON or CSV, from chunks of any size.  The caller feeds bytes with
 * gl_inventory_feed and gets archives.  The reader stores one archive and the bytes that it has not
 * read yet. */
#ifndef GL_CORE_INVENTORY_H
#define GL_CORE_INVENTORY_H

#include "core/inventory_reader.h"

/* Reads the next archive into `archive`.  Returns GL_INVENTORY_FAILED, with `error` filled, if the
 * input is not an inventory or is incomplete, or an allocation failed.  The error is then GL_MEMORY
 * or GL_TRANSPORT "ResponseParserError", which is not retryable and whose message contains the
 * number of the wrong byte, counted from 1.  If the input ends too early, that is the number of its
 * last byte, or 0 if it has none.  After GL_INVENTORY_FAILED only gl_inventory_clear is legal. */
gl_inventory_result gl_inventory_next(gl_inventory *inventory, gl_error *error);

#endif
