/* Writes the bytes of a file to the disk on a background thread, because that can take seconds. */
#ifndef GL_CORE_OUTPUT_FLUSH_H
#define GL_CORE_OUTPUT_FLUSH_H

#include "core/background.h"
#include "core/output.h"

/* The zero value is legal to clear.  While a flush runs, it must stay at its address. */
typedef struct gl_output_flush {
  gl_background *thread; /* owned; NULL without a thread and at the end */
  int fd;                /* owned, a duplicate; used if `has_file` */
  int has_file;
  int done;
  int failure; /* the errno, or 0; set when it is done */
} gl_output_flush;

/* Starts to flush everything that was written to the file `fd`, which the caller may close
 * meanwhile.  `events` may be NULL; it becomes ready at the end.  Without a thread or a descriptor
 * left, flushes on the caller's thread.  Returns 0, or GL_MEMORY in `error`. */
int gl_output_flush_start(gl_output_flush *flush, int fd, gl_events *events, gl_error *error);

/* Returns whether the flush is done.  Waits for its end for at most `wait` milliseconds.  A forked
 * child flushes on its own thread. */
int gl_output_flush_poll(gl_output_flush *flush, long wait);

/* Returns whether the next poll reports that the flush is done.  It never waits. */
int gl_output_flush_needs_caller(const gl_output_flush *flush);

/* Waits for the end.  Returns 0, or -1 with the reason in `why`. */
int gl_output_flush_result(gl_output_flush *flush, char why[GL_FILE_ERROR_SIZE]);

/* Waits for the thread and frees everything.  Legal any number of times. */
void gl_output_flush_clear(gl_output_flush *flush);

#endif
