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

/* credentials:obtain(), credentials:keys() -> itself.  Keys that never change are their own source:
 * see lua/glacier/credentials/refreshable.lua. */
static int credentials_keys(lua_State *L) {
  (void)gl_box_self(L, &gl_credentials_box);
  lua_settop(L, 1);
  return 1;
}

/* credentials:refresh() -> false: there are no other keys after the service rejected these */
static int credentials_refresh(lua_State *L) {
  (void)gl_box_self(L, &gl_credentials_box);
  lua_pushboolean(L, 0);
  return 1;
}

static const luaL_Reg credentials_methods[] = {{"access_key_id", credentials_access_key_id},
                                               {"obtain", credentials_keys},
                                               {"keys", credentials_keys},
                                               {"refresh", credentials_refresh},
                                               {NULL, NULL}};

const gl_box_class gl_credentials_box = {"glacier.credentials", sizeof(gl_signer),
                                         clear_credentials, credentials_methods, 0};

/* Pushes a field of the table at index 1.  Returns its text, or NULL if the field is absent. */
static const char *check_key(lua_State *L, const char *name, const char *provider) {
  size_t length;
  gl_error error;
  lua_getfield(L, 1, name);
  if (lua_isnil(L, -1))
    return NULL;
  if (lua_type(L, -1) != LUA_TSTRING) {
    gl_error_set(&error, GL_CREDENTIALS, "CredentialRetrievalError",
                 "Error when retrieving credentials from %s: %s must be a string", provider, name);
    gl_raise(L, &error, NULL);
  }
  const char *key = lua_tolstring(L, -1, &length);
  if (strlen(key) == length)
    return key;
  gl_error_set(&error, GL_CREDENTIALS, "CredentialRetrievalError",
               "invalid credentials: a field contains a NUL byte");
  gl_raise(L, &error, NULL);
  return NULL;
}

int gl_lua_credentials(lua_State *L) {
  gl_error error;
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *provider = luaL_optstring(L, 2, "explicit");
  const char *access_key_id = check_key(L, "access_key_id", provider);
  const char *secret_access_key = check_key(L, "secret_access_key", provider);
  const char *session_token = check_key(L, "session_token", provider);
  (void)check_key(L, "account_id", provider);
  gl_signer *signer = gl_box_new(L, &gl_credentials_box);
  if (gl_signer_set_credentials(signer, access_key_id, secret_access_key, session_token, &error))
    return gl_raise(L, &error, NULL);
  return 1;
}
