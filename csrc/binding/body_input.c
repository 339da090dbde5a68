#include "binding/body_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t opt_bytes(lua_State *L, int argument, uint64_t by_default) {
  int64_t bytes;
  if (lua_isnoneornil(L, argument))
    return by_default;
  luaL_checktype(L, argument, LUA_TNUMBER);
  luaL_argcheck(L, gl_compat_toint64(L, argument, &bytes), argument, "expected an integer");
  luaL_argcheck(L, bytes >= 0, argument, "expected a number that is not negative");
  return (uint64_t)bytes;
}

static int open_string(lua_State *L, int first, gl_body_input *input) {
  size_t size;
  const char *text = lua_tolstring(L, first, &size);
  uint64_t offset = opt_bytes(L, first + 1, 0);
  luaL_argcheck(L, offset <= size, first + 1, "the string is shorter");
  input->bytes = (const unsigned char *)text + offset;
  input->length = opt_bytes(L, first + 2, size - offset);
  luaL_argcheck(L, input->length <= size - offset, first + 2, "the string is shorter");
  return 1;
}

static int open_file(lua_State *L, int first, gl_lua_input *self) {
  struct stat facts;
  FILE *stream = gl_compat_checkfile(L, first);
  luaL_argcheck(L, stream != NULL, first, "the file is closed");
  fflush(stream); /* pread does not see bytes in the stream's buffer */
  int64_t at = ftello(stream);
  if (at < 0 || fstat(fileno(stream), &facts) != 0 || !S_ISREG(facts.st_mode))
    return 0;
  uint64_t offset = opt_bytes(L, first + 1, (uint64_t)at), size = (uint64_t)facts.st_size;
  uint64_t length = opt_bytes(L, first + 2, size > offset ? size - offset : 0);
  int fd = fcntl(fileno(stream), F_DUPFD_CLOEXEC, 0);
  self->has_file = fd >= 0;
  self->input = (gl_body_input){NULL, fd, offset, length};
  return self->has_file;
}

int gl_lua_input_open(lua_State *L, int first, gl_lua_input *self) {
  if (lua_type(L, first) == LUA_TSTRING)
    return open_string(L, first, &self->input);
  return lua_type(L, first) == LUA_TUSERDATA && open_file(L, first, self);
}

void gl_lua_input_clear(gl_lua_input *self) {
  if (self->has_file)
    close(self->input.fd);
  *self = (gl_lua_input){.has_file = 0};
}
