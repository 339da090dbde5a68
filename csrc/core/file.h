/* Reads and replaces small files as a whole, such as settings and tokens. */
#ifndef GL_CORE_FILE_H
#define GL_CORE_FILE_H

#include "core/buf.h"

typedef enum gl_file_result {
  GL_FILE_OK = 0,
  GL_FILE_MEMORY,  /* an allocation failed */
  GL_FILE_MISSING, /* nothing exists at the path, or it is a directory */
  GL_FILE_FAILED   /* any other failure */
} gl_file_result;

enum { GL_FILE_ERROR_SIZE = 128 };

/* Appends the content of a file to `out`.  Reads only regular files and character devices, and
 * never waits for the writer of a pipe.  For a file of more than `limit` bytes, returns
 * GL_FILE_FAILED. Except with GL_FILE_MEMORY, a failure sets `why` to what is wrong, without
 * the path.  After a failure `out` may hold a part of the content. */
gl_file_result gl_file_read(const char *path, size_t limit, gl_buf *out,
                            char why[GL_FILE_ERROR_SIZE]);

/* Replaces a file in one step, so that no program sees a part of it.  Writes a new file in the same
 * directory, which only its owner can read or write (mode 0600), and renames it.  On failure the
 * old file is unchanged, the new one is removed, and, except with GL_FILE_MEMORY, `why` says
 * what is wrong. */
gl_file_result gl_file_replace(const char *path, const void *bytes, size_t length,
                               char why[GL_FILE_ERROR_SIZE]);

/* Sets `why` to the system's text for the errno `number`. */
void gl_file_describe(int number, char why[GL_FILE_ERROR_SIZE]);

/* Writes all of the bytes to a descriptor without O_NONBLOCK.  Returns 0, or -1 with errno set. */
int gl_file_write(int fd, const void *bytes, size_t length);

#endif
