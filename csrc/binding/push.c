#include "binding/push.h"

#include "binding/raise.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- the metadata ------------------------------------------------------------------------ */

static void push_lower(lua_State *L, const char *name) {
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (; *name; name++)
    luaL_addchar(&buffer, (char)tolower((unsigned char)*name));
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
    if (member->place != GL_IN_BODY)
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

static void push_list(lua_State *L, int index, const gl_shape *shape, const char *name,
                      mismatch *found) {
  int count = (int)gl_compat_rawlen(L, index);
  lua_createtable(L, count, 0);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, index, i);
    push_value(L, lua_gettop(L), shape->element, name, found);
    lua_rawseti(L, -3, i);
    lua_pop(L, 1);
  }
}

static void push_map(lua_State *L, int index, const gl_shape *shape, const char *name,
                     mismatch *found) {
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, index)) {
    if (lua_type(L, -2) == LUA_TSTRING && !is_null(L, -1)) {
      lua_pushvalue(L, -2);
      push_value(L, lua_gettop(L) - 1, shape->element, name, found);
      lua_rawset(L, -5);
    }
    lua_pop(L, 1);
  }
}

/* lua-cjson may give a float; a service that writes digits in quotes is understood as well. */
static void push_long(lua_State *L, int index) {
  int64_t value;
  if (lua_type(L, index) == LUA_TNUMBER && gl_compat_toint64(L, index, &value)) {
    gl_compat_pushint64(L, value);
    return;
  }
  if (lua_type(L, index) == LUA_TSTRING) {
    char *end;
    const char *text = lua_tostring(L, index);
    long long digits = strtoll(text, &end, 10);
    if (end != text && !*end) {
      gl_compat_pushint64(L, digits);
      return;
    }
  }
  lua_pushvalue(L, index);
}

static void push_boolean(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TSTRING)
    lua_pushboolean(L, !strcmp(lua_tostring(L, index), "true"));
  else
    lua_pushvalue(L, index);
}

static void push_value(lua_State *L, int index, const gl_shape *shape, const char *name,
                       mismatch *found) {
  int is_table = lua_istable(L, index);
  int wants_table = shape->type == GL_STRUCTURE || shape->type == GL_LIST || shape->type == GL_MAP;
  luaL_checkstack(L, 8, "response nested too deeply");
  if (is_table != wants_table) {
    if (!found->name)
      *found = (mismatch){name, shape->type == GL_LIST ? "a list"
                                : wants_table          ? "an object"
                                                       : "a plain value"};
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
    lua_pushvalue(L, index);
}

/* ---- the output -------------------------------------------------------------------------- */

static int unparsable(lua_State *L, const gl_operation *operation, const char *what,
                      const mismatch *found) {
  gl_error error;
  gl_error_set(&error, GL_TRANSPORT, "ResponseParserError",
               "Unable to parse response (%s%s%s%s), invalid body received", what,
               found ? found->name : "", found ? " should be " : "", found ? found->wanted : "");
  lua_pushnil(L);
  gl_raise_push(L, &error, operation->name);
  return 2;
}

/* The members that travel in headers, into the table on top. */
static void set_header_members(lua_State *L, const gl_shape *shape, const gl_response *response) {
  for (size_t i = 0; i < shape->count; i++)
    if (shape->members[i].place == GL_IN_HEADER)
      set_header_field(L, response, shape->members[i].header, shape->members[i].name);
}

static const gl_member *find_payload(const gl_shape *shape) {
  for (size_t i = 0; i < shape->count; i++)
    if (shape->members[i].place == GL_IN_PAYLOAD)
      return &shape->members[i];
  return NULL;
}

/* Pushes the output's members.  An empty body is one without members, as in botocore. */
static void push_members(lua_State *L, const gl_shape *shape, int decoded, mismatch *found) {
  const gl_member *payload = find_payload(shape);
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

int gl_push_output(lua_State *L, const gl_operation *operation, const gl_response *response,
                   int decoded, int metadata) {
  mismatch found = {NULL, NULL};
  if (operation->output) {
    if (lua_isnil(L, decoded) && response->body.length > 0)
      return unparsable(L, operation, "the body is not JSON", NULL);
    push_members(L, operation->output, decoded, &found);
    if (found.name)
      return unparsable(L, operation, "", &found);
    set_header_members(L, operation->output, response);
  } else
    lua_newtable(L);
  lua_pushvalue(L, metadata);
  lua_setfield(L, -2, "ResponseMetadata");
  return 1;
}
