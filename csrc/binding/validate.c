#include "binding/validate.h"

#include "binding/error_object.h"
#include "binding/validate_report.h"
#include "core/header.h"
#include "core/utf8.h"

#include <string.h>

static void check_value(report *to, int index, const gl_shape *shape, const param_path *path);

/* A string in JSON must be UTF-8. */
static void check_text(report *to, int index, const param_path *path) {
  size_t length;
  const char *text = lua_tolstring(to->L, index, &length);
  if (gl_utf8_valid(text, length))
    return;
  gl_report_begin(to, "Invalid value for parameter ", path);
  gl_report_add(to, ", it is not valid UTF-8");
}

/* ---- structures -------------------------------------------------------------------------- */

static const gl_member *find_member(const gl_shape *shape, const char *name, size_t length) {
  for (size_t i = 0; i < shape->count; i++)
    if (strlen(shape->members[i].name) == length && !memcmp(shape->members[i].name, name, length))
      return &shape->members[i];
  return NULL;
}

static int is_known(lua_State *L, int key, const gl_shape *shape) {
  size_t length;
  if (lua_type(L, key) != LUA_TSTRING)
    return 0;
  const char *name = lua_tolstring(L, key, &length);
  return find_member(shape, name, length) != NULL;
}

static void unknown_member(report *to, int key, const gl_shape *shape, const param_path *path) {
  gl_report_begin(to, "Unknown parameter in ", path);
  gl_report_add(to, ": \"");
  gl_report_add_value(to, key);
  gl_report_add(to, "\", must be one of: ");
  for (size_t i = 0; i < shape->count; i++) {
    if (i > 0)
      gl_report_add(to, ", ");
    gl_report_add(to, shape->members[i].name);
  }
}

static void check_unknown(report *to, int index, const gl_shape *shape, const param_path *path) {
  lua_pushnil(to->L);
  while (lua_next(to->L, index)) {
    lua_pop(to->L, 1);
    if (!is_known(to->L, lua_gettop(to->L), shape))
      unknown_member(to, lua_gettop(to->L), shape, path);
  }
}

static int count_keys(lua_State *L, int index) {
  int count = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    lua_pop(L, 1);
    count++;
  }
  return count;
}

/* A member of the path may contain any bytes, but some values would make the request name another
 * resource: an empty value, and "." and "..", which disappear when a path is normalized. */
static void check_path_member(report *to, int index, const gl_member *member,
                              const param_path *path) {
  size_t length;
  const char *value = lua_tolstring(to->L, index, &length);
  if (length == 0 && !member->fallback) {
    gl_report_begin(to, "Invalid length for parameter ", path);
    gl_report_add(to, ", value: 0, valid min length: 1");
  } else if ((length == 1 || length == 2) && !memcmp(value, "..", length))
    gl_report_wrong_value(to, index, path, "it would disappear from the path of the request");
}

/* Checks that a text has at most `most` characters, and only printable ASCII ones. */
static void check_printable(report *to, const char *text, size_t length, size_t most,
                            const param_path *path) {
  size_t printable = 0;
  while (printable < length && text[printable] >= ' ' && text[printable] <= '~')
    printable++;
  if (printable == length && length <= most)
    return;
  gl_report_begin(to, "Invalid value for parameter ", path);
  if (printable < length) {
    gl_report_add_index(to, ", expected printable ASCII characters only, byte %zu is not one",
                        printable + 1);
  } else {
    gl_report_add_index(to, ", it has %zu characters", length);
    gl_report_add_index(to, ", at most %zu are allowed", most);
  }
}

static void check_member(report *to, int index, const gl_member *member, const param_path *path) {
  check_value(to, index, member->shape, path);
  if (lua_type(to->L, index) != LUA_TSTRING)
    return;
  size_t length;
  const char *value = lua_tolstring(to->L, index, &length);
  if (member->location == GL_IN_PATH)
    check_path_member(to, index, member, path);
  if (member->shape->most) {
    check_printable(to, value, length, member->shape->most, path);
  } else if (member->location == GL_IN_HEADER && !gl_header_value_valid(value, length)) {
    gl_report_begin(to, "Invalid value for parameter ", path);
    gl_report_add(to, ", a header must not contain control characters");
  }
  if (member->location == GL_IN_BODY)
    check_text(to, index, path);
}

/* Pushes the values of all members, and reports required ones that are missing.  Returns how many
 * members are present. */
static int push_members(report *to, int index, const gl_shape *shape, const param_path *path) {
  int count = 0;
  for (size_t i = 0; i < shape->count; i++) {
    const gl_member *member = &shape->members[i];
    lua_pushstring(to->L, member->name);
    lua_rawget(to->L, index);
    if (!lua_isnil(to->L, -1)) {
      count++;
    } else if (member->required && !member->fallback) {
      gl_report_begin(to, "Missing required parameter in ", path);
      gl_report_add(to, ": \"");
      gl_report_add(to, member->name);
      gl_report_add(to, "\"");
    }
  }
  return count;
}

/* Reports problems in botocore's order: missing members, unknown members, wrong values. */
static void check_structure(report *to, int index, const gl_shape *shape, const param_path *path) {
  int top = lua_gettop(to->L);
  luaL_checkstack(to->L, (int)shape->count + 8, "parameters nested too deeply");
  int count = push_members(to, index, shape, path);
  if (count_keys(to->L, index) != count)
    check_unknown(to, index, shape, path);
  for (int i = 0; i < (int)shape->count; i++) {
    const char *name = shape->members[i].name;
    if (lua_isnil(to->L, top + 1 + i))
      continue;
    param_path inner = {path, name, strlen(name), 0};
    check_member(to, top + 1 + i, &shape->members[i], &inner);
  }
  lua_settop(to->L, top);
}

