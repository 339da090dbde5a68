#include "binding/transfer.h"

#include "binding/body_input.h"
#include "binding/events.h"
#include "binding/option.h"
#include "binding/error_object.h"
#include "binding/request.h"
#include "binding/response.h"
#include "core/transport/transfer.h"

/* A transfer and the input that it borrows. */
typedef struct outgoing {
  gl_transfer *transfer;
  gl_lua_input body;
} outgoing;

/* ---- pools ------------------------------------------------------------------------------- */

static void clear_pool(void *value) {
  gl_pool_free(*(gl_pool **)value);
}

/* Returns the option `events` and leaves it on the stack, which keeps it alive. */
static gl_events *option_events(lua_State *L) {
  lua_getfield(L, 1, "events");
  return gl_lua_check_events(L, lua_gettop(L));
}

int gl_lua_pool(lua_State *L) {
  gl_error error;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  gl_pool **pool = gl_box_new(L, &gl_pool_box);
  gl_pool_options options = {.ca_bundle = gl_option_string(L, "ca_bundle", NULL),
                             .proxy = gl_option_string(L, "proxy", NULL),
                             .no_proxy = gl_option_string(L, "no_proxy", NULL)};
  options.insecure = gl_option_flag(L, "insecure");
  *pool = gl_pool_new(&options, option_events(L), &error);
  if (!*pool)
    return gl_raise(L, &error, NULL);
  lua_settop(L, 2);
  return 1;
}

static gl_pool *check_pool(lua_State *L) {
  gl_pool **pool = gl_box_self(L, &gl_pool_box);
  luaL_argcheck(L, *pool != NULL, 1, "the pool is closed");
  return *pool;
}

/* pool:close(): ends all running transfers and closes the connections */
static int pool_close(lua_State *L) {
  gl_box_self(L, &gl_pool_box);
  gl_box_clear(L, 1, &gl_pool_box);
  return 0;
}

/* Opens the input of a streamed request: the arguments from index 6 on.  Without an input, the
 * caller feeds the body. */
static void open_input(lua_State *L, const gl_request *request, gl_lua_input *self) {
  if (!request->streamed || !gl_lua_input_open(L, 6, self))
    return;
  luaL_argcheck(L, self->input.length == request->body_length, 8,
                "expected the length of the request's body");
}

/* Pushes what the transfer borrows from: the request and, if the input is a string, that string. */
static void push_borrowed(lua_State *L, const gl_lua_input *body) {
  if (!body->input.bytes) {
    lua_pushvalue(L, 2);
    return;
  }
  lua_createtable(L, 2, 0);
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, 1);
  lua_pushvalue(L, 6);
  lua_rawseti(L, -2, 2);
}

static int start(lua_State *L, outgoing *self, gl_pool *pool, const gl_request *request) {
  gl_error error;
  gl_timeouts timeouts = {gl_lua_check_ms(L, 3), gl_lua_check_ms(L, 4)};
  self->transfer = gl_transfer_new(pool, request, &timeouts, &error);
  if (!self->transfer) {
    gl_box_clear(L, -1, &gl_transfer_box);
    lua_pushnil(L);
    gl_error_object_push(L, &error, NULL);
    return 2;
  }
  if (lua_toboolean(L, 5))
    gl_transfer_stream(self->transfer);
  if (self->body.input.length > 0)
    gl_transfer_set_input(self->transfer, &self->body.input);
  return 1;
}

/* pool:start(request, connect_ms, read_ms, stream [, value, offset, length]) -> transfer, or nil
 * and an error object.  A timeout of 0 means no limit.  With `stream`, the body of a 2xx response
 * is received in chunks.  The last three arguments are those of gl_lua_input_open.  If they can be
 * opened, the transfer reads the body of a streamed request from them; otherwise the caller feeds
 * the body. */
static int pool_start(lua_State *L) {
  gl_pool *pool = check_pool(L);
  gl_request *request = gl_box_check(L, 2, &gl_request_box);
  lua_settop(L, 8);
  outgoing *self = gl_box_new(L, &gl_transfer_box);
  open_input(L, request, &self->body);
  push_borrowed(L, &self->body);
  gl_compat_set_anchor(L, -2);
  return start(L, self, pool, request);
}

static const luaL_Reg pool_methods[] = {{"close", pool_close}, {"start", pool_start}, {NULL, NULL}};

const gl_box_class gl_pool_box = {"glacier.pool", sizeof(gl_pool *), clear_pool, pool_methods, 1};

/* ---- transfers --------------------------------------------------------------------------- */

static void clear_transfer(void *value) {
  outgoing *self = value;
  gl_transfer_free(self->transfer);
  gl_lua_input_clear(&self->body);
}

