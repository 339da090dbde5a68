/* A vault's inventory, JSON or CSV, read in pieces of any size: fed bytes, it gives archives.
 * It keeps one archive and the bytes that were fed and not read yet. */
#ifndef GL_CORE_INVENTORY_H
#define GL_CORE_INVENTORY_H

#include "core/csv.h"
#include "core/error.h"
#include "core/json_reader.h"

/* The members of an archive, in the order of gl_inventory_members.  Size is a number. */
enum {
  GL_INVENTORY_ID,
  GL_INVENTORY_DESCRIPTION,
  GL_INVENTORY_CREATION_DATE,
  GL_INVENTORY_SIZE,
  GL_INVENTORY_TREE_HASH,
  GL_INVENTORY_MEMBERS
};

/* Their names in the service's API: developer guide, "Get Job Output". */
extern const char *const gl_inventory_members[GL_INVENTORY_MEMBERS];

typedef struct gl_inventory_archive {
  int present[GL_INVENTORY_MEMBERS];        /* whether the member was there, and not null */
  gl_csv_field texts[GL_INVENTORY_MEMBERS]; /* in `text`; but for Size */
  int64_t size;                             /* bytes */
  gl_buf text;                              /* owned */
} gl_inventory_archive;

/* The zero value is a reader that was fed nothing. */
typedef struct gl_inventory {
  gl_inventory_archive archive; /* the last one; owned */
  gl_buf vault_arn, date;       /* VaultARN and InventoryDate, empty until they were read; owned */
  int has_news;                 /* set when one of the two was read; the caller may clear it */

  /* private */
  gl_buf input;      /* owned: bytes that were fed and, from `at` on, not read yet */
  size_t at;         /* of the input */
  size_t needed;     /* bytes from `at` on before a row is worth reading again */
  uint64_t position; /* of the input's first byte, in all bytes fed */
  int is_end;        /* no more bytes will follow */
  int format;
  int where;                       /* in a JSON document */
  int member;                      /* the one whose value comes next */
  int lists;                       /* an ArchiveList was read */
  unsigned outer;                  /* depth of the JSON value being read */
  int columns[GL_CSV_MAX_COLUMNS]; /* a CSV column's member, or GL_INVENTORY_MEMBERS */
  gl_json_reader json;
  gl_csv csv;
} gl_inventory;

typedef enum gl_inventory_result {
  GL_INVENTORY_FAILED,
  GL_INVENTORY_MORE, /* feed it, or tell it that this was all */
  GL_INVENTORY_ARCHIVE,
  GL_INVENTORY_DONE
} gl_inventory_result;

/* Appends bytes.  Returns 0 or GL_MEMORY. */
int gl_inventory_feed(gl_inventory *inventory, const char *bytes, size_t length);

/* Says that all bytes were fed. */
void gl_inventory_end(gl_inventory *inventory);

/* Reads the next archive into `archive`.  Returns GL_INVENTORY_FAILED with `error` filled for what
 * is no inventory, or not a whole one: `ResponseParserError`, not retryable, whose message has the
 * number of the byte, the first being 1.  It must not be called again then. */
gl_inventory_result gl_inventory_next(gl_inventory *inventory, gl_error *error);

/* Frees everything.  Legal for the zero value and any number of times. */
void gl_inventory_clear(gl_inventory *inventory);

#endif
