#include "binding/check.h"

#include "binding/raise.h"
#include "core/header.h"
#include "core/json.h"

#include <string.h>

/* Where in the parameters a value stands: a chain through the C stack, written only for a problem.
 */
typedef struct place {
  const struct place *parent; /* NULL: the parameters themselves */
  const char *name;           /* member or map key; NULL for a list's item */
  size_t length;              /* of the name */
  size_t index;               /* of a list's item, from 0 as botocore counts */
} place;

typedef struct checker {
  lua_State *L;
  gl_buf *problems;
} checker;

static void check_value(checker *c, int index, const gl_shape *shape, const place *at);

/* ---- how a problem is written ------------------------------------------------------------ */

enum { SHOWN_MAX = 256 /* bytes of a value that a message shows */ };

static void add(checker *c, const char *text) {
  if (gl_buf_append_string(c->problems, text))
    gl_raise_memory(c->L);
}

/* A problem is one line, whatever the caller's own text holds. */
static void add_bytes(checker *c, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    int is_control = byte < 0x20 || byte == 0x7F;
    if (is_control ? gl_buf_append_format(c->problems, "\\x%02x", byte)
                   : gl_buf_append_char(c->problems, text[i]))
      gl_raise_memory(c->L);
  }
}

static void add_name(checker *c, const place *at) {
  if (!at->name && !at->parent) {
    add(c, "input");
    return;
  }
  if (at->parent && at->parent->parent)
    add_name(c, at->parent);
  if (at->name) {
    if (at->parent && at->parent->parent)
      add(c, ".");
    add_bytes(c, at->name, at->length);
  } else if (gl_buf_append_format(c->problems, "[%zu]", at->index))
    gl_raise_memory(c->L);
}

/* At most `length` bytes of a longer text, and no part of a UTF-8 character. */
static size_t whole_characters(const char *text, size_t length) {
  size_t shown = length;
  while (shown > length - 4 && ((unsigned char)text[shown] & 0xC0) == 0x80)
    shown--;
  return shown;
}

/* Pushes strings and numbers as they are, others by their type: an address helps nobody. */
static const char *push_shown(lua_State *L, int index, size_t *length) {
  int type = lua_type(L, index);
  if (type == LUA_TSTRING || type == LUA_TNUMBER)
    lua_pushvalue(L, index);
  else if (type == LUA_TBOOLEAN)
    lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
  else
    lua_pushstring(L, lua_typename(L, type));
  return lua_tolstring(L, -1, length);
}

static void add_value(checker *c, int index) {
  size_t length;
  const char *text = push_shown(c->L, index, &length);
  size_t shown = length > SHOWN_MAX ? whole_characters(text, SHOWN_MAX) : length;
  add_bytes(c, text, shown);
  if (shown < length)
    add(c, "...");
  lua_pop(c->L, 1);
}

static void begin(checker *c, const char *text, const place *at) {
  add(c, "\n");
  add(c, text);
  add_name(c, at);
}

static void wrong_type(checker *c, int index, const place *at, const char *valid) {
  begin(c, "Invalid type for parameter ", at);
  add(c, ", value: ");
  add_value(c, index);
  add(c, ", type: ");
  add(c, luaL_typename(c->L, index));
  add(c, ", valid types: ");
  add(c, valid);
}

static void wrong_value(checker *c, int index, const place *at, const char *why) {
  begin(c, "Invalid value for parameter ", at);
  add(c, ", value: ");
  add_value(c, index);
  add(c, ", ");
  add(c, why);
}

