#include "binding/tree_hash.h"

#include "binding/error_object.h"
#include "core/tree_hash.h"

static void clear_tree_hash(void *value) {
  gl_tree_hash_clear(value);
}

int gl_lua_tree_hash(lua_State *L) {
  int skip_linear = lua_toboolean(L, 1);
  gl_tree_hash *hash = gl_box_new(L, &gl_tree_hash_box);
  hash->skip_linear = skip_linear;
  return 1;
}

/* hash:update(bytes) */
static int tree_hash_update(lua_State *L) {
  size_t length;
  gl_error error;
  gl_tree_hash *hash = gl_box_check(L, 1, &gl_tree_hash_box);
  luaL_checktype(L, 2, LUA_TSTRING);
  const char *bytes = lua_tolstring(L, 2, &length);
  if (gl_tree_hash_update(hash, bytes, length, &error))
    return gl_raise(L, &error, NULL);
  return 0;
}

static void push_hex(lua_State *L, const unsigned char digest[GL_SHA256_SIZE]) {
  char hex[GL_SHA256_HEX_SIZE];
  gl_hex(digest, hex);
  lua_pushstring(L, hex);
}

/* hash:hex() -> tree hash, and the SHA-256 of the whole unless it is skipped.  More bytes may be
 * added afterwards. */
static int tree_hash_hex(lua_State *L) {
  unsigned char tree[GL_SHA256_SIZE], linear[GL_SHA256_SIZE];
  gl_error error;
  gl_tree_hash *hash = gl_box_check(L, 1, &gl_tree_hash_box);
  if (gl_tree_hash_value(hash, tree, hash->skip_linear ? NULL : linear, &error))
    return gl_raise(L, &error, NULL);
  push_hex(L, tree);
  if (hash->skip_linear)
    return 1;
  push_hex(L, linear);
  return 2;
}

/* hash:length() -> number of bytes so far */
static int tree_hash_length(lua_State *L) {
  gl_tree_hash *hash = gl_box_check(L, 1, &gl_tree_hash_box);
  gl_compat_pushint64(L, (int64_t)hash->total);
  return 1;
}

static const luaL_Reg methods[] = {{"update", tree_hash_update},
                                   {"hex", tree_hash_hex},
                                   {"length", tree_hash_length},
                                   {NULL, NULL}};

const gl_box_class gl_tree_hash_box = {"glacier.tree_hash", sizeof(gl_tree_hash), clear_tree_hash,
                                       methods, 0};

/* Reads the hash at `position` of the list at 1. */
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

int gl_lua_combine_tree_hashes(lua_State *L) {
  gl_error error;
  unsigned char joined[GL_SHA256_SIZE];
  int count = lua_istable(L, 1) ? (int)gl_compat_rawlen(L, 1) : 0;
  if (count == 0) {
    gl_error_set(&error, GL_VALIDATION, "ParamValidationError",
                 "combine_tree_hashes: expected a list of at least one tree hash");
    return gl_raise(L, &error, NULL);
  }
  unsigned char(*hashes)[GL_SHA256_SIZE] = lua_newuserdata(L, (size_t)count * GL_SHA256_SIZE);
  for (int i = 0; i < count; i++)
    read_hash(L, i + 1, hashes[i]);
  if (gl_tree_hash_join(hashes, (size_t)count, joined, &error))
    return gl_raise(L, &error, NULL);
  push_hex(L, joined);
  return 1;
}
