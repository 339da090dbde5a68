/* Random identifiers, from a buffer of random bytes that is refilled: asking the generator for each
 * one would cost more than the rest of a call. */
#ifndef GL_CORE_IDENTIFIER_H
#define GL_CORE_IDENTIFIER_H

#include "core/error.h"

#include <sys/types.h>

enum { GL_IDENTIFIER_POOL = 1024, GL_UUID_LENGTH = 36 };

/* Zero is an empty pool.  It is used by one thread at a time; in a forked child its bytes, which
 * the parent has as well, are thrown away. */
typedef struct gl_identifiers {
  unsigned char bytes[GL_IDENTIFIER_POOL];
  size_t left; /* bytes that were not used yet, at the beginning */
  pid_t process;
} gl_identifiers;

/* Writes a random UUID (RFC 9562, version 4) in lower case and a NUL.  0, or the kind in `error`
 * where the generator fails. */
int gl_identifier_uuid(gl_identifiers *pool, char text[GL_UUID_LENGTH + 1], gl_error *error);

#endif
