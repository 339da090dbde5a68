/* How validation reports what is wrong: one line for each problem, in botocore's words, with names
 * such as "vaultNotificationConfig.Events[0]".  Private to the room `validate`. */
#ifndef GL_BINDING_VALIDATE_REPORT_H
#define GL_BINDING_VALIDATE_REPORT_H

#include "binding/compat.h"
#include "core/buf.h"

/* Where a value stands in the parameters: a chain of links on the C stack.  It becomes text only
 * for a problem. */
typedef struct param_path {
  const struct param_path *parent; /* NULL: the parameters themselves */
  const char *name;                /* member or map key; NULL for a list's item */
  size_t length;                   /* of the name */
  size_t index;                    /* of a list's item, from 0 as botocore counts */
} param_path;

typedef struct report {
  lua_State *L;
  gl_buf *lines; /* borrowed, anchored by the caller; NULL: no text is written */
  int has_problem;
} report;

/* All of these raise if memory runs out. */

/* Begins a problem: a new line, `text` and the path. */
void gl_report_begin(report *to, const char *text, const param_path *path);

void gl_report_add(report *to, const char *text);

/* Adds a number, by a format with one %zu. */
void gl_report_add_index(report *to, const char *format, size_t index);

/* Adds the value at `index`, shortened if it is long; a table or a function by its type. */
void gl_report_add_value(report *to, int index);

void gl_report_wrong_type(report *to, int index, const param_path *path, const char *valid);
void gl_report_wrong_value(report *to, int index, const param_path *path, const char *why);

/* Pushes a string or a number as it is, any other value as a description, and returns its text. */
const char *gl_report_push_shown(lua_State *L, int index, size_t *length);

#endif
