#include "binding/service_error.h"

#include "binding/error_object.h"
#include "binding/unmarshal_json.h"

#include <string.h>

static void set_string(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* Pushes the member of the decoded body as a string if it is a string or a number, a number with
 * the digits that it has in the body.  Returns whether it pushed. */
static int push_text(lua_State *L, int decoded, const char *name) {
  if (!lua_istable(L, decoded))
    return 0;
  lua_pushstring(L, name);
  lua_rawget(L, decoded);
  if (gl_json_is_number(L, -1)) {
    lua_pushstring(L, lua_tostring(L, -1) + 1);
    lua_remove(L, -2);
  } else if (lua_type(L, -1) == LUA_TNUMBER) {
    gl_json_push_value(L, lua_gettop(L));
    lua_remove(L, -2);
    lua_tostring(L, -1);
  }
  if (lua_type(L, -1) == LUA_TSTRING)
    return 1;
  lua_pop(L, 1);
  return 0;
}

/* Pushes "FooException" for "com.amazonaws.glacier#FooException:http://…" (Smithy, restJson1): the
 * text up to the first colon, from the last "#" on.  Pushes nothing for an empty name.  Returns
 * whether it pushed. */
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

/* Pushes the code.  The header x-amzn-errortype comes first, then the body's code, then its __type,
 * then the status. */
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

/* Whether the body of a 5xx is empty or a page of a proxy, which helps less than the reason phrase.
 */
static int is_page(const gl_response *response) {
  const char *body = gl_buf_string(&response->body);
  body += strspn(body, " \t\r\n");
  return response->status >= 500 && (!*body || !strncmp(body, "<html>", 6));
}

/* The reason phrase of RFC 9110 and its extensions.  The server's own phrase may be any text. */
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

/* Pushes the table that boto3 has as `response`.  `code` is the index of the code; the message is
 * above it. */
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

/* Sets `type`: the one in the body if it is "Client" or "Server", otherwise that of the status. */
static void set_type(lua_State *L, const gl_response *response, int decoded) {
  int server = response->status >= 500;
  if (push_text(L, decoded, "type")) {
    const char *text = lua_tostring(L, -1);
    server = !strcmp(text, "Server") || (server && strcmp(text, "Client"));
    lua_pop(L, 1);
  }
  set_string(L, "type", server ? "Server" : "Client");
}

void gl_service_error_push(lua_State *L, const gl_response *response, const char *operation,
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
  gl_error_object_mark(L);
  lua_replace(L, code);
  lua_settop(L, code);
}
