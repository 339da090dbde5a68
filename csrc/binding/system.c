#include "binding/system.h"

#include "binding/error_object.h"
#include "core/clock.h"
#include "core/digest.h"

#include <stdio.h>
#include <string.h>

int gl_lua_time(lua_State *L) {
  lua_pushnumber(L, gl_clock_realtime());
  return 1;
}

int gl_lua_monotonic(lua_State *L) {
  lua_pushnumber(L, gl_clock_monotonic());
  return 1;
}

int gl_lua_sleep(lua_State *L) {
  gl_clock_sleep(luaL_checknumber(L, 1));
  return 0;
}

static void random_bytes(lua_State *L, unsigned char *out, size_t length) {
  gl_error error;
  if (gl_random(out, length, &error))
    gl_raise(L, &error, NULL);
}

int gl_lua_random(lua_State *L) {
  unsigned char bytes[4];
  random_bytes(L, bytes, sizeof bytes);
  uint32_t value = 0;
  for (size_t i = 0; i < sizeof bytes; i++)
    value = value << 8 | bytes[i];
  lua_pushnumber(L, value / 4294967296.0);
  return 1;
}

int gl_lua_uuid(lua_State *L) {
  unsigned char b[16];
  char text[37];
  random_bytes(L, b, sizeof b);
  b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4 */
  b[8] = (unsigned char)((b[8] & 0x3f) | 0x80); /* the variant of RFC 9562 */
  snprintf(text, sizeof text,
           "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
           b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
  lua_pushstring(L, text);
  return 1;
}
