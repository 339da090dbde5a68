#include "binding/output.h"

#include "binding/error_object.h"
#include "binding/flush.h"
#include "binding/option.h"
#include "core/error.h"
#include "core/output.h"

#include <string.h>

static void clear_output(void *value) {
  gl_output_discard(value);
}

int gl_lua_output(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  const char *path = gl_check_string(L, 1);
  const char *tag = lua_isnoneornil(L, 2) ? NULL : gl_check_string(L, 2);
  luaL_argcheck(L, !tag || !strchr(tag, '/'), 2, "contains a slash");
  lua_settop(L, 2);
  gl_output *output = gl_box_new(L, &gl_output_box);
  int result = gl_output_open(output, path, tag, why);
  return result ? gl_lua_push_outcome(L, result, why) : 1;
}

static gl_output *check_output(lua_State *L) {
  gl_output *output = gl_box_self(L, &gl_output_box);
  luaL_argcheck(L, output->is_open, 1, "the output is closed");
  return output;
}

static uint64_t check_offset(lua_State *L, int index) {
  lua_Number offset = luaL_checknumber(L, index);
  luaL_argcheck(L, offset >= 0 && offset < 9e15, index, "expected an offset");
  return (uint64_t)offset;
}

/* output:write(bytes) -> true; or nil and what is wrong */
static int output_write(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  size_t length;
  gl_output *output = check_output(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  return gl_lua_push_outcome(L, gl_output_write(output, bytes, length, why), why);
}

/* output:write_at(offset, bytes) -> true; or nil and what is wrong */
static int output_write_at(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  size_t length;
  gl_output *output = check_output(L);
  uint64_t offset = check_offset(L, 2);
  const char *bytes = luaL_checklstring(L, 3, &length);
  return gl_lua_push_outcome(L, gl_output_write_at(output, offset, bytes, length, why), why);
}

/* output:flush([events]) -> flush: writes everything to the disk in the background */
static int output_flush(lua_State *L) {
  return gl_lua_flush(L, check_output(L)->fd, 2);
}

/* output:size() -> size of the partial file in bytes; 0 if it is unknown */
static int output_size(lua_State *L) {
  lua_pushnumber(L, (lua_Number)gl_output_size(check_output(L)));
  return 1;
}

/* output:commit() -> true; or nil and what is wrong.  Closes the output and gives the file its
 * name. */
static int output_commit(lua_State *L) {
  char why[GL_FILE_ERROR_SIZE] = "";
  return gl_lua_push_outcome(L, gl_output_commit(check_output(L), why), why);
}

/* output:keep(): closes the output and leaves the partial file, which core.output can open again
 * with its tag */
static int output_keep(lua_State *L) {
  gl_output_keep(gl_box_self(L, &gl_output_box));
  return 0;
}

/* output:discard(): closes the output and removes the partial file; legal any number of times */
static int output_discard(lua_State *L) {
  gl_output_discard(gl_box_self(L, &gl_output_box));
  return 0;
}

static const luaL_Reg output_methods[] = {
    {"write", output_write}, {"write_at", output_write_at},
    {"size", output_size},   {"commit", output_commit},
    {"keep", output_keep},   {"discard", output_discard},
    {"flush", output_flush}, {NULL, NULL},
};

const gl_box_class gl_output_box = {"glacier.output", sizeof(gl_output), clear_output,
                                    output_methods, 1};
