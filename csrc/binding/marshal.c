#include "binding/marshal.h"

#include "binding/box.h"
#include "binding/validate.h"
#include "binding/error_object.h"
#include "core/body_hash.h"
#include "core/checksum.h"
#include "core/json.h"
#include "core/uri.h"

#include <string.h>

/* The functions that write run after gl_validate_input found no problem, so values have the types
 * of their shapes.  All buffers belong to an anchored request, so an error leaks nothing. */

static void must(lua_State *L, int failed) {
  if (failed)
    gl_raise_memory(L);
}

/* Raises an error if the value does not have the type.  Between validation and writing, the
 * collector may run a finalizer that changes the caller's tables. */
static void check_unchanged(lua_State *L, int index, int type) {
  gl_error error;
  if (lua_type(L, index) == type)
    return;
  gl_error_set(&error, GL_VALIDATION, "ParamValidationError",
               "Parameter validation failed:\nThe parameters changed while they were read");
  gl_raise(L, &error, NULL);
}

/* ---- JSON by shape ----------------------------------------------------------------------- */

static void write_value(lua_State *L, gl_json *json, int index, const gl_shape *shape);

/* Writes the members of the body, in the model's order. */
static void write_structure(lua_State *L, gl_json *json, int index, const gl_shape *shape) {
  check_unchanged(L, index, LUA_TTABLE);
  must(L, gl_json_open(json, '{'));
  for (size_t i = 0; i < shape->count; i++) {
    if (shape->members[i].location != GL_IN_BODY)
      continue;
    const char *name = shape->members[i].name;
    lua_pushstring(L, name);
    lua_rawget(L, index);
    if (!lua_isnil(L, -1)) {
      must(L, gl_json_key(json, name, strlen(name)));
      write_value(L, json, lua_gettop(L), shape->members[i].shape);
    }
    lua_pop(L, 1);
  }
  must(L, gl_json_close(json, '}'));
}

static void write_list(lua_State *L, gl_json *json, int index, const gl_shape *shape) {
  check_unchanged(L, index, LUA_TTABLE);
  size_t count = gl_compat_rawlen(L, index);
  must(L, gl_json_open(json, '['));
  for (size_t i = 1; i <= count; i++) {
    lua_rawgeti(L, index, (int)i);
    write_value(L, json, lua_gettop(L), shape->element);
    lua_pop(L, 1);
  }
  must(L, gl_json_close(json, ']'));
}

static void write_key(lua_State *L, gl_json *json, int index) {
  size_t length;
  check_unchanged(L, index, LUA_TSTRING);
  const char *text = lua_tolstring(L, index, &length);
  must(L, gl_json_key(json, text, length));
}

static void write_map(lua_State *L, gl_json *json, int index, const gl_shape *shape) {
  check_unchanged(L, index, LUA_TTABLE);
  must(L, gl_json_open(json, '{'));
  lua_pushnil(L);
  while (lua_next(L, index)) {
    write_key(L, json, lua_gettop(L) - 1);
    write_value(L, json, lua_gettop(L), shape->element);
    lua_pop(L, 1);
  }
  must(L, gl_json_close(json, '}'));
}

static void write_string(lua_State *L, gl_json *json, int index) {
  size_t length;
  check_unchanged(L, index, LUA_TSTRING);
  const char *text = lua_tolstring(L, index, &length);
  must(L, gl_json_string(json, text, length));
}

static void write_long(lua_State *L, gl_json *json, int index) {
  int64_t value = 0;
  check_unchanged(L, index, LUA_TNUMBER);
  gl_compat_toint64(L, index, &value);
  must(L, gl_json_integer(json, value));
}

static void write_table(lua_State *L, gl_json *json, int index, const gl_shape *shape) {
  luaL_checkstack(L, 8, "parameters nested too deeply");
  if (shape->type == GL_STRUCTURE)
    write_structure(L, json, index, shape);
  else if (shape->type == GL_LIST)
    write_list(L, json, index, shape);
  else
    write_map(L, json, index, shape);
}

static void write_value(lua_State *L, gl_json *json, int index, const gl_shape *shape) {
  switch (shape->type) {
  case GL_STRING:
    write_string(L, json, index);
    break;
  case GL_LONG:
    write_long(L, json, index);
    break;
  case GL_BOOLEAN:
    must(L, gl_json_boolean(json, lua_toboolean(L, index)));
    break;
  case GL_STRUCTURE:
  case GL_LIST:
  case GL_MAP:
    write_table(L, json, index, shape);
    break;
  case GL_BLOB: /* a blob is never inside JSON */
    break;
  }
}

/* ---- the request ------------------------------------------------------------------------- */

static void set_header(lua_State *L, gl_request *request, const gl_operation *operation,
                       const char *name, const char *value, size_t length) {
  gl_error error;
  if (gl_request_set_header(request, name, value, length, &error))
    gl_raise(L, &error, operation->name);
}

/* Pushes a member that is a string.  Returns its text; or, if that is absent or empty, its fallback
 * if it has one.  Returns NULL for an absent member without a fallback. */
static const char *push_text(lua_State *L, int index, const gl_member *member, size_t *length) {
  *length = 0;
  lua_pushstring(L, member->name);
  lua_rawget(L, index);
  const char *value = lua_tolstring(L, -1, length);
  if (member->fallback && *length == 0)
    value = member->fallback, *length = strlen(value);
  return value;
}

static int is_label(const char *label, const char *name) {
  while (*name && *name == *label)
    name++, label++;
  return !*name && *label == '}';
}