/* JSON is UTF-8. */
static void check_text(checker *c, int index, const place *at) {
  size_t length;
  const char *text = lua_tolstring(c->L, index, &length);
  if (gl_utf8_valid(text, length))
    return;
  begin(c, "Invalid value for parameter ", at);
  add(c, ", it is not valid UTF-8");
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

static void unknown_member(checker *c, int key, const gl_shape *shape, const place *at) {
  begin(c, "Unknown parameter in ", at);
  add(c, ": \"");
  add_value(c, key);
  add(c, "\", must be one of: ");
  for (size_t i = 0; i < shape->count; i++) {
    if (i > 0)
      add(c, ", ");
    add(c, shape->members[i].name);
  }
}

static void check_unknown(checker *c, int index, const gl_shape *shape, const place *at) {
  lua_pushnil(c->L);
  while (lua_next(c->L, index)) {
    lua_pop(c->L, 1);
    if (!is_known(c->L, lua_gettop(c->L), shape))
      unknown_member(c, lua_gettop(c->L), shape, at);
  }
}

/* Path members are opaque bytes, but one that vanishes when a path is normalised would make the
 * request mean another resource. */
static void check_path_member(checker *c, int index, const gl_member *member, const place *at) {
  const char *value = lua_tostring(c->L, index);
  if (!*value && !member->fallback && gl_compat_rawlen(c->L, index) == 0) {
    begin(c, "Invalid length for parameter ", at);
    add(c, ", value: 0, valid min length: 1");
  } else if (!strcmp(value, ".") || !strcmp(value, ".."))
    wrong_value(c, index, at, "it would be lost in the path of the request");
}

static void check_member(checker *c, int index, const gl_member *member, const place *at) {
  check_value(c, index, member->shape, at);
  if (lua_type(c->L, index) != LUA_TSTRING)
    return;
  size_t length;
  const char *value = lua_tolstring(c->L, index, &length);
  if (member->place == GL_IN_PATH)
    check_path_member(c, index, member, at);
  if (member->place == GL_IN_HEADER && !gl_header_value_valid(value, length)) {
    begin(c, "Invalid value for parameter ", at);
    add(c, ", a header cannot carry a control character");
  }
  if (member->place == GL_IN_BODY)
    check_text(c, index, at);
}

static void check_structure(checker *c, int index, const gl_shape *shape, const place *at) {
  lua_State *L = c->L;
  for (size_t i = 0; i < shape->count; i++) {
    const gl_member *member = &shape->members[i];
    lua_pushstring(L, member->name);
    lua_rawget(L, index);
    if (lua_isnil(L, -1) && member->required && !member->fallback) {
      begin(c, "Missing required parameter in ", at);
      add(c, ": \"");
      add(c, member->name);
      add(c, "\"");
    }
    lua_pop(L, 1);
  }
  check_unknown(c, index, shape, at);
  for (size_t i = 0; i < shape->count; i++) {
    const char *name = shape->members[i].name;
    place inner = {at, name, strlen(name), 0};
    lua_pushstring(L, name);
    lua_rawget(L, index);
    if (!lua_isnil(L, -1))
      check_member(c, lua_gettop(L), &shape->members[i], &inner);
    lua_pop(L, 1);
  }
}

/* ---- lists and maps ---------------------------------------------------------------------- */

/* The number of keys that are positive integers; names every other one. */
static size_t check_keys(checker *c, int index, const place *at) {
  lua_State *L = c->L;
  size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    int64_t key;
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TNUMBER && gl_compat_toint64(L, -1, &key) && key >= 1) {
      count++;
      continue;
    }
    begin(c, "Invalid list for parameter ", at);
    add(c, ", key: ");
    add_value(c, lua_gettop(L));
    add(c, ", a list has only the keys 1, 2, 3 and so on");
  }
  return count;
}

