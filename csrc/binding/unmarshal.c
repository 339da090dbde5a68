#include "binding/unmarshal.h"

#include "binding/error_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- the metadata ------------------------------------------------------------------------ */

static void push_lower(lua_State *L, const char *name) {
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (; *name; name++)
    luaL_addchar(&buffer, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
  luaL_pushresult(&buffer);
}

static void push_headers(lua_State *L, const gl_headers *headers) {
  lua_createtable(L, 0, (int)headers->count);
  int table = lua_gettop(L);
  for (size_t i = 0; i < headers->count; i++) {
    push_lower(L, headers->items[i].name);
    lua_pushvalue(L, -1);
    lua_rawget(L, table);
    if (lua_isnil(L, -1))
      lua_pushstring(L, headers->items[i].value);
    else
      lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), headers->items[i].value);
    lua_remove(L, -2);
    lua_rawset(L, table);
  }
}

static void set_header_field(lua_State *L, const gl_response *response, const char *header,
                             const char *field) {
  const char *value = gl_headers_get(&response->headers, header);
  if (!value)
    return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, field);
}

void gl_push_metadata(lua_State *L, const gl_response *response) {
  lua_createtable(L, 0, 5);
  lua_pushinteger(L, response->status);
  lua_setfield(L, -2, "HTTPStatusCode");
  push_headers(L, &response->headers);
  lua_setfield(L, -2, "HTTPHeaders");
  if (gl_headers_get(&response->headers, "x-amzn-requestid")) {
    set_header_field(L, response, "x-amzn-requestid", "RequestId");
  } else {
    set_header_field(L, response, "x-amz-request-id", "RequestId");
    set_header_field(L, response, "x-amz-id-2", "HostId");
  }
}

/* ---- values by shape --------------------------------------------------------------------- */

/* What is wrong with the body: the first mismatch found. */
typedef struct mismatch {
  const char *name; /* NULL: none so far */
  const char *wanted;
} mismatch;

static void push_value(lua_State *L, int index, const gl_shape *shape, const char *name,
                       mismatch *found);

/* lua-cjson's null is the NULL light userdata, which is true in Lua. */
static int is_null(lua_State *L, int index) {
  return lua_isnil(L, index) || (lua_islightuserdata(L, index) && lua_touserdata(L, index) == NULL);
}

static void push_structure(lua_State *L, int index, const gl_shape *shape, mismatch *found) {
  lua_createtable(L, 0, (int)shape->count);
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
    push_value(L, lua_gettop(L), member->shape, member->name, found);
    lua_remove(L, -2);
    lua_rawset(L, -3);
  }
}

/* A null would be a hole, so it is left out. */
static void push_list(lua_State *L, int index, const gl_shape *shape, const char *name,
                      mismatch *found) {
  int count = (int)gl_compat_rawlen(L, index), filled = 0;
  lua_createtable(L, count, 0);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, index, i);
    if (!is_null(L, -1)) {
      push_value(L, lua_gettop(L), shape->element, name, found);
      lua_rawseti(L, -3, ++filled);
    }
    lua_pop(L, 1);
  }
}

static void push_map(lua_State *L, int index, const gl_shape *shape, const char *name,
                     mismatch *found) {
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, index)) {
    if (!is_null(L, -1)) {
      lua_pushvalue(L, -2);
      push_value(L, lua_gettop(L) - 1, shape->element, name, found);
      lua_rawset(L, -5);
    }
    lua_pop(L, 1);
  }
}

/* A number that is whole as an integer: lua-cjson may give a float.  Anything else as it is. */
static void push_plain(lua_State *L, int index) {
  int64_t value;
  if (lua_type(L, index) == LUA_TNUMBER && gl_compat_toint64(L, index, &value))
    gl_compat_pushint64(L, value);
  else
    lua_pushvalue(L, index);
}

/* Digits in quotes are understood as well. */
static void push_long(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TSTRING)
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

/* ---- does the value fit? ----------------------------------------------------------------- */

static int is_empty(lua_State *L, int index) {
  lua_pushnil(L);
  if (!lua_next(L, index))
    return 1;
  lua_pop(L, 2);
  return 0;
}

/* lua-cjson's objects have only strings as keys.  An empty one cannot be told from an empty list.
 */
static int is_list(lua_State *L, int index) {
  return lua_istable(L, index) && (gl_compat_rawlen(L, index) > 0 || is_empty(L, index));
}

static int is_object(lua_State *L, int index) {
  return lua_istable(L, index) && gl_compat_rawlen(L, index) == 0;
}

