/* Random identifiers.  They are made from a buffer of random bytes, so that most of them need no
 * system call. */
#ifndef GL_CORE_IDENTIFIER_H
#define GL_CORE_IDENTIFIER_H

#include "core/error.h"

#include <sys/types.h>

enum { GL_IDENTIFIER_POOL = 1024, GL_UUID_LENGTH = 36 };

/* The zero value is an empty pool.  Only one thread at a time may use a pool.  A forked child drops
 * the bytes in the pool, because the parent has the same bytes. */
typedef struct gl_identifiers {
  unsigned char bytes[GL_IDENTIFIER_POOL];
  size_t left; /* the first `left` bytes have not been used */
  pid_t process;
} gl_identifiers;

/* Writes a random UUID (RFC 9562, version 4) in lower case and a NUL.  Returns 0, or the kind in
 * `error` if the generator fails. */
int gl_identifier_uuid(gl_identifiers *pool, char text[GL_UUID_LENGTH + 1], gl_error *error);

#endif
