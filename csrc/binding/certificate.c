#include "binding/certificate.h"

#include "binding/error_object.h"
#include "core/certificate.h"

static void clear_certificate(void *value) {
  gl_certificate_clear(value);
}

/* Returns true, or nil and the message of the error.  Raises an error if memory has run out. */
static int return_check(lua_State *L, int kind, const gl_error *error) {
  if (kind == GL_MEMORY)
    return gl_raise_memory(L);
  if (!kind) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, error->message);
  return 2;
}

int gl_lua_certificate(lua_State *L) {
  size_t length;
  gl_error error;
  const char *pem = luaL_checklstring(L, 1, &length);
  gl_certificate *certificate = gl_box_new(L, &gl_certificate_box);
  int kind = gl_certificate_parse(certificate, pem, length, &error);
  return kind ? return_check(L, kind, &error) : 1;
}

static const gl_certificate *check_self(lua_State *L) {
  const gl_certificate *certificate = gl_box_self(L, &gl_certificate_box);
  luaL_argcheck(L, certificate->x509 != NULL, 1, "the certificate was cleared");
  return certificate;
}

static int certificate_valid_at(lua_State *L) {
  gl_error error;
  const gl_certificate *certificate = check_self(L);
  lua_Number time = luaL_checknumber(L, 2);
  luaL_argcheck(L, time > -1e15 && time < 1e15, 2, "expected a time in seconds");
  return return_check(L, gl_certificate_check_dates(certificate, (int64_t)time, &error), &error);
}

static int certificate_verify(lua_State *L) {
  static const char *const names[] = {"sha1", "sha256", NULL};
  static const gl_signature_hash hashes[] = {GL_SIGNATURE_SHA1, GL_SIGNATURE_SHA256};
  size_t length, signature_length;
  gl_error error;
  const gl_certificate *certificate = check_self(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  const char *signature = luaL_checklstring(L, 3, &signature_length);
  gl_signature_hash hash = hashes[luaL_checkoption(L, 4, NULL, names)];
  int kind =
      gl_certificate_verify(certificate, hash, bytes, length, signature, signature_length, &error);
  return return_check(L, kind, &error);
}

static const luaL_Reg methods[] = {
    {"valid_at", certificate_valid_at}, {"verify", certificate_verify}, {NULL, NULL}};

const gl_box_class gl_certificate_box = {"glacier.certificate", sizeof(gl_certificate),
                                         clear_certificate, methods, 0};
