#include "core/sigv4.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const int64_t suite_time = 1440938160; /* 2015-08-30T12:36:00Z */
static const char example_secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
static const char bare_signature[] =
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

/* The data with which every test signs; `finish` clears it. */
typedef struct signing {
  gl_signer signer;
  gl_sigv4_options options;
  gl_request request;
  gl_error error;
} signing;

/* Keys, region, service and time come from the public test suite of awslabs/aws-c-auth. */
static void start(signing *s, const char *method, const char *url) {
  memset(s, 0, sizeof *s);
  assert_int_equal(
      gl_signer_set_credentials(&s->signer, "AKIDEXAMPLE", example_secret, NULL, &s->error), 0);
  s->options = (gl_sigv4_options){"us-east-1", "service", suite_time, 0};
  assert_int_equal(gl_request_set_url(&s->request, method, url, strlen(url), &s->error), 0);
}

static void finish(signing *s) {
  gl_signer_clear(&s->signer);
  gl_request_clear(&s->request);
}

static void sign(signing *s) {
  assert_int_equal(gl_sigv4_sign(&s->request, &s->signer, &s->options, &s->error), 0);
}

static void set(signing *s, const char *name, const char *value) {
  assert_int_equal(gl_request_set_header(&s->request, name, value, strlen(value), &s->error), 0);
}

static void add(signing *s, const char *name, const char *value) {
  assert_int_equal(gl_headers_add(&s->request.headers, name, strlen(name), value, strlen(value)),
                   0);
}

static void expect_signature(signing *s, const char *expected) {
  sign(s);
  assert_string_equal(s->signer.hex, expected);
  finish(s);
}

/* ---- vectors that cannot be written as a URL or a table of headers ------------------------- */

static void a_path_with_a_space_is_signed_as_in_the_public_suite(void **state) {
  (void)state;
  for (int keep = 0; keep < 2; keep++) {
    signing s;
    start(&s, "GET", "https://example.amazonaws.com/");
    gl_buf_reset(&s.request.path);
    assert_int_equal(gl_buf_append_string(&s.request.path, "/example space/"), 0);
    s.options.keep_path = keep;
    expect_signature(&s, "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741");
  }
}

static void headers_of_one_name_are_joined_in_their_order(void **state) {
  (void)state;
  static const char *const values[] = {"value4", "value1", "value3", "value2"};
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  for (size_t i = 0; i < COUNT(values); i++)
    add(&s, i % 2 ? "my-header1" : "My-Header1", values[i]);
  expect_signature(&s, "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01");
  start(&s, "GET", "https://example.amazonaws.com/");
  add(&s, "My-Header1", "value2");
  add(&s, "My-Header1", "value2");
  add(&s, "My-Header1", "value1");
  expect_signature(&s, "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea");
}

/* ---- stages ------------------------------------------------------------------------------ */

