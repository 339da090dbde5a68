#include "binding/service_error.h"

#include "binding/error_object.h"
#include "binding/unmarshal_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void set_string(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* Replaces the number on top of the stack with its digits.  lua_tostring would round it to 14
 * digits before Lua 5.3. */
static void write_digits(lua_State *L) {
  int64_t integer;
  char digits[32];
  if (gl_compat_toint64(L, -1, &integer)) {
    snprintf(digits, sizeof digits, "%" PRId64, integer);
    lua_pushstring(L, digits);
    lua_remove(L, -2);
  }
}

/* If the member of the decoded body is a string or a number, pushes it as a string.  A number keeps
 * the digits that it has in the body.  Returns whether it pushed a value. */
static int push_text(lua_State *L, int decoded, const char *name) {
  if (!lua_istable(L, decoded))
    return 0;
  lua_pushstring(L, name);
  lua_rawget(L, decoded);
  if (gl_json_is_number(L, -1)) {
    lua_pushstring(L, lua_tostring(L, -1) + 1);
    lua_remove(L, -2);
  } else if (lua_type(L, -1) == LUA_TNUMBER) {
    write_digits(L);
  }
  if (lua_type(L, -1) == LUA_TSTRING)
    return 1;
  lua_pop(L, 1);
  return 0;
}

/* Pushes "FooException" for "com.amazonaws.glacier#FooException:http://…" (Smithy, restJson1): the
 * text before the first colon and after the last "#" before it.  Pushes nothing if that is empty.
 * Returns whether it pushed a value. */
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

/* Pushes the code.  Its source is the first of these that has one: the header x-amzn-errortype, the
 * body's code or Code, the body's __type, the status. */
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

/* Returns whether the body of a 5xx response is empty or the HTML page of a proxy.  The reason
 * phrase is a better message then. */
static int is_page(const gl_response *response) {
  const char *body = gl_buf_string(&response->body);
  body += strspn(body, " \t\r\n");
  return response->status >= 500 && (!*body || !strncmp(body, "<html>", 6));
}

/* Returns the reason phrase of a 5xx status, or "" for an unknown one: that of Python's
 * http.client, which botocore uses.  The phrase that the server sent is not used, because it may be
 * any text. */
static const char *reason_phrase(int status) {
  static const char *const phrases[] = {[0] = "Internal Server Error",
                                        [1] = "Not Implemented",
                                        [2] = "Bad Gateway",
                                        [3] = "Service Unavailable",
                                        [4] = "Gateway Timeout",
                                        [5] = "HTTP Version Not Supported",
                                        [6] = "Variant Also Negotiates",
                                        [7] = "Insufficient Storage",
                                        [8] = "Loop Detected",
                                        [10] = "Not Extended",
                                        [11] = "Network Authentication Required"};
  size_t i = (size_t)status - 500;
  return i < sizeof phrases / sizeof *phrases && phrases[i] ? phrases[i] : "";
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

/* Pushes the table that boto3's errors have as `response`.  `code` is the index of the code.  The
 * message is at the next index. */
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

/* Sets `type` to the type in the body if that is "Client" or "Server", otherwise to the type of the
 * status. */
static void set_type(lua_State *L, const gl_response *response, int decoded) {
  int is_server = response->status >= 500;
  if (push_text(L, decoded, "type")) {
    const char *text = lua_tostring(L, -1);
    is_server = !strcmp(text, "Server") || (is_server && strcmp(text, "Client"));
    lua_pop(L, 1);
  }
  set_string(L, "type", is_server ? "Server" : "Client");
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
