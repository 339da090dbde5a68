/* The state of a reader of inventories: its input, and the archive that it reads. */
#ifndef GL_CORE_INVENTORY_READER_H
#define GL_CORE_INVENTORY_READER_H

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

/* The names of the members in the service's API: developer guide, "Get Job Output". */
extern const char *const gl_inventory_members[GL_INVENTORY_MEMBERS];

typedef struct gl_inventory_archive {
  int present[GL_INVENTORY_MEMBERS];        /* whether the member exists and is not null */
  gl_csv_field texts[GL_INVENTORY_MEMBERS]; /* position of the member in `text`; not for Size */
  int64_t size;                             /* in bytes */
  gl_buf text;                              /* owned */
} gl_inventory_archive;

/* The zero value is a reader without input. */
typedef struct gl_inventory {
  gl_inventory_archive archive; /* the last archive; owned */
  gl_buf vault_arn, date;       /* VaultARN and InventoryDate, empty until they were read; owned */
  int head_changed;             /* set when one of the two was read; the caller may reset it */

  /* private */
  gl_buf input;      /* owned; the bytes from `at` on have not been read */
  size_t at;         /* an index into the input */
  size_t needed;     /* bytes that must follow `at` before the row is read again */
  uint64_t position; /* number of bytes that were fed before the input's first byte */
  int is_end;        /* no more bytes will follow */
  int format;
  int where;                       /* where the next event is in a JSON document */
  int member;                      /* the member whose value comes next */
  int lists;                       /* an ArchiveList has begun */
  unsigned outer;                  /* depth of the JSON object that has this member */
  int columns[GL_CSV_MAX_COLUMNS]; /* a CSV column's member, or GL_INVENTORY_MEMBERS */
  gl_json_reader json;
  gl_csv csv;
} gl_inventory;

typedef enum gl_inventory_result {
  GL_INVENTORY_FAILED,
  GL_INVENTORY_MORE, /* call gl_inventory_feed or gl_inventory_end */
  GL_INVENTORY_ARCHIVE,
  GL_INVENTORY_DONE
} gl_inventory_result;

/* Appends a copy of the bytes to the input.  Returns 0, or GL_MEMORY with nothing appended. */
int gl_inventory_feed(gl_inventory *inventory, const char *bytes, size_t length);

/* Tells the reader that all bytes were fed. */
void gl_inventory_end(gl_inventory *inventory);

/* Frees everything.  Legal for the zero value and any number of times. */
void gl_inventory_clear(gl_inventory *inventory);

/* ---- for the readers of the formats ---- */

/* Fills `error`: `what` is invalid at the byte with this number, counted from 1. */
gl_inventory_result gl_inventory_set_error(gl_error *error, const char *what, uint64_t byte,
                                           const char *why);

/* Returns the member of an archive that has this name, or GL_INVENTORY_MEMBERS. */
int gl_inventory_member(const char *name, size_t length);

/* Removes the members of the last archive. */
void gl_inventory_begin_archive(gl_inventory *inventory);

/* Sets the Size from its digits.  Returns whether they are a number below 2^63. */
int gl_inventory_set_size(gl_inventory *inventory, const char *digits, size_t length);

#endif
