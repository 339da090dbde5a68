/* A JSON reader (RFC 8259) whose input arrives in chunks of any size.  Each call returns one event.
 * The reader stores only the text of that event, so its memory does not grow with the document. */
#ifndef GL_CORE_JSON_READER_H
#define GL_CORE_JSON_READER_H

#include "core/error.h"
#include "core/json_text.h"

enum { GL_JSON_MAX_DEPTH = 1024 /* of nested objects and arrays */ };

typedef enum gl_json_event {
  GL_JSON_FAILED,
  GL_JSON_MORE, /* the chunk ended */
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
  gl_json_text text; /* owned; its `bytes` are the text after a KEY, STRING or NUMBER event;
                        the caller may set its `skip` between two calls */
  /* private */
  unsigned char is_object[GL_JSON_MAX_DEPTH / 8]; /* one bit for each open level */
  int expected;                                   /* what the grammar allows next */
  int token;                                      /* what is being read, across chunks */
  int number;                                     /* state of a number */
  const char *word;                               /* the rest of "true", "false" or "null" */
  gl_json_event word_event;
} gl_json_reader;

/* Reads from `*at` to the next event and moves `*at` past it, at most to `end`.  After the document
 * only white space may follow.  Returns GL_JSON_FAILED, with `error` filled, if the bytes are not
 * JSON, exceed GL_JSON_MAX_DEPTH or GL_JSON_MAX_TEXT, or if an allocation failed.  Unless an
 * allocation failed, the error is GL_TRANSPORT "ResponseParserError", and its message contains the
 * number of the wrong byte, counted from 1.  After GL_JSON_FAILED only gl_json_reader_clear is
 * legal. */
gl_json_event gl_json_read(gl_json_reader *reader, const char **at, const char *end,
                           gl_error *error);

/* Returns whether a document was read to its end.  For a document that is only a number, it is true
 * only if white space follows the number, because otherwise more digits could follow. */
int gl_json_is_whole(const gl_json_reader *reader);

/* Frees the text.  Legal for the zero value and any number of times. */
void gl_json_reader_clear(gl_json_reader *reader);

#endif
