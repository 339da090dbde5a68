#include "binding/response.h"

#include "binding/error_object.h"
#include "binding/operation.h"
#include "binding/service_error.h"
#include "binding/unmarshal.h"
#include "binding/unmarshal_json.h"
#include "core/model.h"

#include <string.h>

static void clear_response(void *value) {
  gl_response_clear(value);
}

/* ---- from the host's transport ----------------------------------------------------------- */

/* Pushes nil and an error object.  Returns the number of pushed values. */
static int push_invalid(lua_State *L, const char *what, const char *why) {
  gl_error error;
  gl_error_set(&error, GL_TRANSPORT, "ResponseParserError", "transport: %s %s", what, why);
  lua_pushnil(L);
  gl_error_object_push(L, &error, NULL);
  return 2;
}

/* Each of the functions below returns 0, or the number of values that push_invalid pushed. */

/* Adds a field: its value is on top of the stack, and its name is below. */
static int add_header(lua_State *L, gl_response *response) {
  size_t name_length, value_length;
  if (lua_type(L, -2) != LUA_TSTRING || !lua_isstring(L, -1))
    return push_invalid(L, "headers", "must be strings");
  const char *name = lua_tolstring(L, -2, &name_length);
  const char *value = lua_tolstring(L, -1, &value_length);
  int failed = gl_headers_add(&response->headers, name, name_length, value, value_length);
  if (failed == GL_HEADER_BAD)
    return push_invalid(L, name, "is an invalid header");
  return failed ? gl_raise_memory(L) : 0;
}

/* Adds a field for each value of the list on top of the stack.  The name is below. */
static int add_headers(lua_State *L, gl_response *response) {
  int count = (int)gl_compat_rawlen(L, -1);
  for (int i = 1; i <= count; i++) {
    lua_pushvalue(L, -2);
    lua_rawgeti(L, -2, i);
    int pushed = add_header(L, response);
    if (pushed)
      return pushed;
    lua_pop(L, 2);
  }
  return 0;
}

static int read_headers(lua_State *L, gl_response *response) {
  lua_getfield(L, 1, "headers");
  if (lua_isnil(L, -1))
    return 0;
  if (!lua_istable(L, -1))
    return push_invalid(L, "headers", "must be a table");
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    int pushed = lua_istable(L, -1) ? add_headers(L, response) : add_header(L, response);
    if (pushed)
      return pushed;
    lua_pop(L, 1);
  }
  return 0;
}

static int read_body(lua_State *L, gl_response *response) {
  size_t length;
  lua_getfield(L, 1, "body");
  if (lua_isnil(L, -1))
    return 0;
  if (lua_type(L, -1) != LUA_TSTRING)
    return push_invalid(L, "body", "must be a string");
  const char *body = lua_tolstring(L, -1, &length);
  int result = gl_response_body(response, body, length);
  if (result == GL_MEMORY)
    return gl_raise_memory(L);
  if (result && response->status < 300)
    return push_invalid(L, "body", "is longer than 64 MiB");
  return 0;
}

static int read_status(lua_State *L, gl_response *response) {
  int64_t status;
  lua_getfield(L, 1, "status");
  if (lua_type(L, -1) != LUA_TNUMBER || !gl_compat_toint64(L, -1, &status) || status < 200 ||
      status > 999)
    return push_invalid(L, "status", "must be an integer from 200 to 999");
  response->status = (int)status;
  return 0;
}

int gl_lua_response(lua_State *L) {
  if (!lua_istable(L, 1))
    return push_invalid(L, "the result", "must be a table");
  lua_settop(L, 1);
  gl_response *response = gl_box_new(L, &gl_response_box);
  int pushed = read_status(L, response);
  if (!pushed)
    pushed = read_headers(L, response);
  if (!pushed)
    pushed = read_body(L, response);
  if (pushed)
    return pushed;
  lua_settop(L, 2);
  return 1;
}

/* ---- methods ----------------------------------------------------------------------------- */

/* response:status() -> integer */
static int response_status(lua_State *L) {
  gl_response *response = gl_box_self(L, &gl_response_box);
  lua_pushinteger(L, response->status);
  return 1;
}

/* response:header(name) -> value of the first field of that name, or nil; the case of the name does
 * not matter */
static int response_header(lua_State *L) {
  gl_response *response = gl_box_self(L, &gl_response_box);
  lua_pushstring(L, gl_headers_get(&response->headers, luaL_checkstring(L, 2)));
  return 1;
}

/* response:body() -> string */
static int response_body(lua_State *L) {
  gl_response *response = gl_box_self(L, &gl_response_box);
  lua_pushlstring(L, gl_buf_string(&response->body), response->body.length);
  return 1;
}

static const luaL_Reg response_methods[] = {{"status", response_status},
                                            {"header", response_header},
                                            {"body", response_body},
                                            {NULL, NULL}};

