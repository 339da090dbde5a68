/* A file that is written for a user.  It gets its name only when it is complete.
 *
 * The bytes go to a partial file in the same directory as the target.  In the end the partial file
 * is renamed to the target.  Symbolic links are followed first, so that they stay links.  A new
 * file gets the owner and the mode of the file that it replaces.  A target that is not a regular
 * file (a device or a pipe), or that is an open descriptor by its name in /dev/fd or /proc, is
 * written directly. */
#ifndef GL_CORE_OUTPUT_H
#define GL_CORE_OUTPUT_H

#include "core/file.h"

#include <stddef.h>
#include <stdint.h>

enum { GL_OUTPUT_TAG_MAX = 64 };

/* The zero value is closed. */
typedef struct gl_output {
  int is_open;
  int fd;
  char *target;  /* owned; NULL if the target is written directly */
  char *partial; /* owned; NULL if the target is written directly */
} gl_output;

/* Opens `path` for writing.  A `tag`, of letters and digits, becomes part of the name of the
 * partial file, which keeps what an earlier process wrote.  Without a tag (NULL), the partial file
 * is new.  After a failure the output is closed; a partial file that has bytes is left.  Each
 * function that can fail returns 0, GL_MEMORY, or -1 with the reason in `why`, without the path. */
int gl_output_open(gl_output *output, const char *path, const char *tag,
                   char why[GL_FILE_ERROR_SIZE]);

int gl_output_write(gl_output *output, const void *bytes, size_t length,
                    char why[GL_FILE_ERROR_SIZE]);

/* Writes at `offset`, in bytes from the beginning.  A target that is written directly must support
 * pwrite(2), as a regular file does and a pipe does not. */
int gl_output_write_at(gl_output *output, uint64_t offset, const void *bytes, size_t length,
                       char why[GL_FILE_ERROR_SIZE]);

/* Returns the size of the open file in bytes, 0 if it is unknown. */
uint64_t gl_output_size(const gl_output *output);

/* Closes the partial file and renames it to the target.  On failure the target is unchanged and the
 * partial file is removed.  If the target is written directly, only closes it.  In all cases the
 * output is closed. */
int gl_output_commit(gl_output *output, char why[GL_FILE_ERROR_SIZE]);

/* Closes the output and leaves the partial file, which can be opened again with its tag.  Legal for
 * a closed output. */
void gl_output_keep(gl_output *output);

/* Closes the output and removes the partial file.  Legal for a closed output. */
void gl_output_discard(gl_output *output);

#endif
