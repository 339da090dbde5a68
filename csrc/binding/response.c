#include "binding/response.h"

#include "binding/error_object.h"
#include "binding/service_error.h"
#include "binding/unmarshal.h"
#include "core/model.h"

#include <string.h>

static void clear_response(void *value) {
  gl_response_clear(value);
}

/* ---- from a host's transport ------------------------------------------------------------- */

static void add_header(lua_State *L, gl_response *response) {
  size_t name_length, value_length;
  if (lua_type(L, -2) != LUA_TSTRING || !lua_isstring(L, -1))
    luaL_error(L, "transport: headers must be strings");
  const char *name = lua_tolstring(L, -2, &name_length);
  const char *value = lua_tolstring(L, -1, &value_length);
  int failed = gl_headers_add(&response->headers, name, name_length, value, value_length);
  if (failed == GL_HEADER_BAD)
    luaL_error(L, "transport: the header %s is malformed", name);
  if (failed)
    gl_raise_memory(L);
}

static void read_headers(lua_State *L, gl_response *response) {
  lua_getfield(L, 1, "headers");
  if (lua_isnil(L, -1))
    return;
  if (!lua_istable(L, -1))
    luaL_error(L, "transport: headers must be a table");
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (lua_istable(L, -1)) { /* several fields of one name */
      int count = (int)gl_compat_rawlen(L, -1);
      for (int i = 1; i <= count; i++) {
        lua_pushvalue(L, -2);
        lua_rawgeti(L, -2, i);
        add_header(L, response);
        lua_pop(L, 2);
      }
    } else
      add_header(L, response);
    lua_pop(L, 1);
  }
}

static void read_body(lua_State *L, gl_response *response) {
  size_t length;
  lua_getfield(L, 1, "body");
  if (lua_isnil(L, -1))
    return;
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "transport: body must be a string");
  const char *body = lua_tolstring(L, -1, &length);
  int result = gl_response_body(response, body, length);
  if (result == GL_MEMORY)
    gl_raise_memory(L);
  if (result && response->status < 300)
    luaL_error(L, "transport: body is longer than the %d bytes that are accepted",
               (int)GL_RESPONSE_BODY_MAX);
}

int gl_lua_response(lua_State *L) {
  int64_t status;
  if (!lua_istable(L, 1))
    return luaL_error(L, "transport: a table must be returned");
  lua_settop(L, 1);
  gl_response *response = gl_box_new(L, &gl_response_box);
  lua_getfield(L, 1, "status");
  if (lua_type(L, -1) != LUA_TNUMBER || !gl_compat_toint64(L, -1, &status) || status < 100 ||
      status > 999)
    return luaL_error(L, "transport: status must be an integer from 100 to 999");
  response->status = (int)status;
  read_headers(L, response);
  read_body(L, response);
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

/* response:header(name) -> value of the first field of that name, in any case; or nil */
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

/* ---- the end ----------------------------------------------------------------------------- */

/* lua-cjson gives the same for `{}` and `[]`. */
static int holds_object(const gl_response *response) {
  const char *body = gl_buf_string(&response->body);
  return body[strspn(body, " \t\r\n")] == '{';
}

int gl_lua_parse(lua_State *L) {
  const gl_operation *operation = gl_operation_find(luaL_checkstring(L, 1));
  gl_response *response = gl_box_check(L, 2, &gl_response_box);
  luaL_argcheck(L, operation != NULL, 1, "no such operation");
  lua_settop(L, holds_object(response) ? 3 : 2);
  lua_settop(L, 3);
  gl_push_metadata(L, response);
  if (response->status < 300)
    return gl_unmarshal_output(L, operation, response, 3, 4);
  lua_pushnil(L);
  gl_service_error_push(L, response, operation->name, 3, 4);
  return 2;
}
