/* The journal of a download: a small text file beside the target, by which a later process goes on
 * where an earlier one stopped.
 *
 * A target has several journals, one for each download to it that runs at the same time.  The one
 * that a process has open is locked (flock(2)) until it is closed, also by the process's end. */
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
  GL_JOURNAL_TAKEN, /* another download has it, or what is there is no file of this user */
  GL_JOURNAL_NONE,  /* the target is not a regular file; or, without `create`, nothing is there */
  GL_JOURNAL_FAILED /* `problem` is filled */
} gl_output_journal_result;

/* Opens and locks journal `number`, from 0 on, of the file that `path` leads to.  Its name is made
 * of that file's, links followed, and is in the same folder.  `create`: makes it if it is not
 * there. */
gl_output_journal_result gl_output_journal_open(gl_output_journal *journal, const char *path,
                                                int number, int create,
                                                char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* Appends the text of the journal, up to `limit` bytes, to `out`.  This and the next two return 0,
 * GL_MEMORY, or -1 with `problem` filled. */
int gl_output_journal_read(gl_output_journal *journal, size_t limit, gl_buf *out,
                           char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* Replaces the text, and has it on the disk. */
int gl_output_journal_restart(gl_output_journal *journal, const char *text, size_t length,
                              char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* Appends to the text, and has it on the disk. */
int gl_output_journal_append(gl_output_journal *journal, const char *text, size_t length,
                             char problem[GL_OUTPUT_PROBLEM_SIZE]);

/* Closes the journal, for a later process.  Legal for a closed one. */
void gl_output_journal_close(gl_output_journal *journal);

/* Removes the file, and closes the journal.  Legal for a closed one. */
void gl_output_journal_remove(gl_output_journal *journal);

#endif