/* Returns the member that a label of a path names.  `label` begins after the opening brace.  The
 * member must exist. */
static const gl_member *find_label(const gl_shape *shape, const char *label) {
  const gl_member *member = shape->members;
  while (!is_label(label, member->name))
    member++;
  return member;
}

/* Writes a label's value and returns the position after the label.  `label` begins with the opening
 * brace. */
static const char *write_label(lua_State *L, int index, const gl_operation *operation,
                               const char *label, gl_buf *path) {
  size_t length;
  const gl_member *member = find_label(operation->input, label + 1);
  const char *value = push_text(L, index, member, &length);
  if (!value)
    check_unchanged(L, lua_gettop(L), LUA_TSTRING);
  must(L, gl_uri_encode(path, value, length, NULL));
  lua_pop(L, 1);
  return label + strlen(member->name) + 2;
}

/* Writes the operation's path.  Each label is the name of a member. */
static void write_path(lua_State *L, int index, const gl_operation *operation, gl_buf *path) {
  for (const char *at = operation->path, *end; *at; at = end) {
    for (end = at; *end && *end != '{'; end++) {
    }
    must(L, gl_buf_append(path, at, (size_t)(end - at)));
    if (*end)
      end = write_label(L, index, operation, end, path);
  }
}

/* Writes a member into the query or a header. */
static void write_member(lua_State *L, int index, const gl_operation *operation,
                         const gl_member *member, gl_request *request) {
  size_t length;
  const char *value = push_text(L, index, member, &length);
  if (value && member->location == GL_IN_QUERY)
    must(L, gl_uri_add_query(&request->query, member->name, value, length));
  else if (value)
    set_header(L, request, operation, member->header, value, length);
  lua_pop(L, 1);
}

/* Writes the payload member if the operation has one, otherwise the members of the body. */
static void write_body(lua_State *L, int index, const gl_operation *operation,
                       gl_request *request) {
  gl_json json = {&request->body, 0};
  const gl_shape *shape = operation->input;
  const gl_member *payload = gl_shape_payload(shape);
  if (payload) {
    lua_pushstring(L, payload->name);
    lua_rawget(L, index);
    if (lua_isnil(L, -1))
      lua_newtable(L);
    index = lua_gettop(L);
    shape = payload->shape;
  }
  write_structure(L, &json, index, shape);
  set_header(L, request, operation, "Content-Type", "application/json", 16);
}

/* Returns whether the Lua layer must hash and send a blob.  It must do so for any source that is
 * not a string, and for a string that is so long that its hash would block the host. */
static int is_streamed(lua_State *L, int index) {
  size_t length;
  if (lua_type(L, index) != LUA_TSTRING)
    return !lua_isnil(L, index);
  (void)lua_tolstring(L, index, &length);
  return length >= GL_BODY_HASH_THREADS_FROM;
}

/* Writes the blob if the operation has one, or marks the request as streamed. */
static void write_blob(lua_State *L, int index, const gl_operation *operation,
                       gl_request *request) {
  size_t length;
  gl_error error;
  const gl_member *payload = gl_shape_payload(operation->input);
  if (!payload)
    return;
  lua_pushstring(L, payload->name);
  lua_rawget(L, index);
  request->streamed = is_streamed(L, -1);
  if (request->streamed)
    return;
  const char *bytes = lua_tolstring(L, -1, &length);
  must(L, bytes && gl_buf_append(&request->body, bytes, length));
  if (gl_checksum_body(request, &error))
    gl_raise(L, &error, operation->name);
}

static void write_request(lua_State *L, int index, const gl_operation *operation,
                          gl_request *request) {
  gl_buf *path = &request->path;
  if (path->length > 0 && path->data[path->length - 1] == '/')
    gl_buf_truncate(path, path->length - 1);
  write_path(L, index, operation, path);
  if (operation->query)
    must(L, gl_buf_append_string(&request->query, operation->query));
  set_header(L, request, operation, "x-amz-glacier-version", GL_API_VERSION,
             strlen(GL_API_VERSION));
  for (size_t i = 0; i < operation->input->count; i++) {
    const gl_member *member = &operation->input->members[i];
    if (member->location == GL_IN_QUERY || member->location == GL_IN_HEADER)
      write_member(L, index, operation, member, request);
  }
  if (gl_shape_has_json(operation->input))
    write_body(L, index, operation, request);
  else
    write_blob(L, index, operation, request);
  request->has_body = strcmp(operation->http_method, "GET") != 0;
}

/* Raises ParamValidationError.  Returns only if a finalizer has corrected the parameters. */
static void raise_invalid(lua_State *L, int index, const gl_operation *operation) {
  gl_buf *lines = gl_box_new_buf(L);
  if (!gl_validate_input(L, index, operation, lines))
    return;
  lua_pushliteral(L, "Parameter validation failed:");
  lua_pushlstring(L, lines->data, lines->length);
  lua_concat(L, 2);
  gl_error_object_new(L, GL_VALIDATION, "ParamValidationError", operation->name);
  lua_pushinteger(L, 0);
  lua_setfield(L, -2, "attempts");
  lua_error(L);
}

void gl_marshal_input(lua_State *L, int index, const gl_operation *operation, gl_request *request) {
  index = gl_compat_absindex(L, index);
  int top = lua_gettop(L);
  if (lua_isnil(L, index)) {
    lua_newtable(L);
    index = lua_gettop(L);
  }
  if (gl_validate_input(L, index, operation, NULL))
    raise_invalid(L, index, operation);
  write_request(L, index, operation, request);
  lua_settop(L, top);
}