static void each_stage_may_be_called_by_itself(void **state) {
  (void)state;
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  set(&s, "Authorization", "of an earlier signing");
  assert_int_equal(gl_sigv4_add_headers(&s.request, &s.signer, &s.options, &s.error), 0);
  assert_string_equal(s.signer.date_time, "20150830T123600Z");
  assert_string_equal(gl_headers_get(&s.request.headers, "Host"), "example.amazonaws.com");
  assert_string_equal(gl_headers_get(&s.request.headers, "X-Amz-Date"), "20150830T123600Z");
  assert_int_equal(gl_sigv4_canonical_request(&s.request, &s.signer, &s.options, &s.error), 0);
  assert_string_equal(gl_buf_string(&s.signer.signed_headers), "host;x-amz-date");
  assert_string_equal(gl_buf_string(&s.signer.canonical_request),
                      "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
                      "host;x-amz-date\n"
                      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert_int_equal(gl_sigv4_string_to_sign(&s.signer, &s.options, &s.error), 0);
  assert_string_equal(gl_buf_string(&s.signer.scope), "20150830/us-east-1/service/aws4_request");
  assert_string_equal(
      gl_buf_string(&s.signer.string_to_sign),
      "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n"
      "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63");
  assert_null(gl_headers_get(&s.request.headers, "Authorization"));
  assert_int_equal(gl_sigv4_authorize(&s.request, &s.signer, &s.options, &s.error), 0);
  assert_string_equal(s.signer.hex, bare_signature);
  assert_string_equal(gl_headers_get(&s.request.headers, "Authorization"),
                      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
                      "aws4_request, SignedHeaders=host;x-amz-date, Signature="
                      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  finish(&s);
}

static void signing_again_leaves_nothing_of_the_first_time(void **state) {
  (void)state;
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  gl_signer temporary = {.sorted = {0}};
  gl_sigv4_options options = s.options;
  options.time = 0;
  assert_int_equal(gl_signer_set_credentials(&temporary, "AKIDOTHER", "other", "token", &s.error),
                   0);
  assert_int_equal(gl_sigv4_sign(&s.request, &temporary, &options, &s.error), 0);
  assert_string_equal(gl_headers_get(&s.request.headers, "X-Amz-Security-Token"), "token");
  sign(&s);
  assert_string_equal(s.signer.hex, bare_signature);
  assert_null(gl_headers_get(&s.request.headers, "X-Amz-Security-Token"));
  assert_int_equal(s.request.headers.count, 3);
  gl_signer_clear(&temporary);
  finish(&s);
}

/* Signs with a signer that has signed with other settings before. */
static void expect_bare_after(void (*change)(signing *)) {
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  gl_sigv4_options options = s.options;
  change(&s);
  sign(&s);
  assert_string_not_equal(s.signer.hex, bare_signature);
  s.options = options;
  expect_signature(&s, bare_signature);
}

static void change_day(signing *s) {
  s->options.time += 86400;
}

static void change_region(signing *s) {
  s->options.region = "us-east-2";
}

static void change_service(signing *s) {
  s->options.service = "services";
}

static void the_kept_key_is_replaced_with_the_day_region_or_service(void **state) {
  (void)state;
  expect_bare_after(change_day);
  expect_bare_after(change_region);
  expect_bare_after(change_service);
}

static void the_kept_key_is_replaced_with_the_secret(void **state) {
  (void)state;
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  assert_int_equal(gl_signer_set_credentials(&s.signer, "AKIDEXAMPLE", "other", NULL, &s.error), 0);
  sign(&s);
  assert_string_not_equal(s.signer.hex, bare_signature);
  assert_int_equal(
      gl_signer_set_credentials(&s.signer, "AKIDEXAMPLE", example_secret, NULL, &s.error), 0);
  expect_signature(&s, bare_signature);
}

static void the_kept_signing_key_is_used_for_the_whole_day(void **state) {
  (void)state;
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  s.options.time -= s.options.time % 86400;
  sign(&s);
  unsigned char key[GL_SHA256_SIZE];
  memcpy(key, s.signer.key, sizeof key);
  s.options.time = suite_time;
  sign(&s);
  assert_memory_equal(key, s.signer.key, sizeof key);
  expect_signature(&s, bare_signature);
}

static void headers_that_proxies_or_retries_change_are_not_signed(void **state) {
  (void)state;
  static const char *const names[] = {
      "User-Agent",
      "Amz-Sdk-Invocation-Id",
      "amz-sdk-request",
      "Authorization",
      "Connection",
      "Expect",
      "Keep-Alive",
      "Proxy-Authenticate",
      "Proxy-Authorization",
      "TE",
      "Trailer",
      "Transfer-Encoding",
      "Upgrade",
      "X-Amzn-Trace-Id",
  };
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  for (size_t i = 0; i < COUNT(names); i++)
    set(&s, names[i], "x");
  sign(&s);
  assert_string_equal(gl_buf_string(&s.signer.signed_headers), "host;x-amz-date");
  expect_signature(&s, bare_signature);
}

static void every_other_header_is_signed(void **state) {
  (void)state;
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  set(&s, "Zeta", "  a   b ");
  set(&s, "content-Type", "");
  set(&s, "x-amz", "1");
  sign(&s);
  assert_string_equal(gl_buf_string(&s.signer.signed_headers),
                      "content-type;host;x-amz;x-amz-date;zeta");
  assert_non_null(strstr(gl_buf_string(&s.signer.canonical_request),
                         "\ncontent-type:\nhost:example.amazonaws.com\nx-amz:1\n"
                         "x-amz-date:20150830T123600Z\nzeta:a b\n\n"));
  finish(&s);
}

static void a_port_that_is_not_the_default_is_part_of_the_signed_host(void **state) {
  (void)state;
  static const struct {
    const char *url, *host;
  } cases[] = {
      {"https://H.example:443/", "h.example"},
      {"https://H.example:8443/", "h.example:8443"},
      {"http://[2001:DB8::1]:9000/", "[2001:db8::1]:9000"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    signing s;
    char line[64];
    start(&s, "GET", cases[i].url);
    set(&s, "host", "evil");
    sign(&s);
    snprintf(line, sizeof line, "\nhost:%s\n", cases[i].host);
    assert_non_null(strstr(gl_buf_string(&s.signer.canonical_request), line));
    assert_string_equal(gl_headers_get(&s.request.headers, "Host"), cases[i].host);
    finish(&s);
  }
}

static const char *payload_hash(const signing *s) {
  return strrchr(gl_buf_string(&s->signer.canonical_request), '\n') + 1;
}

static void a_header_with_the_payload_hash_takes_precedence_over_the_body(void **state) {
  (void)state;
  signing s;
  start(&s, "PUT", "https://example.amazonaws.com/");
  assert_int_equal(gl_buf_append_string(&s.request.body, "hello world"), 0);
  sign(&s);
  assert_string_equal(payload_hash(&s),
                      "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
  set(&s, "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
  sign(&s);
  assert_string_equal(payload_hash(&s), "UNSIGNED-PAYLOAD");
  finish(&s);
}

/* ---- time -------------------------------------------------------------------------------- */

static void a_time_without_a_year_of_four_digits_is_rejected(void **state) {
  (void)state;
  signing s;
  start(&s, "GET", "https://example.amazonaws.com/");
  s.options.time = 253402300800;
  assert_int_equal(gl_sigv4_sign(&s.request, &s.signer, &s.options, &s.error), GL_CONFIG);
  assert_string_equal(s.error.code, "ClockError");
  assert_int_equal(s.request.headers.count, 0);
  finish(&s);
}

static void a_signer_of_nothing_may_be_cleared(void **state) {
  (void)state;
  gl_signer signer = {.sorted = {0}};
  gl_signer_clear(&signer);
  gl_signer_clear(&signer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_path_with_a_space_is_signed_as_in_the_public_suite),
      cmocka_unit_test(headers_of_one_name_are_joined_in_their_order),
      cmocka_unit_test(each_stage_may_be_called_by_itself),
      cmocka_unit_test(signing_again_leaves_nothing_of_the_first_time),
      cmocka_unit_test(the_kept_key_is_replaced_with_the_day_region_or_service),
      cmocka_unit_test(the_kept_key_is_replaced_with_the_secret),
      cmocka_unit_test(the_kept_signing_key_is_used_for_the_whole_day),
      cmocka_unit_test(headers_that_proxies_or_retries_change_are_not_signed),
      cmocka_unit_test(every_other_header_is_signed),
      cmocka_unit_test(a_port_that_is_not_the_default_is_part_of_the_signed_host),
      cmocka_unit_test(a_header_with_the_payload_hash_takes_precedence_over_the_body),
      cmocka_unit_test(a_time_without_a_year_of_four_digits_is_rejected),
      cmocka_unit_test(a_signer_of_nothing_may_be_cleared),
  };
  return cmocka_run_group_tests_name("sigv4", tests, NULL, NULL);
}
