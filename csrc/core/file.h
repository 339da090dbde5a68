/* Small files that are read or replaced whole: settings, tokens. */
#ifndef GL_CORE_FILE_H
#define GL_CORE_FILE_H

#include "core/buf.h"

typedef enum gl_file_result {
  GL_FILE_OK = 0,
  GL_FILE_MEMORY,  /* an allocation failed */
  GL_FILE_MISSING, /* there is nothing at the path, or a directory */
  GL_FILE_FAILED
} gl_file_result;

enum { GL_FILE_PROBLEM_SIZE = 128 };

/* Appends the content of a file to `out`. It reads regular files and character devices; it never
 * waits for the writer of a pipe. A file of more than `limit` bytes is GL_FILE_FAILED. On failure
 * `problem` says what is wrong, without the path, and `out` may hold a part of the content. */
gl_file_result gl_file_read(const char *path, size_t limit, gl_buf *out,
                            char problem[GL_FILE_PROBLEM_SIZE]);

/* Replaces a file in one step, so that nobody sees a part of it: writes a new file beside it, which
 * only its owner can read or write (mode 0600), and renames it. On failure the old file stays as it
 * was, the new one is removed, and `problem` says what is wrong. */
gl_file_result gl_file_replace(const char *path, const void *bytes, size_t length,
                               char problem[GL_FILE_PROBLEM_SIZE]);

#endif
