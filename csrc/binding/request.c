#include "binding/request.h"

#include "binding/credentials.h"
#include "binding/error_object.h"
#include "binding/marshal.h"
#include "binding/operation.h"
#include "binding/option.h"
#include "binding/tree_hash.h"
#include "core/checksum.h"
#include "core/endpoint.h"
#include "core/identifier.h"
#include "core/sigv4.h"

#include <string.h>

/* ---- building a request ------------------------------------------------------------------ */

static void clear_request(void *value) {
  gl_request_clear(value);
}

/* Returns the part of the URL that an endpoint must not have, or NULL.  The path of an operation
 * cannot be appended to a query.  A brace means that a template was not filled in. */
static const char *find_obstacle(const gl_request *probe) {
  if (probe->query.length > 0)
    return "a query";
  return strpbrk(gl_buf_string(&probe->path), "{}") ? "a brace" : NULL;
}

static void check_endpoint(lua_State *L, const gl_buf *url) {
  gl_error error;
  gl_request *probe = gl_box_new(L, &gl_request_box);
  if (gl_request_set_url(probe, "GET", gl_buf_string(url), url->length, &error))
    gl_raise(L, &error, NULL);
  const char *why = find_obstacle(probe);
  if (why) {
    const char *shown = gl_buf_string(url); /* without the query, which may contain a token */
    gl_error_set(&error, GL_CONFIG, "InvalidConfigError", "Invalid endpoint: %.*s (%s)",
                 (int)strcspn(shown, "?"), shown, why);
    gl_raise(L, &error, NULL);
  }
  gl_box_clear(L, -1, &gl_request_box);
}

int gl_lua_endpoint(lua_State *L) {
  gl_error error;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  gl_buf *url = gl_box_new_buf(L);
  gl_endpoint_options options = {gl_option_string(L, "region", NULL),
                                 gl_option_string(L, "endpoint_url", NULL),
                                 gl_option_flag(L, "use_fips"), gl_option_flag(L, "use_dualstack"),
                                 gl_option_string(L, "service", NULL)};
  if (gl_endpoint_resolve(&options, url, &error))
    return gl_raise(L, &error, NULL);
  check_endpoint(L, url);
  lua_pushlstring(L, url->data, url->length);
  gl_box_clear(L, 2, &gl_buf_box);
  return 1;
}

int gl_lua_partition(lua_State *L) {
  const gl_partition *partition = gl_endpoint_partition(gl_check_string(L, 1));
  lua_pushstring(L, partition->name);
  lua_pushstring(L, partition->dns_suffix);
  return 2;
}

static void set_header(lua_State *L, gl_request *request, const char *name, int index) {
  size_t length;
  gl_error error;
  const char *value = lua_tolstring(L, index, &length);
  if (gl_request_set_header(request, name, value, length, &error))
    gl_raise(L, &error, NULL);
}

/* Sets the headers that are the same in all attempts of a call. */
static void set_call_headers(lua_State *L, gl_request *request, int user_agent) {
  char id[GL_UUID_LENGTH + 1];
  gl_error error;
  set_header(L, request, "User-Agent", user_agent);
  if (gl_identifier_uuid(lua_touserdata(L, lua_upvalueindex(2)), id, &error) ||
      gl_request_set_header(request, "amz-sdk-invocation-id", id, GL_UUID_LENGTH, &error))
    gl_raise(L, &error, NULL);
}

int gl_lua_prepare(lua_State *L) {
  gl_error error;
  size_t length;
  const gl_operation *operation = gl_lua_check_operation(L);
  const char *url = luaL_checklstring(L, 3, &length);
  lua_settop(L, 5);
  if (lua_isnil(L, 5))
    gl_box_new(L, &gl_request_box);
  gl_request *request = gl_box_check(L, lua_gettop(L), &gl_request_box);
  gl_request_reset(request);
  if (gl_request_set_url(request, operation->http_method, url, length, &error))
    return gl_raise(L, &error, operation->name);
  gl_marshal_input(L, 2, operation, request);
  if (!lua_isnil(L, 4))
    set_call_headers(L, request, 4);
  return 1;
}

static void set_headers(lua_State *L, gl_request *request) {
  lua_getfield(L, 1, "headers");
  if (lua_isnil(L, -1))
    return;
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      luaL_error(L, "headers must be strings");
    set_header(L, request, gl_check_string(L, lua_gettop(L) - 1), lua_gettop(L));
    lua_pop(L, 1);
  }
}

int gl_lua_request(lua_State *L) {
  gl_error error;
  size_t url_length, body_length;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  gl_request *request = gl_box_new(L, &gl_request_box);
  const char *method = gl_option_string(L, "method", NULL),
             *url = gl_option_string(L, "url", &url_length);
  const char *body = gl_option_bytes(L, "body", &body_length);
  luaL_argcheck(L, method && url, 1, "expected the fields method and url");
  if (gl_request_set_url(request, method, url, url_length, &error))
    return gl_raise(L, &error, NULL);
  set_headers(L, request);
  request->has_body = body != NULL;
  if (gl_buf_append(&request->body, body, body_length))
    gl_raise_memory(L);
  lua_settop(L, 2);
  return 1;
}

/* ---- methods ----------------------------------------------------------------------------- */

/* request:set_header(name, value) */
static int request_set_header(lua_State *L) {
  gl_request *request = gl_box_self(L, &gl_request_box);
  const char *name = gl_check_string(L, 2);
  luaL_checkstring(L, 3);
  set_header(L, request, name, 3);
  return 0;
}

/* Returns the seconds since the epoch at an argument.  A fraction is dropped. */
static int64_t check_time(lua_State *L, int argument) {
  lua_Number time = luaL_checknumber(L, argument);
  luaL_argcheck(L, time > -1e15 && time < 1e15, argument, "expected a time in seconds");
  return (int64_t)time;
}

