#include "core/credentials.h"

#include "core/header.h"
#include "core/mem.h"

#include <string.h>

static int check_key(const char *name, const char *value, gl_error *error) {
  if (!value || !*value)
    return gl_error_set(error, GL_CREDENTIALS, "PartialCredentialsError",
                        "Partial credentials found, missing: %s", name);
  if (!gl_header_value_valid(value, strlen(value)))
    return gl_error_set(error, GL_CREDENTIALS, "CredentialRetrievalError",
                        "The %s has a control character", name);
  return 0;
}

int gl_credentials_set(gl_credentials *credentials, const char *access_key_id,
                       const char *secret_access_key, const char *session_token, gl_error *error) {
  int has_token = session_token && *session_token;
  int kind = check_key("access_key_id", access_key_id, error);
  if (!kind)
    kind = check_key("secret_access_key", secret_access_key, error);
  if (!kind && has_token)
    kind = check_key("session_token", session_token, error);
  if (kind)
    return kind;
  gl_credentials copy = {
      gl_mem_strndup(access_key_id, strlen(access_key_id)),
      gl_mem_strndup(secret_access_key, strlen(secret_access_key)),
      has_token ? gl_mem_strndup(session_token, strlen(session_token)) : NULL,
  };
  if (!copy.access_key_id || !copy.secret_access_key || (has_token && !copy.session_token)) {
    gl_credentials_clear(&copy);
    return gl_error_memory(error);
  }
  gl_credentials_clear(credentials);
  *credentials = copy;
  return 0;
}

static void wipe_free_string(char *string) {
  if (string)
    gl_mem_wipe_free(string, strlen(string));
}

void gl_credentials_clear(gl_credentials *credentials) {
  wipe_free_string(credentials->access_key_id);
  wipe_free_string(credentials->secret_access_key);
  wipe_free_string(credentials->session_token);
  *credentials = (gl_credentials){NULL, NULL, NULL};
}
