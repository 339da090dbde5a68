/* Home directories from the system's user database, which may be a file, LDAP or another source. */
#ifndef GL_CORE_HOME_H
#define GL_CORE_HOME_H

#include "core/buf.h"

/* Appends the home directory of the user named `user`, or of the user who runs this process if
 * `user` is NULL.  Returns 0, GL_MEMORY, or -1 if the database has no such user or no home
 * directory for that user, or cannot be read. */
int gl_home_find(const char *user, gl_buf *out);

#endif
