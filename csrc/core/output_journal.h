/* The journal of a download: a small text file in the same directory as the target.  A later
 * process reads it to continue where an earlier one stopped.
 *
 * A target may have several journals, one for each download to it that runs at the same time.  An
 * open journal is locked (flock(2)) until it is closed or the process ends. */
#ifndef GL_CORE_OUTPUT_JOURNAL_H
#define GL_CORE_OUTPUT_JOURNAL_H

#include "core/buf.h"
#include "core/output.h"

enum { GL_OUTPUT_JOURNALS = 16 };

/* The zero value is closed. */
typedef struct gl_output_journal {
  int is_open;
  int fd;
  char *path; /* owned */
} gl_output_journal;

typedef enum gl_output_journal_result {
  GL_JOURNAL_OPEN = 0,
  GL_JOURNAL_MEMORY,
  GL_JOURNAL_BUSY, /* another download uses it, or its path is not a regular file of this user */
  GL_JOURNAL_NONE, /* the target is not a regular file; or there is no journal, and `create` is 0 */
  GL_JOURNAL_FAILED /* `why` says why */
} gl_output_journal_result;

/* Opens and locks journal `number` (0 to GL_OUTPUT_JOURNALS - 1) of the file at `path`.  Symbolic
 * links are followed first.  The name of the journal contains a hash of the file's name.  With
 * `create`, creates the journal if it is missing.  Any result but GL_JOURNAL_OPEN leaves it closed.
 */
gl_output_journal_result gl_output_journal_open(gl_output_journal *journal, const char *path,
                                                int number, int create,
                                                char why[GL_FILE_ERROR_SIZE]);

/* Appends the text of the journal to `out`, until `out` holds `limit` bytes.  This and the next two
 * functions return 0, GL_MEMORY, or -1 with the reason in `why`. */
int gl_output_journal_read(gl_output_journal *journal, size_t limit, gl_buf *out,
                           char why[GL_FILE_ERROR_SIZE]);

/* Replaces the text. */
int gl_output_journal_restart(gl_output_journal *journal, const char *text, size_t length,
                              char why[GL_FILE_ERROR_SIZE]);

/* Appends to the text. */
int gl_output_journal_append(gl_output_journal *journal, const char *text, size_t length,
                             char why[GL_FILE_ERROR_SIZE]);

/* Closes the journal and leaves it for a later process.  Legal for a closed journal. */
void gl_output_journal_close(gl_output_journal *journal);

/* Removes the file and closes the journal.  Legal for a closed journal. */
void gl_output_journal_remove(gl_output_journal *journal);

#endif
