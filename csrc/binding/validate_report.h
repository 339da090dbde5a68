/* The report of a validation: one line for each problem, in botocore's words, with names such as
 * "vaultNotificationConfig.Events[0]".  Part of the room `validate`. */
#ifndef GL_BINDING_VALIDATE_REPORT_H
#define GL_BINDING_VALIDATE_REPORT_H

#include "binding/compat.h"
#include "core/buf.h"

/* The path to a value in the parameters: a chain of links on the C stack.  It is converted to text
 * only for a problem. */
typedef struct param_path {
  const struct param_path *parent; /* NULL for the parameters themselves */
  const char *name;                /* member or map key; NULL for a list's item */
  size_t length;                   /* length of `name` */
  size_t index;                    /* index of a list's item, from 0 as in botocore */
} param_path;

typedef struct report {
  lua_State *L;
  gl_buf *lines; /* borrowed, anchored by the caller; NULL if no text is needed */
  int is_invalid;
} report;

/* All of these functions raise an error if memory runs out. */

/* Begins a problem: a new line, `text` and the path.  Marks the parameters as invalid. */
void gl_report_begin(report *to, const char *text, const param_path *path);

void gl_report_add(report *to, const char *text);

/* Adds a number.  `format` contains one %zu. */
void gl_report_add_index(report *to, const char *format, size_t index);

/* Adds the text of gl_report_push_shown for the value at `index`, cut if it is long. */
void gl_report_add_value(report *to, int index);

void gl_report_wrong_type(report *to, int index, const param_path *path, const char *valid);
void gl_report_wrong_value(report *to, int index, const param_path *path, const char *why);

/* Pushes the text of a string, a number or a boolean, or the type of any other value.  Returns the
 * text; it is valid while it stays on the stack. */
const char *gl_report_push_shown(lua_State *L, int index, size_t *length);

#endif
