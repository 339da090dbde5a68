#include "binding/validate_report.h"

#include "binding/error_object.h"

#include <string.h>

enum { SHOWN_MAX = 256 /* the most bytes of a value in a message */ };

void gl_report_add(report *to, const char *text) {
  if (to->lines && gl_buf_append_string(to->lines, text))
    gl_raise_memory(to->L);
}

/* Adds text from the caller's parameters.  Escapes control characters, so that each problem is one
 * line. */
static void add_bytes(report *to, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    int is_control = byte < 0x20 || byte == 0x7F;
    if (is_control ? gl_buf_append_format(to->lines, "\\x%02x", byte)
                   : gl_buf_append_char(to->lines, text[i]))
      gl_raise_memory(to->L);
  }
}

static void add_name(report *to, const param_path *path) {
  if (!path->name && !path->parent) {
    gl_report_add(to, "input");
    return;
  }
  if (path->parent && path->parent->parent)
    add_name(to, path->parent);
  if (path->name) {
    if (path->parent && path->parent->parent)
      gl_report_add(to, ".");
    add_bytes(to, path->name, path->length);
  } else
    gl_report_add_index(to, "[%zu]", path->index);
}

/* Returns the greatest size, at most `length`, at which the text may be cut between two UTF-8
 * characters.  The text is longer than `length`. */
static size_t whole_characters(const char *text, size_t length) {
  size_t shown = length;
  while (shown > length - 4 && ((unsigned char)text[shown] & 0xC0) == 0x80)
    shown--;
  return shown;
}

const char *gl_report_push_shown(lua_State *L, int index, size_t *length) {
  int type = lua_type(L, index);
  if (type == LUA_TSTRING || type == LUA_TNUMBER)
    lua_pushvalue(L, index);
  else if (type == LUA_TBOOLEAN)
    lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
  else
    lua_pushstring(L, lua_typename(L, type));
  return lua_tolstring(L, -1, length);
}

void gl_report_add_index(report *to, const char *format, size_t index) {
  if (to->lines && gl_buf_append_format(to->lines, format, index))
    gl_raise_memory(to->L);
}

void gl_report_add_value(report *to, int index) {
  size_t length;
  if (!to->lines)
    return;
  const char *text = gl_report_push_shown(to->L, index, &length);
  size_t shown = length > SHOWN_MAX ? whole_characters(text, SHOWN_MAX) : length;
  add_bytes(to, text, shown);
  if (shown < length)
    gl_report_add(to, "...");
  lua_pop(to->L, 1);
}

void gl_report_begin(report *to, const char *text, const param_path *path) {
  to->is_invalid = 1;
  gl_report_add(to, "\n");
  gl_report_add(to, text);
  if (to->lines)
    add_name(to, path);
}

void gl_report_wrong_type(report *to, int index, const param_path *path, const char *valid) {
  gl_report_begin(to, "Invalid type for parameter ", path);
  gl_report_add(to, ", value: ");
  gl_report_add_value(to, index);
  gl_report_add(to, ", type: ");
  gl_report_add(to, luaL_typename(to->L, index));
  gl_report_add(to, ", valid types: ");
  gl_report_add(to, valid);
}

void gl_report_wrong_value(report *to, int index, const param_path *path, const char *why) {
  gl_report_begin(to, "Invalid value for parameter ", path);
  gl_report_add(to, ", value: ");
  gl_report_add_value(to, index);
  gl_report_add(to, ", ");
  gl_report_add(to, why);
}
