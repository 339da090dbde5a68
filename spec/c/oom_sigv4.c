/* Making and signing a request on an allocator that fails: for n = 0, 1, … every allocation from
 * the n-th on is refused, until it gets through.  And what is secret is wiped. */
#include "core/endpoint.h"
#include "core/request.h"
#include "core/sigv4.h"
#include "mem_failing.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static const char url[] = "https://glacier.us-west-2.amazonaws.com:8443/-/vaults?marker=a%2Fb";

/* Runs `step` until it succeeds; every failure is GL_MEMORY, and nothing is left behind. */
static void expect_clean_until_done(int (*step)(gl_error *), long at_least) {
  int result = GL_MEMORY;
  long n = 0;
  for (; result != 0; n++) {
    gl_error error = {.kind = GL_OK};
    gl_mem_fail_from(n);
    result = step(&error);
    gl_mem_fail_from(-1);
    if (result) {
      assert_int_equal(result, GL_MEMORY);
      assert_int_equal(error.kind, GL_MEMORY);
    }
    assert_int_equal(gl_mem_live(), 0);
  }
  assert_in_range(n, at_least, 200);
}

static int set_credentials(gl_error *error) {
  gl_credentials credentials = {0};
  int result = gl_credentials_set(&credentials, "AKIDEXAMPLE", "secret", "token", error);
  if (result)
    assert_null(credentials.access_key_id);
  gl_credentials_clear(&credentials);
  return result;
}

static int resolve(gl_error *error) {
  gl_endpoint_options options = {"us-west-2", NULL, 0, 0};
  gl_buf out = {0};
  int result = gl_endpoint_resolve(&options, &out, error);
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
  gl_credentials credentials = {0};
  gl_request request = {0};
  gl_signature signature = {.scope = {0}};
  gl_signer signer = {&credentials, "us-west-2", "glacier", 0, 0};
  int result = gl_credentials_set(&credentials, "AKIDEXAMPLE", "secret", "token", error);
  if (!result)
    result = gl_request_set_url(&request, "GET", url, strlen(url), error);
  if (!result)
    result = gl_sigv4_sign(&request, &signer, &signature, error);
  gl_signature_clear(&signature);
  gl_request_clear(&request);
  gl_credentials_clear(&credentials);
  return result;
}

static void nothing_is_left_of_what_could_not_be_made(void **state) {
  (void)state;
  expect_clean_until_done(set_credentials, 3);
  expect_clean_until_done(resolve, 2);
  expect_clean_until_done(make_request, 6);
  expect_clean_until_done(make_and_sign, 20);
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

/* Hashes and buffers as gl_sigv4_authorize needs them: how many bytes they wipe by themselves. */
static size_t wiped_by_parts(const gl_signature *signature, const char *authorization) {
  static const char *const steps[] = {"us-west-2", "glacier", "aws4_request"};
  unsigned char key[GL_SHA256_SIZE];
  size_t before = gl_mem_wiped();
  gl_buf seed = {0}, text = {0};
  gl_error error;
  assert_int_equal(gl_buf_append_string(&seed, "AWS4"), 0);
  assert_int_equal(gl_buf_append_string(&seed, "secret"), 0);
  assert_int_equal(gl_hmac_sha256(seed.data, seed.length, signature->date_time, 8, key, &error), 0);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(gl_hmac_sha256(key, sizeof key, steps[i], strlen(steps[i]), key, &error), 0);
  assert_int_equal(gl_hmac_sha256(key, sizeof key, signature->string_to_sign.data,
                                  signature->string_to_sign.length, key, &error),
                   0);
  assert_int_equal(gl_buf_append_format(&text, "%s", authorization), 0);
  gl_buf_clear(&seed);
  gl_buf_clear(&text);
  return gl_mem_wiped() - before;
}

static void the_key_that_signing_derives_is_wiped(void **state) {
  (void)state;
  gl_mem_fail_from(-1);
  gl_credentials credentials = {0};
  gl_request request = {0};
  gl_signature signature = {.scope = {0}};
  gl_error error;
  gl_signer signer = {&credentials, "us-west-2", "glacier", 0, 0};
  assert_int_equal(gl_credentials_set(&credentials, "AKID", "secret", NULL, &error), 0);
  assert_int_equal(gl_request_set_url(&request, "GET", url, strlen(url), &error), 0);
  assert_int_equal(gl_sigv4_prepare(&request, &signer, &signature, &error), 0);
  assert_int_equal(gl_sigv4_canonical_request(&request, &signer, &signature, &error), 0);
  assert_int_equal(gl_sigv4_string_to_sign(&signer, &signature, &error), 0);
  size_t before = gl_mem_wiped();
  assert_int_equal(gl_sigv4_authorize(&request, &signer, &signature, &error), 0);
  size_t wiped = gl_mem_wiped() - before;
  size_t parts = wiped_by_parts(&signature, gl_headers_get(&request.headers, "Authorization"));
  assert_true(wiped >= parts + GL_SHA256_SIZE);
  gl_signature_clear(&signature);
  gl_request_clear(&request);
  gl_credentials_clear(&credentials);
  assert_int_equal(gl_mem_live(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_left_of_what_could_not_be_made),
      cmocka_unit_test(credentials_are_wiped_when_cleared_and_when_replaced),
      cmocka_unit_test(the_key_that_signing_derives_is_wiped),
  };
  return cmocka_run_group_tests_name("oom_sigv4", tests, NULL, NULL);
}
