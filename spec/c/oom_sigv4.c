/* Creating and signing a request with an allocator that fails.  For n = 0, 1, … every allocation
 * from the n-th on fails, until the request is signed.  Other tests check that secrets are wiped.
 */
#include "core/endpoint.h"
#include "core/request.h"
#include "core/sigv4.h"
#include "mem_failing.h"
#include "oom.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static const gl_sigv4_options options = {"us-west-2", "glacier", 0, 0};
static const char url[] = "https://glacier.us-west-2.amazonaws.com:8443/-/vaults?marker=a%2Fb";

static int set_credentials(gl_error *error) {
  gl_credentials credentials = {0};
  int result = gl_credentials_set(&credentials, "AKIDEXAMPLE", "secret", "token", error);
  if (result)
    assert_null(credentials.access_key_id);
  gl_credentials_clear(&credentials);
  return result;
}

static int resolve(gl_error *error) {
  gl_endpoint_options endpoint = {"us-west-2", NULL, 0, 0, NULL};
  gl_buf out = {0};
  int result = gl_endpoint_resolve(&endpoint, &out, error);
  gl_buf_clear(&out);
  return result;
}

static int make_request(gl_error *error) {
  gl_request request = {0};
  gl_buf whole = {0};
  int result = gl_request_set_url(&request, "GET", url, strlen(url), error);
  if (!result)
    result = gl_request_set_header(&request, "x-amz-glacier-version", "2012-06-01", 10, error);
  if (!result)
    result = gl_request_url(&request, &whole, error);
  gl_buf_clear(&whole);
  gl_request_clear(&request);
  return result;
}

static int make_and_sign(gl_error *error) {
  gl_request request = {0};
  gl_signer signer = {.sorted = {0}};
  int result = gl_signer_set_credentials(&signer, "AKIDEXAMPLE", "secret", "token", error);
  if (!result)
    result = gl_request_set_url(&request, "GET", url, strlen(url), error);
  if (!result)
    result = gl_sigv4_sign(&request, &signer, &options, error);
  gl_signer_clear(&signer);
  gl_request_clear(&request);
  return result;
}

static void a_failed_allocation_leaks_nothing(void **state) {
  (void)state;
  oom_expect_memory_until_done(set_credentials, 3);
  oom_expect_memory_until_done(resolve, 2);
  oom_expect_memory_until_done(make_request, 6);
  oom_expect_memory_until_done(make_and_sign, 20);
}

static void credentials_are_wiped_when_cleared_and_when_replaced(void **state) {
  (void)state;
  gl_mem_fail_from(-1);
  gl_credentials credentials = {0};
  gl_error error;
  assert_int_equal(gl_credentials_set(&credentials, "four", "sixsix", "tentententen", &error), 0);
  size_t wiped = gl_mem_wiped();
  assert_int_equal(gl_credentials_set(&credentials, "a", "bb", NULL, &error), 0);
  assert_int_equal(gl_mem_wiped() - wiped, 4 + 6 + 12);
  gl_credentials_clear(&credentials);
  assert_int_equal(gl_mem_wiped() - wiped, 4 + 6 + 12 + 3);
  assert_int_equal(gl_mem_live(), 0);
}

static int all_zero(const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < length; i++)
    if (at[i])
      return 0;
  return 1;
}

static void the_signing_key_is_wiped_with_the_signer_and_when_the_keys_change(void **state) {
  (void)state;
  gl_mem_fail_from(-1);
  gl_request request = {0};
  gl_signer signer = {.sorted = {0}};
  gl_error error;
  assert_int_equal(gl_signer_set_credentials(&signer, "AKID", "secret", NULL, &error), 0);
  assert_int_equal(gl_request_set_url(&request, "GET", url, strlen(url), &error), 0);
  assert_int_equal(gl_sigv4_sign(&request, &signer, &options, &error), 0);
  assert_false(all_zero(signer.key, sizeof signer.key));
  assert_int_equal(gl_signer_set_credentials(&signer, "AKID", "other", NULL, &error), 0);
  assert_true(all_zero(signer.key, sizeof signer.key));
  assert_int_equal(gl_sigv4_sign(&request, &signer, &options, &error), 0);
  assert_false(all_zero(signer.key, sizeof signer.key));
  gl_signer_clear(&signer);
  assert_true(all_zero(&signer, sizeof signer));
  gl_request_clear(&request);
  assert_int_equal(gl_mem_live(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_failed_allocation_leaks_nothing),
      cmocka_unit_test(credentials_are_wiped_when_cleared_and_when_replaced),
      cmocka_unit_test(the_signing_key_is_wiped_with_the_signer_and_when_the_keys_change),
  };
  return cmocka_run_group_tests_name("oom_sigv4", tests, NULL, NULL);
}
