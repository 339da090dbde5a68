/* Helpers of outputs and journals: error texts and paths. */
#ifndef GL_CORE_OUTPUT_PRIVATE_H
#define GL_CORE_OUTPUT_PRIVATE_H

#include "core/buf.h"
#include "core/output.h"

/* Writes the text of the errno `number` to `why`.  Returns -1. */
int gl_output_failed(int number, char *why);

/* Returns the length of the directory in a path, including its final slash; 0 if there is none. */
size_t gl_output_folder(const char *path);

/* Follows the symbolic links at the end of `path` and replaces it with their target, which need not
 * exist.  Stops at a path that names an open descriptor of this process, such as /dev/fd/1.  Sets
 * `*descriptor` to the number of that descriptor, or to -1.  Returns 0, GL_MEMORY, or -1 with the
 * reason in `why`. */
int gl_output_follow(gl_buf *path, int *descriptor, char *why);

#endif
