#include "binding/events.h"

#include "binding/error_object.h"
#include "core/transport/events.h"

#include <limits.h>

static void clear_events(void *value) {
  gl_events_release(*(gl_events **)value);
}

int gl_lua_events(lua_State *L) {
  gl_error error;
  gl_events **events = gl_box_new(L, &gl_events_box);
  *events = gl_events_new(&error);
  if (!*events)
    return gl_raise(L, &error, NULL);
  return 1;
}

gl_events *gl_lua_check_events(lua_State *L, int index) {
  gl_events **events = gl_box_check(L, index, &gl_events_box);
  luaL_argcheck(L, *events != NULL, index, "the event set was already freed");
  return *events;
}

long gl_lua_check_ms(lua_State *L, int argument) {
  lua_Number ms = luaL_checknumber(L, argument);
  return ms >= INT_MAX ? INT_MAX : ms > 0 ? (long)ms : 0;
}

/* events:fd() -> a descriptor that is readable when a descriptor of the set is ready; nil on a
 * system that has only poll(2) */
static int events_fd(lua_State *L) {
  int fd = gl_events_fd(gl_lua_check_events(L, 1));
  if (fd < 0)
    return 0;
  lua_pushinteger(L, fd);
  return 1;
}

/* events:timeout() -> seconds until the next timer is due; nil if there is no timer */
static int events_timeout(lua_State *L) {
  long timeout = gl_timers_timeout(gl_events_timers(gl_lua_check_events(L, 1)));
  if (timeout < 0)
    return 0;
  lua_pushnumber(L, (lua_Number)timeout / 1000);
  return 1;
}

/* events:wait(wait_ms) -> whether the set belongs to this process.  Waits at most `wait_ms` until a
 * descriptor is ready or a timer is due.  Then handles the due timers, and at most 256 ready
 * descriptors. */
static int events_wait(lua_State *L) {
  gl_events *events = gl_lua_check_events(L, 1);
  gl_events_wait(events, gl_lua_check_ms(L, 2));
  lua_pushboolean(L, !gl_events_is_forked(events));
  return 1;
}

/* events:interrupt(on): with true, makes the descriptor readable until a call with false.  Does
 * nothing if the system has no descriptor left. */
static int events_interrupt(lua_State *L) {
  (void)gl_events_interrupt(gl_lua_check_events(L, 1), lua_toboolean(L, 2));
  return 0;
}

/* events:take_news() -> the number of a transfer that has news, or of other work that has ended;
 * nil if there is no more news.  Each piece of news is returned once. */
static int events_take_news(lua_State *L) {
  unsigned long number = gl_events_take_news(gl_lua_check_events(L, 1));
  if (number == 0)
    return 0;
  lua_pushinteger(L, (lua_Integer)number);
  return 1;
}

/* events:is_forked() -> whether another process created the set, before a fork; if so, the set
 * cannot be used */
static int events_is_forked(lua_State *L) {
  lua_pushboolean(L, gl_events_is_forked(gl_lua_check_events(L, 1)));
  return 1;
}

static const luaL_Reg events_methods[] = {{"fd", events_fd},
                                          {"timeout", events_timeout},
                                          {"wait", events_wait},
                                          {"interrupt", events_interrupt},
                                          {"take_news", events_take_news},
                                          {"is_forked", events_is_forked},
                                          {NULL, NULL}};

const gl_box_class gl_events_box = {"glacier.events", sizeof(gl_events *), clear_events,
                                    events_methods, 0};