/* ---- lists and maps ---------------------------------------------------------------------- */

/* Reports every key that is not a positive integer.  Returns the number of the other keys. */
static size_t check_keys(report *to, int index, const param_path *path) {
  lua_State *L = to->L;
  size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    int64_t key;
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TNUMBER && gl_compat_toint64(L, -1, &key) && key >= 1) {
      count++;
      continue;
    }
    gl_report_begin(to, "Invalid list for parameter ", path);
    gl_report_add(to, ", key: ");
    gl_report_add_value(to, lua_gettop(L));
    gl_report_add(to, ", a list has only the keys 1, 2, 3 and so on");
  }
  return count;
}

/* A list has the keys 1 to n and no others. */
static void check_list(report *to, int index, const gl_shape *shape, const param_path *path) {
  size_t count = check_keys(to, index, path);
  for (size_t i = 1; i <= count; i++) {
    param_path inner = {path, NULL, 0, i - 1};
    lua_rawgeti(to->L, index, (int)i);
    if (lua_isnil(to->L, -1)) {
      gl_report_begin(to, "Invalid list for parameter ", path);
      gl_report_add_index(to, ", key: %zu, a list must not have holes", i);
      count = 0; /* the values after the first hole are not part of the list */
    } else {
      check_value(to, lua_gettop(to->L), shape->element, &inner);
      if (lua_type(to->L, -1) == LUA_TSTRING)
        check_text(to, lua_gettop(to->L), &inner);
    }
    lua_pop(to->L, 1);
  }
}

static void wrong_key(report *to, int key, const param_path *path) {
  gl_report_begin(to, "Invalid type for parameter ", path);
  gl_report_add(to, " (key: ");
  gl_report_add_value(to, key);
  gl_report_add(to, "), value: ");
  gl_report_add_value(to, key);
  gl_report_add(to, ", type: ");
  gl_report_add(to, luaL_typename(to->L, key));
  gl_report_add(to, ", valid types: string");
}

static void check_pair(report *to, int key, int value, const gl_shape *shape,
                       const param_path *path) {
  param_path inner = {path, NULL, 0, 0};
  inner.name = gl_report_push_shown(to->L, key, &inner.length);
  if (lua_type(to->L, key) == LUA_TSTRING)
    check_text(to, key, &inner);
  else
    wrong_key(to, key, path);
  check_value(to, value, shape->element, &inner);
  if (lua_type(to->L, value) == LUA_TSTRING)
    check_text(to, value, &inner);
  lua_pop(to->L, 1);
}

static void check_map(report *to, int index, const gl_shape *shape, const param_path *path) {
  lua_pushnil(to->L);
  while (lua_next(to->L, index)) {
    int value = lua_gettop(to->L);
    check_pair(to, value - 1, value, shape, path);
    lua_pop(to->L, 1);
  }
}

/* ---- any value --------------------------------------------------------------------------- */

static void check_long(report *to, int index, const param_path *path) {
  int64_t value;
  if (lua_type(to->L, index) != LUA_TNUMBER || !gl_compat_toint64(to->L, index, &value))
    gl_report_wrong_type(to, index, path, "number (integer)");
}

/* Checks the type of a body.  The Lua layer checks whether a userdata is an open file. */
static void check_blob(report *to, int index, const param_path *path) {
  int type = lua_type(to->L, index);
  if (type != LUA_TSTRING && type != LUA_TFUNCTION && type != LUA_TUSERDATA)
    gl_report_wrong_type(to, index, path, "string, open file, function");
}

static void check_table(report *to, int index, const gl_shape *shape, const param_path *path) {
  luaL_checkstack(to->L, 8, "parameters nested too deeply");
  if (shape->type == GL_STRUCTURE)
    check_structure(to, index, shape, path);
  else if (shape->type == GL_LIST)
    check_list(to, index, shape, path);
  else
    check_map(to, index, shape, path);
}

static void check_value(report *to, int index, const gl_shape *shape, const param_path *path) {
  static const struct {
    int type;
    const char *name;
  } wanted[] = {
      [GL_STRING] = {LUA_TSTRING, "string"},    [GL_LONG] = {LUA_TNUMBER, "number (integer)"},
      [GL_BOOLEAN] = {LUA_TBOOLEAN, "boolean"}, [GL_STRUCTURE] = {LUA_TTABLE, "table"},
      [GL_LIST] = {LUA_TTABLE, "table (list)"}, [GL_MAP] = {LUA_TTABLE, "table (map)"},
  };
  if (shape->type == GL_LONG)
    check_long(to, index, path);
  else if (shape->type == GL_BLOB)
    check_blob(to, index, path);
  else if (lua_type(to->L, index) != wanted[shape->type].type)
    gl_report_wrong_type(to, index, path, wanted[shape->type].name);
  else if (wanted[shape->type].type == LUA_TTABLE)
    check_table(to, index, shape, path);
}

int gl_validate_input(lua_State *L, int index, const gl_operation *operation, gl_buf *lines) {
  report to = {L, lines, 0};
  param_path root = {NULL, NULL, 0, 0};
  check_value(&to, gl_compat_absindex(L, index), operation->input, &root);
  return to.is_invalid;
}
