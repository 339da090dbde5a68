/* A file that is written for a user: it appears under its name only when it is whole.
 *
 * The bytes go to a partial file beside the target, which takes the target's name in the end. Links
 * are followed first, so that they stay links. A file that is replaced gives its owner and mode to
 * the new one. What is not a regular file (a device, a pipe, an open descriptor by its name in
 * /dev/fd or /proc) is written directly. */
#ifndef GL_CORE_OUTPUT_H
#define GL_CORE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

enum { GL_OUTPUT_PROBLEM_SIZE = 128, GL_OUTPUT_TAG_MAX = 64 };

/* The zero value is closed. */
typedef struct gl_output {
  int is_open;
  int fd;
  char *target;  /* owned; NULL where the target is written directly */
  char *partial; /* owned; NULL likewise */
} gl_output;

/* Opens `path` for writing. With a `tag`, letters and digits, the partial file has a name made of
 * it and keeps what an earlier process wrote; otherwise it is new. Everything that can fail returns
 * 0, GL_MEMORY, or -1 with the reason in `problem`, without the path. */
int gl_output_open(gl_output *output, const char *path, const char *tag,
                   char problem[GL_OUTPUT_PROBLEM_SIZE]);

int gl_output_write(gl_output *output, const void *bytes, size_t length,
                    char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* Writes at an offset from the beginning; where the target is written directly, only a regular file
 * behind it can do that. */
int gl_output_write_at(gl_output *output, uint64_t offset, const void *bytes, size_t length,
                       char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* Reads up to `length` bytes at an offset; `got` becomes 0 at the end. */
int gl_output_read_at(gl_output *output, uint64_t offset, void *bytes, size_t length, size_t *got,
                      char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* Has what was written on the disk. */
int gl_output_sync(gl_output *output, char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* The bytes that the partial file has. */
uint64_t gl_output_size(const gl_output *output);

/* Closes the file and gives it its name. On failure the target stays as it was and the partial file
 * is removed. The output is closed then, in either case. */
int gl_output_commit(gl_output *output, char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* Closes the file and leaves the partial one, to be opened again by its tag. */
void gl_output_keep(gl_output *output);

/* Closes the file and removes the partial one. Legal for a closed output. */
void gl_output_discard(gl_output *output);

#endif