/* A number past 64 bits counts: it is the nearest that there is. */
static int is_long(lua_State *L, int index) {
  char *end;
  int64_t value;
  if (lua_type(L, index) == LUA_TNUMBER) {
    lua_Number number = lua_tonumber(L, index);
    return gl_compat_toint64(L, index, &value) || number >= 9223372036854775808.0 ||
           number < -9223372036854775808.0;
  }
  if (lua_type(L, index) != LUA_TSTRING)
    return 0;
  const char *text = lua_tostring(L, index);
  errno = 0;
  (void)strtoll(text, &end, 10);
  return end != text && !*end && errno == 0;
}

static int is_boolean(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING)
    return lua_isboolean(L, index);
  const char *text = lua_tostring(L, index);
  return !strcmp(text, "true") || !strcmp(text, "false");
}

/* What the value should be; NULL if it is that. */
static const char *misses(lua_State *L, int index, const gl_shape *shape) {
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
                       mismatch *found) {
  luaL_checkstack(L, 8, "response nested too deeply");
  const char *wanted = misses(L, index, shape);
  if (wanted) {
    if (!found->name)
      *found = (mismatch){name, wanted};
    lua_pushnil(L);
  } else if (shape->type == GL_STRUCTURE)
    push_structure(L, index, shape, found);
  else if (shape->type == GL_LIST)
    push_list(L, index, shape, name, found);
  else if (shape->type == GL_MAP)
    push_map(L, index, shape, name, found);
  else if (shape->type == GL_LONG)
    push_long(L, index);
  else if (shape->type == GL_BOOLEAN)
    push_boolean(L, index);
  else
    push_plain(L, index);
}

/* ---- the output -------------------------------------------------------------------------- */

static int unparsable(lua_State *L, const gl_operation *operation, const char *what,
                      const mismatch *found) {
  gl_error error;
  gl_error_set(&error, GL_TRANSPORT, "ResponseParserError",
               "Unable to parse response (%s%s%s%s), invalid body received", what,
               found ? found->name : "", found ? " should be " : "", found ? found->wanted : "");
  lua_pushnil(L);
  gl_error_object_push(L, &error, operation->name);
  return 2;
}

/* The members that travel in the head, into the table on top. */
static void set_head_members(lua_State *L, const gl_shape *shape, const gl_response *response) {
  for (size_t i = 0; i < shape->count; i++) {
    const gl_member *member = &shape->members[i];
    if (member->location == GL_IN_HEADER)
      set_header_field(L, response, member->header, member->name);
    if (member->location == GL_IN_STATUS) {
      lua_pushinteger(L, response->status);
      lua_setfield(L, -2, member->name);
    }
  }
}

/* Pushes the output's members.  An empty body is one without members, as in botocore. */
static void push_members(lua_State *L, const gl_shape *shape, int decoded, mismatch *found) {
  const gl_member *payload = gl_shape_payload(shape);
  if (lua_isnil(L, decoded)) {
    lua_newtable(L);
    decoded = lua_gettop(L);
  }
  if (!payload) {
    push_value(L, decoded, shape, "the body", found);
    return;
  }
  lua_createtable(L, 0, 2);
  push_value(L, decoded, payload->shape, "the body", found);
  lua_setfield(L, -2, payload->name);
}

/* Where every member travels in the head, whatever the body says is not looked at; a blob is the
 * Lua layer's to read. */
static int reads_body(const gl_shape *shape) {
  const gl_member *payload = gl_shape_payload(shape);
  if (payload)
    return payload->shape->type != GL_BLOB;
  for (size_t i = 0; i < shape->count; i++)
    if (shape->members[i].location != GL_IN_HEADER)
      return 1;
  return 0;
}

int gl_unmarshal_output(lua_State *L, const gl_operation *operation, const gl_response *response,
                        int decoded, int metadata) {
  mismatch found = {NULL, NULL};
  const gl_shape *output = operation->output;
  lua_newtable(L);
  if (output && reads_body(output)) {
    if (lua_isnil(L, decoded) && response->body.length > 0)
      return unparsable(L, operation, "the body is not a JSON object", NULL);
    lua_pop(L, 1);
    push_members(L, output, decoded, &found);
    if (found.name)
      return unparsable(L, operation, "", &found);
  }
  if (output)
    set_head_members(L, output, response);
  lua_pushvalue(L, metadata);
  lua_setfield(L, -2, "ResponseMetadata");
  return 1;
}
