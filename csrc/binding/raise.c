#include "binding/raise.h"

#include <string.h>

static const char key; /* its address names the metatable in the registry */

static void set_string(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* ---- the object -------------------------------------------------------------------------- */

/* Pushes the field of the error; "" where a handler left no text in it. */
static void push_field(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, 1);
  if (lua_isstring(L, -1))
    return;
  lua_pop(L, 1);
  lua_pushliteral(L, "");
}

static int field_is(lua_State *L, const char *name, const char *text) {
  push_field(L, name);
  int same = !strcmp(lua_tostring(L, -1), text);
  lua_pop(L, 1);
  return same;
}

/* Pushes the number of retries if the attempts ran out, else nothing; returns whether it did. */
static int push_retries(lua_State *L) {
  int top = lua_gettop(L);
  lua_pushliteral(L, "response");
  lua_rawget(L, 1);
  if (lua_istable(L, -1)) {
    lua_getfield(L, -1, "ResponseMetadata");
    if (lua_istable(L, -1)) {
      lua_getfield(L, -1, "MaxAttemptsReached");
      lua_getfield(L, -2, "RetryAttempts");
      if (lua_toboolean(L, -2) && lua_isnumber(L, -1)) {
        lua_replace(L, top + 1);
        lua_settop(L, top + 1);
        return 1;
      }
    }
  }
  lua_settop(L, top);
  return 0;
}

/* botocore's words.  Pieces are joined rather than formatted, for a message may hold zero bytes. */
static void push_service_text(lua_State *L) {
  int bottom = lua_gettop(L);
  lua_pushliteral(L, "An error occurred (");
  push_field(L, "code");
  lua_pushliteral(L, ") when calling the ");
  push_field(L, "operation");
  lua_pushliteral(L, " operation");
  if (push_retries(L)) {
    lua_pushfstring(L, " (reached max retries: %d)", (int)lua_tonumber(L, -1));
    lua_remove(L, -2);
  }
  lua_pushliteral(L, ": ");
  push_field(L, "message");
  if (field_is(L, "code", "NoLongerSupportedException"))
    lua_pushliteral(L, " (Amazon Glacier takes no new customers since December 2025, and this "
                       "account has no Glacier storage: no operation will work)");
  lua_concat(L, lua_gettop(L) - bottom);
}

static int error_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (field_is(L, "kind", "service"))
    push_service_text(L);
  else
    push_field(L, "message");
  return 1;
}

void gl_raise_register(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&key);
  lua_rawget(L, LUA_REGISTRYINDEX);
  int known = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (known)
    return;
  lua_pushlightuserdata(L, (void *)&key);
  lua_newtable(L);
  lua_pushcfunction(L, error_tostring);
  lua_setfield(L, -2, "__tostring");
  set_string(L, "__name", "glacier.error");
  lua_rawset(L, LUA_REGISTRYINDEX);
}

void gl_raise_mark(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&key);
  lua_rawget(L, LUA_REGISTRYINDEX);
  lua_setmetatable(L, -2);
}

/* ---- the core's errors ------------------------------------------------------------------- */

int gl_raise_memory(lua_State *L) {
  return luaL_error(L, "not enough memory");
}

void gl_raise_push(lua_State *L, const gl_error *error, const char *operation) {
  if (error->kind == GL_MEMORY)
    gl_raise_memory(L);
  lua_createtable(L, 0, 6);
  set_string(L, "code", error->code);
  set_string(L, "message", error->message);
  set_string(L, "kind", gl_kind_name(error->kind));
  if (operation)
    set_string(L, "operation", operation);
  lua_pushboolean(L, error->retryable);
  lua_setfield(L, -2, "retryable");
  gl_raise_mark(L);
}

int gl_raise(lua_State *L, const gl_error *error, const char *operation) {
  gl_raise_push(L, error, operation);
  return lua_error(L);
}

/* ---- the service's errors ---------------------------------------------------------------- */

/* Pushes the member of the decoded body if it is a string or a number, as a string. */
static int push_text(lua_State *L, int decoded, const char *name) {
  if (!lua_istable(L, decoded))
    return 0;
  lua_pushstring(L, name);
  lua_rawget(L, decoded);
  int64_t number;
  if (lua_type(L, -1) == LUA_TNUMBER && gl_compat_toint64(L, -1, &number)) {
    gl_compat_pushint64(L, number); /* "5" where lua-cjson gave 5.0 */
    lua_remove(L, -2);
  }
  if (lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER) {
    lua_tostring(L, -1);
    return 1;
  }
  lua_pop(L, 1);
  return 0;
}

