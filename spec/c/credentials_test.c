#include "core/credentials.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void keys_are_copied_and_an_empty_token_means_no_token(void **state) {
  (void)state;
  char secret[] = "secret";
  gl_credentials credentials = {0};
  gl_error error;
  assert_int_equal(gl_credentials_set(&credentials, "AKID", secret, "", &error), 0);
  memset(secret, 'x', strlen(secret));
  assert_string_equal(credentials.access_key_id, "AKID");
  assert_string_equal(credentials.secret_access_key, "secret");
  assert_null(credentials.session_token);
  gl_credentials_clear(&credentials);
  assert_null(credentials.secret_access_key);
  gl_credentials_clear(&credentials);
}

static void invalid_keys_are_rejected_and_never_shown(void **state) {
  (void)state;
  static const struct {
    const char *id, *secret, *token, *code, *message;
  } cases[] = {
      {NULL, "hush", NULL, "PartialCredentialsError",
       "Partial credentials found, missing: access_key_id"},
      {"", "hush", NULL, "PartialCredentialsError",
       "Partial credentials found, missing: access_key_id"},
      {"hush", NULL, NULL, "PartialCredentialsError",
       "Partial credentials found, missing: secret_access_key"},
      {"hush", "", "hush", "PartialCredentialsError",
       "Partial credentials found, missing: secret_access_key"},
      {"hush\n", "s", NULL, "CredentialRetrievalError",
       "The access_key_id has a control character"},
      {"a", "hush\r", NULL, "CredentialRetrievalError",
       "The secret_access_key has a control character"},
      {"a", "s", "hush\x7f", "CredentialRetrievalError",
       "The session_token has a control character"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    gl_credentials credentials = {0};
    gl_error error;
    assert_int_equal(gl_credentials_set(&credentials, "old", "old", "old", &error), 0);
    assert_int_equal(
        gl_credentials_set(&credentials, cases[i].id, cases[i].secret, cases[i].token, &error),
        GL_CREDENTIALS);
    assert_string_equal(error.code, cases[i].code);
    assert_string_equal(error.message, cases[i].message);
    assert_string_equal(credentials.access_key_id, "old");
    assert_string_equal(credentials.secret_access_key, "old");
    assert_string_equal(credentials.session_token, "old");
    gl_credentials_clear(&credentials);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_are_copied_and_an_empty_token_means_no_token),
      cmocka_unit_test(invalid_keys_are_rejected_and_never_shown),
  };
  return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
