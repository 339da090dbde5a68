#include "binding/tree.h"

#include "binding/error_object.h"
#include "core/digest.h"

static void clear_tree(void *value) {
  gl_tree_clear(value);
}

int gl_lua_tree(lua_State *L) {
  int alone = lua_toboolean(L, 1);
  gl_tree *tree = gl_box_new(L, &gl_tree_box);
  tree->alone = alone;
  return 1;
}

/* tree:update(bytes) */
static int tree_update(lua_State *L) {
  size_t length;
  gl_error error;
  gl_tree *tree = gl_box_check(L, 1, &gl_tree_box);
  luaL_checktype(L, 2, LUA_TSTRING);
  const char *bytes = lua_tolstring(L, 2, &length);
  if (gl_tree_update(tree, bytes, length, &error))
    return gl_raise(L, &error, NULL);
  return 0;
}

static void push_hex(lua_State *L, const unsigned char digest[GL_SHA256_SIZE]) {
  char hex[GL_SHA256_HEX_SIZE];
  gl_hex(digest, hex);
  lua_pushstring(L, hex);
}

/* tree:hex() -> tree hash, SHA-256 of the whole unless it is alone; more may be fed afterwards */
static int tree_hex(lua_State *L) {
  unsigned char tree_hash[GL_SHA256_SIZE], linear_hash[GL_SHA256_SIZE];
  gl_error error;
  gl_tree *tree = gl_box_check(L, 1, &gl_tree_box);
  if (gl_tree_value(tree, tree_hash, tree->alone ? NULL : linear_hash, &error))
    return gl_raise(L, &error, NULL);
  push_hex(L, tree_hash);
  if (tree->alone)
    return 1;
  push_hex(L, linear_hash);
  return 2;
}

/* tree:length() -> bytes fed */
static int tree_length(lua_State *L) {
  gl_tree *tree = gl_box_check(L, 1, &gl_tree_box);
  gl_compat_pushint64(L, (int64_t)tree->total);
  return 1;
}

static const luaL_Reg tree_methods[] = {
    {"update", tree_update}, {"hex", tree_hex}, {"length", tree_length}, {NULL, NULL}};

const gl_box_class gl_tree_box = {"glacier.tree", sizeof(gl_tree), clear_tree, tree_methods, 0};

/* The hash at `position` of the list at 1. */
static void read_hash(lua_State *L, int position, unsigned char out[GL_SHA256_SIZE]) {
  size_t length;
  gl_error error;
  lua_rawgeti(L, 1, position);
  const char *hex = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
  if (!hex || gl_unhex(hex, length, out)) {
    gl_error_set(&error, GL_VALIDATION, "ParamValidationError",
                 "combine_tree_hashes: hash number %d is not 64 hexadecimal digits", position);
    gl_raise(L, &error, NULL);
  }
  lua_pop(L, 1);
}

int gl_lua_join_trees(lua_State *L) {
  gl_error error;
  unsigned char joined[GL_SHA256_SIZE];
  int count = lua_istable(L, 1) ? (int)gl_compat_rawlen(L, 1) : 0;
  if (count == 0) {
    gl_error_set(&error, GL_VALIDATION, "ParamValidationError",
                 "combine_tree_hashes: a list of tree hashes is needed, with at least one");
    return gl_raise(L, &error, NULL);
  }
  unsigned char(*hashes)[GL_SHA256_SIZE] = lua_newuserdata(L, (size_t)count * GL_SHA256_SIZE);
  for (int i = 0; i < count; i++)
    read_hash(L, i + 1, hashes[i]);
  if (gl_tree_join(hashes, (size_t)count, joined, &error))
    return gl_raise(L, &error, NULL);
  push_hex(L, joined);
  return 1;
}
