/* Home directories in the system's user database: files, LDAP, whatever the system is set up for.
 */
#ifndef GL_CORE_HOME_H
#define GL_CORE_HOME_H

#include "core/buf.h"

/* Appends the home directory of the user named `user`, or of the user who runs this process if that
 * is NULL. 0; GL_MEMORY; or -1 if the database knows no such user, or no home directory of it. */
int gl_home_find(const char *user, gl_buf *out);

#endif