/* "com.amazonaws.glacier#FooException:http://…" names FooException (Smithy, restJson1): cut at the
 * first colon, keep what follows the last "#".  Pushes it unless nothing is left; returns whether
 * it did. */
static int push_code_of(lua_State *L, const char *text) {
  size_t length = strcspn(text, ":");
  for (size_t i = length; i > 0; i--) {
    if (text[i - 1] != '#')
      continue;
    text += i, length -= i;
    break;
  }
  if (length > 0)
    lua_pushlstring(L, text, length);
  return length > 0;
}

/* The x-amzn-errortype header wins over the body's code, that over its __type; the status is the
 * last resort. */
static void push_code(lua_State *L, const gl_response *response, int decoded) {
  static const char *const members[] = {"code", "Code", "__type"};
  const char *header = gl_headers_get(&response->headers, "x-amzn-errortype");
  if (header && push_code_of(L, header))
    return;
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    if (!push_text(L, decoded, members[i]))
      continue;
    if (push_code_of(L, lua_tostring(L, -1))) {
      lua_remove(L, -2);
      return;
    }
    lua_pop(L, 1);
  }
  lua_pushfstring(L, "%d", response->status);
}

/* A 5xx without a body, or with a proxy's page, says nothing that its reason phrase does not. */
static int is_page(const gl_response *response) {
  const char *body = gl_buf_string(&response->body);
  body += strspn(body, " \t\r\n");
  return response->status >= 500 && (!*body || !strncmp(body, "<html>", 6));
}

/* The phrases of RFC 9110 and its extensions: what a server wrote on the wire may be anything. */
static const char *reason_phrase(int status) {
  switch (status) {
  case 500:
    return "Internal Server Error";
  case 501:
    return "Not Implemented";
  case 502:
    return "Bad Gateway";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  case 505:
    return "HTTP Version Not Supported";
  case 507:
    return "Insufficient Storage";
  case 511:
    return "Network Authentication Required";
  default:
    return "";
  }
}

static void push_message(lua_State *L, const gl_response *response, int decoded) {
  if (is_page(response))
    lua_pushstring(L, reason_phrase(response->status));
  else if (lua_istable(L, decoded)) {
    if (!push_text(L, decoded, "message") && !push_text(L, decoded, "Message"))
      lua_pushliteral(L, "");
  } else
    lua_pushlstring(L, gl_buf_string(&response->body), response->body.length);
}

/* Pushes what boto3 has as `response`, of the code and message below the top. */
static void push_boto_response(lua_State *L, int code, int metadata) {
  lua_createtable(L, 0, 2);
  lua_createtable(L, 0, 2);
  lua_pushvalue(L, code);
  lua_setfield(L, -2, "Code");
  lua_pushvalue(L, code + 1);
  lua_setfield(L, -2, "Message");
  lua_setfield(L, -2, "Error");
  lua_pushvalue(L, metadata);
  lua_setfield(L, -2, "ResponseMetadata");
}

/* The body's word if it is one of the two, else what the status says. */
static void set_type(lua_State *L, const gl_response *response, int decoded) {
  int server = response->status >= 500;
  if (push_text(L, decoded, "type")) {
    const char *text = lua_tostring(L, -1);
    server = !strcmp(text, "Server") || (server && strcmp(text, "Client"));
    lua_pop(L, 1);
  }
  set_string(L, "type", server ? "Server" : "Client");
}

void gl_raise_push_service(lua_State *L, const gl_response *response, const char *operation,
                           int decoded, int metadata) {
  int code = lua_gettop(L) + 1;
  if (is_page(response))
    lua_pushfstring(L, "%d", response->status);
  else
    push_code(L, response, decoded);
  push_message(L, response, decoded);
  lua_createtable(L, 0, 10);
  lua_pushvalue(L, code);
  lua_setfield(L, -2, "code");
  lua_pushvalue(L, code + 1);
  lua_setfield(L, -2, "message");
  set_string(L, "kind", "service");
  if (operation)
    set_string(L, "operation", operation);
  lua_pushinteger(L, response->status);
  lua_setfield(L, -2, "status");
  lua_getfield(L, metadata, "RequestId");
  lua_setfield(L, -2, "request_id");
  set_type(L, response, decoded);
  push_boto_response(L, code, metadata);
  lua_setfield(L, -2, "response");
  gl_raise_mark(L);
  lua_replace(L, code);
  lua_settop(L, code);
}
