#include "binding/settings.h"

#include "core/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The variables that may hold settings for glacier.config.resolve, except those of the region, the
 * CA bundle and the paths of the shared files.  Further variables, such as NO_PROXY, have no effect
 * without one of these. */
static const char *const variables[] = {
    "ALL_PROXY",
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_GLACIER",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_MAX_ATTEMPTS",
    "AWS_PROFILE",
    "AWS_RETRY_MODE",
    "AWS_SDK_UA_APP_ID",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "HTTPS_PROXY",
    "all_proxy",
    "http_proxy",
    "https_proxy",
};

/* In the order of precedence. */
static const char *const ca_variables[] = {"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"};

/* Returns the value of a variable, or NULL if it is unset or empty. */
static const char *value_of(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

/* Returns the value of the first of these variables that is set, or NULL. */
static const char *first_of(const char *const *names, size_t count) {
  const char *value = NULL;
  for (size_t i = 0; i < count && !value; i++)
    value = value_of(names[i]);
  return value;
}

static int has_variable(void) {
  return first_of(variables, sizeof variables / sizeof *variables) != NULL;
}

static int is_empty(const char *path) {
  char why[GL_FILE_ERROR_SIZE];
  gl_buf text = {0};
  gl_file_result result = gl_file_read(path, 0, &text, why);
  gl_buf_clear(&text);
  return result == GL_FILE_OK || result == GL_FILE_MISSING;
}

/* Returns whether a shared file may have content.  A path that must be expanded first counts. */
static int has_file(const char *variable, const char *name) {
  char path[1024];
  const char *named = value_of(variable), *home = value_of("HOME");
  int length = named ? snprintf(path, sizeof path, "%s", named)
                     : snprintf(path, sizeof path, "%s/.aws/%s", home ? home : "~", name);
  if (length < 0 || (size_t)length >= sizeof path || strpbrk(path, "~$"))
    return 1;
  return !is_empty(path);
}

static int has_files(void) {
  return has_file("AWS_CONFIG_FILE", "config") ||
         has_file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
}

int gl_lua_has_shared_files(lua_State *L) {
  lua_pushboolean(L, has_files());
  return 1;
}

int gl_lua_has_settings(lua_State *L) {
  const char *ca_bundle = first_of(ca_variables, sizeof ca_variables / sizeof *ca_variables);
  int needs_expanding = ca_bundle && *ca_bundle != '/';
  lua_pushboolean(L, needs_expanding || has_variable() || has_files());
  lua_pushstring(L, ca_bundle);
  return 2;
}