static gl_transfer *check_transfer(lua_State *L) {
  outgoing *self = gl_box_self(L, &gl_transfer_box);
  luaL_argcheck(L, self->transfer != NULL, 1, "the transfer is finished or cancelled");
  return self->transfer;
}

/* transfer:poll(wait_ms) -> whether it is done, whether it needs its caller, and whether its event
 * set has news for events:take_news.  Waits `wait_ms` at most; 0 does not wait.  If the transfer
 * was finished or cancelled, the only result is true: another coroutine may have done that since
 * the last poll. */
static int transfer_poll(lua_State *L) {
  gl_transfer *transfer = ((outgoing *)gl_box_self(L, &gl_transfer_box))->transfer;
  if (!transfer) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, gl_transfer_poll(transfer, gl_lua_check_ms(L, 2)));
  lua_pushboolean(L, gl_transfer_needs_caller(transfer));
  lua_pushboolean(L, gl_transfer_has_news(transfer));
  return 3;
}

/* transfer:number() -> the number that events:take_news will return when the transfer has news, and
 * whether it needs its caller already */
static int transfer_number(lua_State *L) {
  gl_transfer *transfer = check_transfer(L);
  lua_pushinteger(L, (lua_Integer)gl_transfer_number(transfer));
  lua_pushboolean(L, gl_transfer_needs_caller(transfer));
  return 2;
}

/* transfer:needs_caller() -> whether it is done, can be fed, has sent bytes of its input, or has
 * the head for head() or a chunk for take(); makes no system call */
static int transfer_needs_caller(lua_State *L) {
  lua_pushboolean(L, gl_transfer_needs_caller(check_transfer(L)));
  return 1;
}

/* transfer:has_sent() -> whether it has sent bytes of its input since the last call */
static int transfer_has_sent(lua_State *L) {
  lua_pushboolean(L, gl_transfer_has_sent(check_transfer(L)));
  return 1;
}

/* transfer:wants() -> how many bytes of a streamed body it accepts now */
static int transfer_wants(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)gl_transfer_wants(check_transfer(L)));
  return 1;
}

/* transfer:feed(bytes): raises ParamValidationError for more bytes than the declared length */
static int transfer_feed(lua_State *L) {
  size_t length;
  gl_error error;
  gl_transfer *transfer = check_transfer(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  if (gl_transfer_feed(transfer, bytes, length, &error))
    return gl_raise(L, &error, NULL);
  return 0;
}

/* transfer:head() -> response without body, after the head of a 2xx response that is received in
 * chunks has arrived; nothing before that, and for any other response */
static int transfer_head(lua_State *L) {
  gl_transfer *transfer = check_transfer(L);
  gl_response *head = gl_box_new(L, &gl_response_box);
  int has_head = gl_transfer_head(transfer, head);
  if (has_head < 0)
    return gl_raise_memory(L);
  return has_head;
}

/* transfer:take() -> the body bytes that arrived since the last call; may be "" */
static int transfer_take(lua_State *L) {
  gl_transfer *transfer = check_transfer(L);
  gl_buf *chunk = gl_box_new_buf(L);
  gl_transfer_take(transfer, chunk);
  lua_pushlstring(L, gl_buf_string(chunk), chunk->length);
  gl_box_clear(L, -2, &gl_buf_box);
  return 1;
}

/* transfer:finish() -> response, or nil and an error object.  Frees the transfer. */
static int transfer_finish(lua_State *L) {
  gl_error error;
  gl_transfer *transfer = check_transfer(L);
  gl_response *response = gl_box_new(L, &gl_response_box);
  int kind = gl_transfer_finish(transfer, response, &error);
  gl_box_clear(L, 1, &gl_transfer_box);
  if (!kind)
    return 1;
  lua_pushnil(L);
  gl_error_object_push(L, &error, NULL);
  return 2;
}

/* transfer:cancel(): stops the transfer and frees it; legal at any time */
static int transfer_cancel(lua_State *L) {
  gl_box_self(L, &gl_transfer_box);
  gl_box_clear(L, 1, &gl_transfer_box);
  return 0;
}

static const luaL_Reg transfer_methods[] = {{"poll", transfer_poll},
                                            {"number", transfer_number},
                                            {"needs_caller", transfer_needs_caller},
                                            {"has_sent", transfer_has_sent},
                                            {"wants", transfer_wants},
                                            {"feed", transfer_feed},
                                            {"head", transfer_head},
                                            {"take", transfer_take},
                                            {"finish", transfer_finish},
                                            {"cancel", transfer_cancel},
                                            {NULL, NULL}};

const gl_box_class gl_transfer_box = {"glacier.transfer", sizeof(outgoing), clear_transfer,
                                      transfer_methods, 1};
