#include "binding/credentials.h"

#include "binding/error_object.h"
#include "core/sigv4.h"

#include <string.h>

static void clear_credentials(void *value) {
  gl_signer_clear(value);
}

/* credentials:access_key_id() -> string */
static int credentials_access_key_id(lua_State *L) {
  gl_signer *signer = gl_box_self(L, &gl_credentials_box);
  lua_pushstring(L, signer->credentials.access_key_id);
  return 1;
}

static const luaL_Reg credentials_methods[] = {{"access_key_id", credentials_access_key_id},
                                               {NULL, NULL}};

const gl_box_class gl_credentials_box = {"glacier.credentials", sizeof(gl_signer),
                                         clear_credentials, credentials_methods, 0};

/* Returns the key at an argument, or NULL if it is absent. */
static const char *check_key(lua_State *L, int argument) {
  size_t length;
  gl_error error;
  const char *key = luaL_optlstring(L, argument, NULL, &length);
  if (!key || strlen(key) == length)
    return key;
  gl_error_set(&error, GL_CREDENTIALS, "CredentialRetrievalError",
               "invalid credentials: a key contains a zero byte");
  gl_raise(L, &error, NULL);
  return NULL;
}

int gl_lua_credentials(lua_State *L) {
  gl_error error;
  const char *access_key_id = check_key(L, 1);
  const char *secret_access_key = check_key(L, 2);
  const char *session_token = check_key(L, 3);
  gl_signer *signer = gl_box_new(L, &gl_credentials_box);
  if (gl_signer_set_credentials(signer, access_key_id, secret_access_key, session_token, &error))
    return gl_raise(L, &error, NULL);
  return 1;
}