/* A list has the keys 1 to n and no others. */
static void check_list(checker *c, int index, const gl_shape *shape, const place *at) {
  size_t count = check_keys(c, index, at);
  for (size_t i = 1; i <= count; i++) {
    place inner = {at, NULL, 0, i - 1};
    lua_rawgeti(c->L, index, (int)i);
    if (lua_isnil(c->L, -1)) {
      begin(c, "Invalid list for parameter ", at);
      if (gl_buf_append_format(c->problems, ", key: %zu, a list has no holes", i))
        gl_raise_memory(c->L);
      count = 0; /* what comes behind the first hole is no list */
    } else {
      check_value(c, lua_gettop(c->L), shape->element, &inner);
      if (lua_type(c->L, -1) == LUA_TSTRING)
        check_text(c, lua_gettop(c->L), &inner);
    }
    lua_pop(c->L, 1);
  }
}

static void wrong_key(checker *c, int key, const place *at) {
  begin(c, "Invalid type for parameter ", at);
  add(c, " (key: ");
  add_value(c, key);
  add(c, "), value: ");
  add_value(c, key);
  add(c, ", type: ");
  add(c, luaL_typename(c->L, key));
  add(c, ", valid types: string");
}

static void check_pair(checker *c, int key, int value, const gl_shape *shape, const place *at) {
  place inner = {at, NULL, 0, 0};
  inner.name = push_shown(c->L, key, &inner.length);
  if (lua_type(c->L, key) == LUA_TSTRING)
    check_text(c, key, &inner);
  else
    wrong_key(c, key, at);
  check_value(c, value, shape->element, &inner);
  if (lua_type(c->L, value) == LUA_TSTRING)
    check_text(c, value, &inner);
  lua_pop(c->L, 1);
}

static void check_map(checker *c, int index, const gl_shape *shape, const place *at) {
  lua_pushnil(c->L);
  while (lua_next(c->L, index)) {
    int value = lua_gettop(c->L);
    check_pair(c, value - 1, value, shape, at);
    lua_pop(c->L, 1);
  }
}

/* ---- any value --------------------------------------------------------------------------- */

static void check_long(checker *c, int index, const place *at) {
  int64_t value;
  if (lua_type(c->L, index) != LUA_TNUMBER || !gl_compat_toint64(c->L, index, &value))
    wrong_type(c, index, at, "number (integer)");
}

/* What a body can be read from: the Lua layer finds out whether a userdata is an open file. */
static void check_blob(checker *c, int index, const place *at) {
  int type = lua_type(c->L, index);
  if (type != LUA_TSTRING && type != LUA_TFUNCTION && type != LUA_TUSERDATA)
    wrong_type(c, index, at, "string, open file, function");
}

static void check_table(checker *c, int index, const gl_shape *shape, const place *at) {
  luaL_checkstack(c->L, 8, "parameters nested too deeply");
  if (shape->type == GL_STRUCTURE)
    check_structure(c, index, shape, at);
  else if (shape->type == GL_LIST)
    check_list(c, index, shape, at);
  else
    check_map(c, index, shape, at);
}

static void check_value(checker *c, int index, const gl_shape *shape, const place *at) {
  static const struct {
    int type;
    const char *name;
  } wanted[] = {
      [GL_STRING] = {LUA_TSTRING, "string"},    [GL_LONG] = {LUA_TNUMBER, "number (integer)"},
      [GL_BOOLEAN] = {LUA_TBOOLEAN, "boolean"}, [GL_STRUCTURE] = {LUA_TTABLE, "table"},
      [GL_LIST] = {LUA_TTABLE, "table (list)"}, [GL_MAP] = {LUA_TTABLE, "table (map)"},
  };
  if (shape->type == GL_LONG)
    check_long(c, index, at);
  else if (shape->type == GL_BLOB)
    check_blob(c, index, at);
  else if (lua_type(c->L, index) != wanted[shape->type].type)
    wrong_type(c, index, at, wanted[shape->type].name);
  else if (lua_istable(c->L, index))
    check_table(c, index, shape, at);
}

void gl_check_input(lua_State *L, int index, const gl_operation *operation, gl_buf *problems) {
  checker c = {L, problems};
  place root = {NULL, NULL, 0, 0};
  check_value(&c, gl_compat_absindex(L, index), operation->input, &root);
}