/* Signs `request`.  The Lua arguments are (request, credentials, region, service, time). */
static const gl_signer *sign(lua_State *L, gl_request *request, int keep_path) {
  gl_error error;
  gl_signer *signer = gl_box_check(L, 2, &gl_credentials_box);
  gl_sigv4_options options = {gl_check_string(L, 3), gl_check_string(L, 4), check_time(L, 5),
                              keep_path};
  luaL_argcheck(L, signer->credentials.access_key_id, 2, "the credentials were cleared");
  if (gl_sigv4_sign(request, signer, &options, &error))
    gl_raise(L, &error, NULL);
  return signer;
}

/* request:sign(credentials, region, service, time, attempt): sets Host, X-Amz-Date, Authorization,
 * X-Amz-Security-Token (for temporary keys) and, if `attempt` is a string, amz-sdk-request.  `time`
 * is in seconds since the epoch.  May be called again. */
static int request_sign(lua_State *L) {
  gl_request *request = gl_box_self(L, &gl_request_box);
  if (lua_type(L, 6) == LUA_TSTRING)
    set_header(L, request, "amz-sdk-request", 6);
  sign(L, request, 0);
  return 0;
}

/* request:sign_stages(credentials, region, service, time, keep_path) -> canonical request, string
 * to sign, signature.  Signs the request as request:sign does.  With `keep_path`, empty, "." and
 * ".." segments stay in the canonical path. */
static int request_sign_stages(lua_State *L) {
  const gl_signer *signer = sign(L, gl_box_self(L, &gl_request_box), lua_toboolean(L, 6));
  lua_pushlstring(L, signer->canonical_request.data, signer->canonical_request.length);
  lua_pushlstring(L, signer->string_to_sign.data, signer->string_to_sign.length);
  lua_pushstring(L, signer->hex);
  return 3;
}

static void push_buf(lua_State *L, const gl_buf *buf) {
  lua_pushlstring(L, gl_buf_string(buf), buf->length);
}

static void push_url(lua_State *L, const gl_request *request) {
  luaL_Buffer url;
  luaL_buffinit(L, &url);
  luaL_addlstring(&url, gl_buf_string(&request->origin), request->origin.length);
  luaL_addlstring(&url, gl_buf_string(&request->path), request->path.length);
  if (request->query.length > 0) {
    luaL_addchar(&url, '?');
    luaL_addlstring(&url, gl_buf_string(&request->query), request->query.length);
  }
  luaL_pushresult(&url);
}

/* request:export() -> { method=, url=, headers=, body= }, for a transport of the host program.
 * There is no body if the request has none or if it is streamed. */
static int request_export(lua_State *L) {
  gl_request *request = gl_box_self(L, &gl_request_box);
  lua_createtable(L, 0, 5);
  push_buf(L, &request->method);
  lua_setfield(L, -2, "method");
  push_url(L, request);
  lua_setfield(L, -2, "url");
  lua_createtable(L, 0, (int)request->headers.count);
  for (size_t i = 0; i < request->headers.count; i++) {
    const gl_header *header = &request->headers.items[i];
    lua_pushlstring(L, header->line, header->name_length);
    lua_pushlstring(L, header->value, header->value_length);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "headers");
  if (request->has_body && !request->streamed) {
    push_buf(L, &request->body);
    lua_setfield(L, -2, "body");
  }
  return 1;
}

/* request:recycle(): removes the content, so that core.prepare can reuse the request.  Wipes the
 * values of headers. */
static int request_recycle(lua_State *L) {
  gl_request_reset(gl_box_self(L, &gl_request_box));
  return 0;
}

/* request:secrets() -> the secrets of the last signing: the signature, and the session token if
 * there is one */
static int request_secrets(lua_State *L) {
  gl_request *request = gl_box_self(L, &gl_request_box);
  const char *authorization = gl_headers_get(&request->headers, "Authorization");
  const char *signature = authorization ? strstr(authorization, "Signature=") : NULL;
  const char *token = gl_headers_get(&request->headers, "X-Amz-Security-Token");
  lua_settop(L, 0);
  if (signature)
    lua_pushstring(L, signature + strlen("Signature="));
  if (token)
    lua_pushstring(L, token);
  return lua_gettop(L);
}

/* request:streamed() -> whether the body is sent in chunks and is not part of the request */
static int request_streamed(lua_State *L) {
  gl_request *request = gl_box_self(L, &gl_request_box);
  lua_pushboolean(L, request->streamed);
  return 1;
}

/* request:stream(length, tree, linear): sets the length of the streamed body and its checksums,
 * which are hexadecimal */
static int request_stream(lua_State *L) {
  gl_error error;
  gl_request *request = gl_box_self(L, &gl_request_box);
  lua_Number length = luaL_checknumber(L, 2);
  const char *tree = gl_check_string(L, 3), *linear = gl_check_string(L, 4);
  luaL_argcheck(L, length >= 0 && length < 9e15, 2, "expected a length");
  if (gl_checksum_stream(request, (uint64_t)length, tree, linear, &error))
    return gl_raise(L, &error, NULL);
  return 0;
}

static const luaL_Reg request_methods[] = {{"set_header", request_set_header},
                                           {"streamed", request_streamed},
                                           {"stream", request_stream},
                                           {"sign", request_sign},
                                           {"sign_stages", request_sign_stages},
                                           {"export", request_export},
                                           {"secrets", request_secrets},
                                           {"recycle", request_recycle},
                                           {NULL, NULL}};

const gl_box_class gl_request_box = {"glacier.request", sizeof(gl_request), clear_request,
                                     request_methods, 0};
