#include "binding/unmarshal.h"

#include "binding/error_object.h"
#include "binding/unmarshal_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- values by shape --------------------------------------------------------------------- */

/* The first value of the body that does not have the type of its shape. */
typedef struct mismatch {
  const char *name; /* NULL if no value was wrong so far */
  const char *expected;
} mismatch;

static void push_value(lua_State *L, int index, const gl_shape *shape, const char *name,
                       mismatch *first);

/* lua-cjson represents null as a light userdata with the value NULL. */
static int is_null(lua_State *L, int index) {
  return lua_isnil(L, index) || (lua_islightuserdata(L, index) && lua_touserdata(L, index) == NULL);
}

static void push_structure(lua_State *L, int index, const gl_shape *shape, mismatch *first) {
  lua_createtable(L, 0, (int)shape->count + 1); /* one more for the ResponseMetadata */
  for (size_t i = 0; i < shape->count; i++) {
    const gl_member *member = &shape->members[i];
    if (member->location != GL_IN_BODY)
      continue;
    lua_pushstring(L, member->name);
    lua_pushvalue(L, -1);
    lua_rawget(L, index);
    if (is_null(L, -1)) {
      lua_pop(L, 2);
      continue;
    }
    push_value(L, lua_gettop(L), member->shape, member->name, first);
    lua_remove(L, -2);
    lua_rawset(L, -3);
  }
}

/* Nulls are left out, because they would be holes in the list. */
static void push_list(lua_State *L, int index, const gl_shape *shape, const char *name,
                      mismatch *first) {
  int count = (int)gl_compat_rawlen(L, index), filled = 0;
  lua_createtable(L, count, 0);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, index, i);
    if (!is_null(L, -1)) {
      push_value(L, lua_gettop(L), shape->element, name, first);
      lua_rawseti(L, -3, ++filled);
    }
    lua_pop(L, 1);
  }
}

static void push_map(lua_State *L, int index, const gl_shape *shape, const char *name,
                     mismatch *first) {
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, index)) {
    if (!is_null(L, -1)) {
      lua_pushvalue(L, -2);
      push_value(L, lua_gettop(L) - 1, shape->element, name, first);
      lua_rawset(L, -5);
    }
    lua_pop(L, 1);
  }
}

/* Pushes a value as gl_json_push_value does, but any 64-bit number without a fraction, also "1.0",
 * as an integer. */
static void push_plain(lua_State *L, int index) {
  int64_t value;
  gl_json_push_value(L, index);
  if (lua_type(L, -1) != LUA_TNUMBER || !gl_compat_toint64(L, -1, &value))
    return;
  lua_pop(L, 1);
  gl_compat_pushint64(L, value);
}

/* Accepts a string of digits too. */
static void push_long(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TSTRING && !gl_json_is_number(L, index))
    gl_compat_pushint64(L, strtoll(lua_tostring(L, index), NULL, 10));
  else
    push_plain(L, index);
}

static void push_boolean(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TSTRING)
    lua_pushboolean(L, !strcmp(lua_tostring(L, index), "true"));
  else
    lua_pushvalue(L, index);
}

/* ---- checks of types --------------------------------------------------------------------- */

static int is_empty(lua_State *L, int index) {
  lua_pushnil(L);
  if (!lua_next(L, index))
    return 1;
  lua_pop(L, 2);
  return 0;
}

/* A table that lua-cjson creates for an object has only strings as keys.  An empty object and an
 * empty list give the same table. */
static int is_list(lua_State *L, int index) {
  return lua_istable(L, index) && (gl_compat_rawlen(L, index) > 0 || is_empty(L, index));
}

static int is_object(lua_State *L, int index) {
  return lua_istable(L, index) && gl_compat_rawlen(L, index) == 0;
}

/* A number outside of 64 bits is accepted and becomes the nearest float. */
static int is_integral(lua_State *L, int index) {
  int64_t value;
  lua_Number number = lua_tonumber(L, index);
  return gl_compat_toint64(L, index, &value) || number >= 9223372036854775808.0 ||
         number < -9223372036854775808.0;
}

static int is_digits(const char *text) {
  char *end;
  errno = 0;
  (void)strtoll(text, &end, 10);
  return end != text && !*end && errno == 0;
}

static int is_long(lua_State *L, int index) {
  int type = lua_type(L, index);
  if (type == LUA_TSTRING && !gl_json_is_number(L, index))
    return is_digits(lua_tostring(L, index));
  if (type != LUA_TNUMBER && type != LUA_TSTRING)
    return 0;
  gl_json_push_value(L, index);
  int result = is_integral(L, lua_gettop(L));
  lua_pop(L, 1);
  return result;
}

static int is_boolean(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING)
    return lua_isboolean(L, index);
  const char *text = lua_tostring(L, index);
  return !strcmp(text, "true") || !strcmp(text, "false");
}

