/* A directory for one test. */
#ifndef GL_SPEC_DIRECTORY_H
#define GL_SPEC_DIRECTORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char directory[32]; /* its path */

/* Returns 0, or -1 on failure. */
static inline int directory_make(void) {
  strcpy(directory, "/tmp/glacier-spec-XXXXXX");
  return mkdtemp(directory) ? 0 : -1;
}

/* Returns a path in the directory.  Up to four of them can be used at the same time. */
static inline const char *path_of(const char *name) {
  static char paths[4][512];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", directory, name);
  return path;
}

/* Removes the directory and everything in it, even if it cannot be written.  Returns 0 on success.
 */
static inline int directory_remove(void) {
  char command[128];
  snprintf(command, sizeof command, "chmod -R u+w '%s' 2>/dev/null; rm -rf '%s'", directory,
           directory);
  return system(command);
}

#endif
