#include "binding/flush.h"

#include "binding/error_object.h"
#include "binding/events.h"
#include "core/output_flush.h"

/* `started` is 0 if starting failed, and after flush:cancel.  The flush must not be polled then. */
typedef struct flush_value {
  gl_output_flush flush;
  int started;
} flush_value;

static void clear(void *value) {
  gl_output_flush_clear(&((flush_value *)value)->flush);
}

int gl_lua_flush(lua_State *L, int fd, int events) {
  gl_error error;
  gl_events *set = lua_isnoneornil(L, events) ? NULL : gl_lua_check_events(L, events);
  flush_value *self = gl_box_new(L, &gl_flush_box);
  if (gl_output_flush_start(&self->flush, fd, set, &error))
    return gl_raise(L, &error, NULL);
  self->started = 1;
  return 1;
}

static gl_output_flush *check_self(lua_State *L) {
  flush_value *self = gl_box_self(L, &gl_flush_box);
  luaL_argcheck(L, self->started, 1, "the flush was cancelled");
  return &self->flush;
}

static int flush_poll(lua_State *L) {
  gl_output_flush *flush = check_self(L);
  lua_pushboolean(L,
                  gl_output_flush_poll(flush, lua_isnoneornil(L, 2) ? 0 : gl_lua_check_ms(L, 2)));
  return 1;
}

static int flush_has_threads(lua_State *L) {
  lua_pushboolean(L, check_self(L)->thread != NULL);
  return 1;
}

/* flush:needs_caller() -> whether the next poll returns true; it never waits */
static int flush_needs_caller(lua_State *L) {
  lua_pushboolean(L, gl_output_flush_needs_caller(check_self(L)));
  return 1;
}

static int flush_result(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  return gl_lua_push_outcome(L, gl_output_flush_result(check_self(L), why), why);
}

static int flush_cancel(lua_State *L) {
  gl_box_self(L, &gl_flush_box);
  gl_box_clear(L, 1, &gl_flush_box);
  return 0;
}

static const luaL_Reg methods[] = {
    {"poll", flush_poll},
    {"has_threads", flush_has_threads},
    {"needs_caller", flush_needs_caller},
    {"result", flush_result},
    {"cancel", flush_cancel},
    {NULL, NULL},
};

const gl_box_class gl_flush_box = {"glacier.flush", sizeof(flush_value), clear, methods, 1};