/* Returns the name of the expected type, or NULL if the value has that type. */
static const char *expected_type(lua_State *L, int index, const gl_shape *shape) {
  switch (shape->type) {
  case GL_LIST:
    return is_list(L, index) ? NULL : "a list";
  case GL_STRUCTURE:
  case GL_MAP:
    return is_object(L, index) ? NULL : "an object";
  case GL_LONG:
    return is_long(L, index) ? NULL : "an integer";
  case GL_BOOLEAN:
    return is_boolean(L, index) ? NULL : "true or false";
  case GL_STRING:
  case GL_BLOB:
    break;
  }
  return lua_istable(L, index) ? "a plain value" : NULL;
}

static void push_value(lua_State *L, int index, const gl_shape *shape, const char *name,
                       mismatch *first) {
  luaL_checkstack(L, 8, "response nested too deeply");
  const char *expected = expected_type(L, index, shape);
  if (expected) {
    if (!first->name)
      *first = (mismatch){name, expected};
    lua_pushnil(L);
  } else if (shape->type == GL_STRUCTURE)
    push_structure(L, index, shape, first);
  else if (shape->type == GL_LIST)
    push_list(L, index, shape, name, first);
  else if (shape->type == GL_MAP)
    push_map(L, index, shape, name, first);
  else if (shape->type == GL_LONG)
    push_long(L, index);
  else if (shape->type == GL_BOOLEAN)
    push_boolean(L, index);
  else
    push_plain(L, index);
}

/* ---- the output -------------------------------------------------------------------------- */

/* Pushes nil and the error object.  `what` is the invalid part of the response. */
static int push_error(lua_State *L, const gl_operation *operation, const char *why,
                      const char *what) {
  gl_error error;
  gl_error_set(&error, GL_TRANSPORT, "ResponseParserError",
               "Unable to parse response (%s), invalid %s received", why, what);
  lua_pushnil(L);
  gl_error_object_push(L, &error, operation->name);
  return 2;
}

static int push_mismatch(lua_State *L, const gl_operation *operation, const mismatch *first) {
  lua_pushfstring(L, "%s should be %s", first->name, first->expected);
  return push_error(L, operation, lua_tostring(L, -1), "body");
}

/* Sets the members from headers and the status in the table on top of the stack. */
static void set_head_members(lua_State *L, const gl_shape *shape, const gl_response *response) {
  for (size_t i = 0; i < shape->count; i++) {
    const gl_member *member = &shape->members[i];
    if (member->location == GL_IN_HEADER) {
      lua_pushstring(L, gl_headers_get(&response->headers, member->header));
      lua_setfield(L, -2, member->name);
    }
    if (member->location == GL_IN_STATUS) {
      lua_pushinteger(L, response->status);
      lua_setfield(L, -2, member->name);
    }
  }
}

/* Returns the first required member that the response does not have, or NULL. */
static const gl_member *find_missing(const gl_shape *shape, const gl_response *response) {
  for (size_t i = 0; i < shape->count; i++) {
    const gl_member *member = &shape->members[i];
    if (!member->required)
      continue;
    const char *value = gl_headers_get(&response->headers, member->header);
    if (!value || !*value)
      return member;
  }
  return NULL;
}

/* Pushes the output's members.  An empty body counts as `{}`, as in botocore. */
static void push_members(lua_State *L, const gl_shape *shape, int decoded, mismatch *first) {
  const gl_member *payload = gl_shape_payload(shape);
  if (lua_isnil(L, decoded)) {
    lua_newtable(L);
    decoded = lua_gettop(L);
  }
  if (!payload) {
    push_value(L, decoded, shape, "the body", first);
    return;
  }
  lua_createtable(L, 0, 2);
  push_value(L, decoded, payload->shape, "the body", first);
  lua_setfield(L, -2, payload->name);
}

int gl_unmarshal_output(lua_State *L, const gl_operation *operation, const gl_response *response,
                        int decoded, int metadata) {
  mismatch first = {NULL, NULL};
  const gl_shape *output = operation->output;
  const gl_member *missing = output ? find_missing(output, response) : NULL;
  if (missing) {
    lua_pushfstring(L, "%s is missing: the response has no header %s", missing->name,
                    missing->header);
    return push_error(L, operation, lua_tostring(L, -1), "response");
  }
  if (!output || !gl_shape_has_json(output))
    lua_createtable(L, 0, output ? (int)output->count + 1 : 1);
  else if (lua_isnil(L, decoded) && response->body.length > 0)
    return push_error(L, operation, "the body is not a JSON object", "body");
  else
    push_members(L, output, decoded, &first);
  if (first.name)
    return push_mismatch(L, operation, &first);
  if (output)
    set_head_members(L, output, response);
  lua_pushvalue(L, metadata);
  lua_setfield(L, -2, "ResponseMetadata");
  return 1;
}