const gl_box_class gl_response_box = {"glacier.response", sizeof(gl_response), clear_response,
                                      response_methods, 0};

/* ---- the metadata ------------------------------------------------------------------------ */

/* Pops the value of a field and the name below it, and stores them in the table.  The values of a
 * name that repeats are collected in a list, which is joined once at the end; joining after each
 * value would take quadratic time.  Returns whether the name repeats. */
static int add_field(lua_State *L, int table) {
  lua_pushvalue(L, -2);
  lua_rawget(L, table);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_rawset(L, table);
    return 0;
  }
  if (!lua_istable(L, -1)) {
    lua_createtable(L, 2, 0);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, -3);
    lua_pushvalue(L, -2);
    lua_rawset(L, table);
  }
  lua_insert(L, -2);
  lua_rawseti(L, -2, (int)gl_compat_rawlen(L, -2) + 1);
  lua_pop(L, 2);
  return 1;
}

/* Pushes the strings of the list at `index`, joined with ", ". */
static void push_joined(lua_State *L, int index) {
  luaL_Buffer buffer;
  int count = (int)gl_compat_rawlen(L, index);
  luaL_buffinit(L, &buffer);
  for (int i = 1; i <= count; i++) {
    if (i > 1)
      luaL_addlstring(&buffer, ", ", 2);
    lua_rawgeti(L, index, i);
    luaL_addvalue(&buffer);
  }
  luaL_pushresult(&buffer);
}

static void join_lists(lua_State *L, int table) {
  lua_pushnil(L);
  while (lua_next(L, table)) {
    if (lua_istable(L, -1)) {
      lua_pushvalue(L, -2);
      push_joined(L, lua_gettop(L) - 1);
      lua_rawset(L, table);
    }
    lua_pop(L, 1);
  }
}

static void push_headers(lua_State *L, const gl_headers *headers) {
  int repeats = 0;
  lua_createtable(L, 0, (int)headers->count);
  int table = lua_gettop(L);
  for (size_t i = 0; i < headers->count; i++) {
    const gl_header *header = &headers->items[i];
    lua_pushlstring(L, header->lower, header->name_length);
    lua_pushlstring(L, header->value, header->value_length);
    repeats |= add_field(L, table);
  }
  if (repeats)
    join_lists(L, table);
}

static void set_string(lua_State *L, const char *field, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, field);
}

/* Pushes the ResponseMetadata: HTTPStatusCode, HTTPHeaders (names in lower case, the values of one
 * name joined with ", "), and RequestId if the service sent it.  HostId is set only if the service
 * sent no x-amzn-requestid, as in botocore. */
static void push_metadata(lua_State *L, const gl_response *response) {
  const gl_headers *headers = &response->headers;
  const char *id = gl_headers_get(headers, "x-amzn-requestid");
  lua_createtable(L, 0, 4); /* one for RetryAttempts; HostId is rare */
  lua_pushinteger(L, response->status);
  lua_setfield(L, -2, "HTTPStatusCode");
  push_headers(L, headers);
  lua_setfield(L, -2, "HTTPHeaders");
  set_string(L, "RequestId", id ? id : gl_headers_get(headers, "x-amz-request-id"));
  if (!id)
    set_string(L, "HostId", gl_headers_get(headers, "x-amz-id-2"));
}

/* ---- parsing ----------------------------------------------------------------------------- */

/* Returns whether to read the body as JSON: the response is an error or its shape is JSON, and the
 * body begins as an object does. */
static int has_json(const gl_operation *operation, const gl_response *response) {
  if (response->status < 300 && !(operation->output && gl_shape_has_json(operation->output)))
    return 0;
  const char *body = gl_buf_string(&response->body);
  return body[strspn(body, " \t\r\n")] == '{'; /* lua-cjson returns the same for `{}` and `[]` */
}

/* Returns whether the caller may need the body and the headers after parsing: the output is not
 * read from JSON, so it may be a blob. */
static int may_be_blob(const gl_operation *operation) {
  return operation->output && !gl_shape_has_json(operation->output);
}

int gl_lua_parse(lua_State *L) {
  const gl_operation *operation = gl_lua_check_operation(L);
  gl_response *response = gl_box_check(L, 2, &gl_response_box);
  lua_settop(L, 3);
  if (lua_isfunction(L, 3) && has_json(operation, response))
    gl_json_push(L, gl_buf_string(&response->body), response->body.length, 3);
  else if (lua_istable(L, 3))
    lua_pushvalue(L, 3);
  else
    lua_pushnil(L);
  push_metadata(L, response);
  if (response->status >= 300) {
    lua_pushnil(L);
    gl_service_error_push(L, response, operation->name, 4, 5);
    return 2;
  }
  int pushed = gl_unmarshal_output(L, operation, response, 4, 5);
  if (pushed == 1 && !may_be_blob(operation))
    gl_response_drop(response); /* Lua's collector does not count this memory */
  return pushed;
}
