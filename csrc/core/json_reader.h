/* A JSON reader (RFC 8259) that takes its input in pieces of any size.  It reports one event a
 * call and keeps only the text of that event, so memory does not grow with the document. */
#ifndef GL_CORE_JSON_READER_H
#define GL_CORE_JSON_READER_H

#include "core/error.h"
#include "core/json_text.h"

enum { GL_JSON_MAX_DEPTH = 1024 /* objects and arrays inside each other */ };

typedef enum gl_json_event {
  GL_JSON_FAILED,
  GL_JSON_MORE, /* the piece is used up */
  GL_JSON_OBJECT,
  GL_JSON_OBJECT_END,
  GL_JSON_ARRAY,
  GL_JSON_ARRAY_END,
  GL_JSON_KEY,
  GL_JSON_STRING,
  GL_JSON_NUMBER,
  GL_JSON_TRUE,
  GL_JSON_FALSE,
  GL_JSON_NULL
} gl_json_event;

/* The zero value is a reader before the first byte. */
typedef struct gl_json_reader {
  uint64_t position; /* bytes read so far */
  unsigned depth;    /* objects and arrays that are open */
  gl_json_text text; /* owned: its `bytes` are the text of the last KEY, STRING or NUMBER event;
                        `skip` is the caller's to set between two calls */
  /* private */
  unsigned char is_object[GL_JSON_MAX_DEPTH / 8]; /* a bit for each level that is open */
  int expected;                                   /* what the grammar allows next */
  int token;                                      /* what is being read, across pieces */
  int number;                                     /* state of a number */
  const char *word;                               /* what is left of "true", "false" or "null" */
  gl_json_event word_event;
} gl_json_reader;

/* Reads from `*at` up to the next event, and moves `*at` behind it, never past `end`.  Behind the
 * document only white space may follow.  Returns GL_JSON_FAILED with `error` filled for bytes that
 * are no JSON (`ResponseParserError`; the message has the number of the byte, the first being 1)
 * and where an allocation failed.  The reader must not be used again then. */
gl_json_event gl_json_read(gl_json_reader *reader, const char **at, const char *end,
                           gl_error *error);

/* Whether a document was read to its end; a number at the top level never is. */
int gl_json_is_whole(const gl_json_reader *reader);

/* Frees the text.  Legal for the zero value and any number of times. */
void gl_json_reader_clear(gl_json_reader *reader);

#endif
