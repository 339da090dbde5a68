/* Where the path of an output leads. */
#ifndef GL_CORE_OUTPUT_PRIVATE_H
#define GL_CORE_OUTPUT_PRIVATE_H

#include "core/buf.h"
#include "core/output.h"

/* Fills `problem` with the text of an errno. Returns -1. */
int gl_output_failed(int number, char *problem);

/* The length of what stands before the last component of a path, its slash included. */
size_t gl_output_folder(const char *path);

/* Replaces `path` by what the links at its end lead to, also where nothing is there yet. A link
 * that leads to an open descriptor of this process (/dev/fd/1) ends there: its number is stored,
 * -1 without one. 0, GL_MEMORY, or -1 with `problem` filled. */
int gl_output_follow(gl_buf *path, int *descriptor, char *problem);

#endif
