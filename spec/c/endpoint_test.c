#include "core/endpoint.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

typedef struct endpoint_case {
  const char *region;
  int use_fips;
  int use_dualstack;
  const char *url;
} endpoint_case;

static void expect_urls(const endpoint_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    gl_endpoint_options options = {cases[i].region, NULL, cases[i].use_fips, cases[i].use_dualstack,
                                   NULL};
    gl_buf url = {0};
    gl_error error;
    assert_int_equal(gl_endpoint_resolve(&options, &url, &error), 0);
    assert_string_equal(gl_buf_string(&url), cases[i].url);
    gl_buf_clear(&url);
  }
}

#define EXPECT_URLS(cases) expect_urls(cases, sizeof(cases) / sizeof *(cases))

/* Expects an error with this code and message, and that nothing is appended. */
static void expect_refusal(const gl_endpoint_options *options, const char *code,
                           const char *message) {
  gl_buf url = {0};
  gl_error error;
  assert_int_equal(gl_endpoint_resolve(options, &url, &error), GL_CONFIG);
  assert_string_equal(error.code, code);
  assert_string_equal(error.message, message);
  assert_false(error.retryable);
  assert_int_equal(url.length, 0);
  gl_buf_clear(&url);
}

/* The first 45 of the 50 cases in the AWS SDKs' own endpoint tests of Glacier.  The tests of custom
 * endpoints and of the missing region are the other five.  In one of them, the SDKs accept a custom
 * endpoint without a region; here it is an error, because signing needs a region. */
static const endpoint_case known_regions[] = {
    {"af-south-1", 0, 0, "https://glacier.af-south-1.amazonaws.com"},
    {"ap-east-1", 0, 0, "https://glacier.ap-east-1.amazonaws.com"},
    {"ap-northeast-1", 0, 0, "https://glacier.ap-northeast-1.amazonaws.com"},
    {"ap-northeast-2", 0, 0, "https://glacier.ap-northeast-2.amazonaws.com"},
    {"ap-northeast-3", 0, 0, "https://glacier.ap-northeast-3.amazonaws.com"},
    {"ap-south-1", 0, 0, "https://glacier.ap-south-1.amazonaws.com"},
    {"ap-southeast-1", 0, 0, "https://glacier.ap-southeast-1.amazonaws.com"},
    {"ap-southeast-2", 0, 0, "https://glacier.ap-southeast-2.amazonaws.com"},
    {"ap-southeast-3", 0, 0, "https://glacier.ap-southeast-3.amazonaws.com"},
    {"ca-central-1", 0, 0, "https://glacier.ca-central-1.amazonaws.com"},
    {"ca-central-1", 1, 0, "https://glacier-fips.ca-central-1.amazonaws.com"},
    {"eu-central-1", 0, 0, "https://glacier.eu-central-1.amazonaws.com"},
    {"eu-north-1", 0, 0, "https://glacier.eu-north-1.amazonaws.com"},
    {"eu-south-1", 0, 0, "https://glacier.eu-south-1.amazonaws.com"},
    {"eu-west-1", 0, 0, "https://glacier.eu-west-1.amazonaws.com"},
    {"eu-west-2", 0, 0, "https://glacier.eu-west-2.amazonaws.com"},
    {"eu-west-3", 0, 0, "https://glacier.eu-west-3.amazonaws.com"},
    {"me-south-1", 0, 0, "https://glacier.me-south-1.amazonaws.com"},
    {"sa-east-1", 0, 0, "https://glacier.sa-east-1.amazonaws.com"},
    {"us-east-1", 0, 0, "https://glacier.us-east-1.amazonaws.com"},
    {"us-east-1", 1, 0, "https://glacier-fips.us-east-1.amazonaws.com"},
    {"us-east-2", 0, 0, "https://glacier.us-east-2.amazonaws.com"},
    {"us-east-2", 1, 0, "https://glacier-fips.us-east-2.amazonaws.com"},
    {"us-west-1", 0, 0, "https://glacier.us-west-1.amazonaws.com"},
    {"us-west-1", 1, 0, "https://glacier-fips.us-west-1.amazonaws.com"},
    {"us-west-2", 0, 0, "https://glacier.us-west-2.amazonaws.com"},
    {"us-west-2", 1, 0, "https://glacier-fips.us-west-2.amazonaws.com"},
    {"us-east-1", 1, 1, "https://glacier-fips.us-east-1.api.aws"},
    {"us-east-1", 0, 1, "https://glacier.us-east-1.api.aws"},
    {"cn-north-1", 0, 0, "https://glacier.cn-north-1.amazonaws.com.cn"},
    {"cn-northwest-1", 0, 0, "https://glacier.cn-northwest-1.amazonaws.com.cn"},
    {"cn-north-1", 1, 1, "https://glacier-fips.cn-north-1.api.amazonwebservices.com.cn"},
    {"cn-north-1", 1, 0, "https://glacier-fips.cn-north-1.amazonaws.com.cn"},
    {"cn-north-1", 0, 1, "https://glacier.cn-north-1.api.amazonwebservices.com.cn"},
    {"us-gov-east-1", 0, 0, "https://glacier.us-gov-east-1.amazonaws.com"},
    {"us-gov-east-1", 1, 0, "https://glacier.us-gov-east-1.amazonaws.com"},
    {"us-gov-west-1", 0, 0, "https://glacier.us-gov-west-1.amazonaws.com"},
    {"us-gov-west-1", 1, 0, "https://glacier.us-gov-west-1.amazonaws.com"},
    {"us-gov-east-1", 1, 1, "https://glacier-fips.us-gov-east-1.api.aws"},
    {"us-gov-east-1", 0, 1, "https://glacier.us-gov-east-1.api.aws"},
    {"us-iso-east-1", 0, 0, "https://glacier.us-iso-east-1.c2s.ic.gov"},
    {"us-iso-west-1", 0, 0, "https://glacier.us-iso-west-1.c2s.ic.gov"},
    {"us-iso-east-1", 1, 0, "https://glacier-fips.us-iso-east-1.c2s.ic.gov"},
    {"us-isob-east-1", 0, 0, "https://glacier.us-isob-east-1.sc2s.sgov.gov"},
    {"us-isob-east-1", 1, 0, "https://glacier-fips.us-isob-east-1.sc2s.sgov.gov"},
};

static void known_regions_have_their_endpoints(void **state) {
  (void)state;
  assert_int_equal(sizeof known_regions / sizeof *known_regions, 45);
  EXPECT_URLS(known_regions);
}

static void a_custom_endpoint_is_used_unchanged(void **state) {
  (void)state;
  static const char *const urls[] = {"https://example.com", "http://127.0.0.1:8080/base/"};
  for (size_t i = 0; i < 2; i++) {
    gl_endpoint_options options = {"us-east-1", urls[i], 0, 0, NULL};
    gl_buf url = {0};
    gl_error error;
    assert_int_equal(gl_buf_append_string(&url, "<"), 0);
    assert_int_equal(gl_endpoint_resolve(&options, &url, &error), 0);
    assert_int_equal(url.data[0], '<');
    assert_string_equal(url.data + 1, urls[i]);
    gl_buf_clear(&url);
  }
}

static void a_custom_endpoint_is_neither_fips_nor_dualstack(void **state) {
  (void)state;
  const char *url = "https://example.com", *code = "UnknownEndpointError";
  const char *fips = "Invalid Configuration: FIPS and custom endpoint are not supported";
  const char *dual = "Invalid Configuration: Dualstack and custom endpoint are not supported";
  expect_refusal(&(gl_endpoint_options){"us-east-1", url, 1, 0, NULL}, code, fips);
  expect_refusal(&(gl_endpoint_options){"us-east-1", url, 0, 1, NULL}, code, dual);
  expect_refusal(&(gl_endpoint_options){"us-east-1", url, 1, 1, NULL}, code, fips);
}

static void a_custom_endpoint_needs_a_region_too(void **state) {
  (void)state;
  const char *regions[] = {NULL, ""}, *urls[] = {NULL, "https://example.com"};
  for (int i = 0; i < 4; i++) {
    gl_endpoint_options options = {regions[i % 2], urls[i / 2], 0, 0, NULL};
    expect_refusal(&options, "NoRegionError", "You must specify a region.");
  }
}

static void a_region_that_is_not_a_host_label_is_rejected(void **state) {
  (void)state;
  static const char *const regions[] = {
      "-us-west-2",  "us-west-2-",
      "us.west",     "us west",
      "us_west",     "us-west-2/",
      "us-west-2@h", "us-west-2#",
      "us-west-2?",  "\xC3\xBC",
      "\xE9",        "12345",
      "a\nb",        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  };
  for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
    char message[160];
    snprintf(message, sizeof message, "Provided region_name '%s' doesn't match a supported format.",
             regions[i]);
    expect_refusal(&(gl_endpoint_options){regions[i], NULL, 0, 0, NULL}, "InvalidRegionError",
                   message);
    expect_refusal(&(gl_endpoint_options){regions[i], "https://example.com", 0, 0, NULL},
                   "InvalidRegionError", message);
  }
}

static void a_host_label_may_have_63_letters_and_digits(void **state) {
  (void)state;
  static const endpoint_case cases[] = {
      {"a", 0, 0, "https://glacier.a.amazonaws.com"},
      {"12-34", 0, 0, "https://glacier.12-34.amazonaws.com"},
      {"0x", 0, 0, "https://glacier.0x.amazonaws.com"},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, 0,
       "https://glacier.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
       "amazonaws.com"},
  };
  EXPECT_URLS(cases);
}

static void a_region_belongs_to_the_partition_of_its_prefix(void **state) {
  (void)state;
  static const endpoint_case cases[] = {
      {"us-north-12", 0, 1, "https://glacier.us-north-12.api.aws"},
      {"mx-central-1", 0, 0, "https://glacier.mx-central-1.amazonaws.com"},
      {"il-central-1", 1, 0, "https://glacier-fips.il-central-1.amazonaws.com"},
      {"cn-west-9", 0, 0, "https://glacier.cn-west-9.amazonaws.com.cn"},
      {"eusc-de-east-1", 0, 0, "https://glacier.eusc-de-east-1.amazonaws.eu"},
      {"eusc-de-east-1", 0, 1, "https://glacier.eusc-de-east-1.api.amazonwebservices.eu"},
      {"us-iso-west-9", 0, 1, "https://glacier.us-iso-west-9.api.aws.ic.gov"},
      {"us-isob-west-9", 0, 1, "https://glacier.us-isob-west-9.api.aws.scloud"},
      {"eu-isoe-west-1", 0, 0, "https://glacier.eu-isoe-west-1.cloud.adc-e.uk"},
      {"eu-isoe-west-1", 0, 1, "https://glacier.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
      {"us-isof-south-1", 0, 0, "https://glacier.us-isof-south-1.csp.hci.ic.gov"},
      {"us-isof-south-1", 1, 1, "https://glacier-fips.us-isof-south-1.api.aws.hci.ic.gov"},
      {"us-gov-north-1", 1, 0, "https://glacier.us-gov-north-1.amazonaws.com"},
      {"us-gov-north-1", 1, 1, "https://glacier-fips.us-gov-north-1.api.aws"},
      {"us-gov-1", 1, 0, "https://glacier-fips.us-gov-1.amazonaws.com"},
  };
  EXPECT_URLS(cases);
}

static void a_global_pseudo_region_belongs_to_the_partition_it_names(void **state) {
  (void)state;
  static const endpoint_case cases[] = {
      {"aws-global", 0, 0, "https://glacier.aws-global.amazonaws.com"},
      {"aws-cn-global", 0, 0, "https://glacier.aws-cn-global.amazonaws.com.cn"},
      {"aws-us-gov-global", 1, 0, "https://glacier.aws-us-gov-global.amazonaws.com"},
      {"aws-iso-global", 0, 0, "https://glacier.aws-iso-global.c2s.ic.gov"},
      {"aws-iso-b-global", 0, 0, "https://glacier.aws-iso-b-global.sc2s.sgov.gov"},
  };
  EXPECT_URLS(cases);
}

static void a_region_that_no_partition_contains_belongs_to_aws(void **state) {
  (void)state;
  static const endpoint_case cases[] = {
      {"local", 0, 0, "https://glacier.local.amazonaws.com"},
      {"xx-west-1", 1, 0, "https://glacier-fips.xx-west-1.amazonaws.com"},
      {"cn-north", 0, 0, "https://glacier.cn-north.amazonaws.com"},
      {"cn-north-1a", 0, 0, "https://glacier.cn-north-1a.amazonaws.com"},
      {"cn--1", 0, 0, "https://glacier.cn--1.amazonaws.com"},
      {"cn-north-east-1", 0, 0, "https://glacier.cn-north-east-1.amazonaws.com"},
      {"CN-NORTH-1", 0, 0, "https://glacier.CN-NORTH-1.amazonaws.com"},
      {"eusc-fr-east-1", 0, 0, "https://glacier.eusc-fr-east-1.amazonaws.com"},
      {"aws-cn-globalx", 0, 0, "https://glacier.aws-cn-globalx.amazonaws.com"},
  };
  EXPECT_URLS(cases);
}

static void another_service_differs_in_the_first_labels_only(void **state) {
  (void)state;
  static const struct {
    gl_endpoint_options options;
    const char *url;
  } cases[] = {
      {{"us-west-2", NULL, 0, 0, "sts"}, "https://sts.us-west-2.amazonaws.com"},
      {{"us-west-2", NULL, 1, 0, "portal.sso"}, "https://portal.sso-fips.us-west-2.amazonaws.com"},
      {{"cn-north-1", NULL, 0, 0, "oidc"}, "https://oidc.cn-north-1.amazonaws.com.cn"},
      {{"us-gov-west-1", NULL, 1, 0, "sns"}, "https://sns.us-gov-west-1.amazonaws.com"},
      {{"eu-west-1", NULL, 1, 1, "sns"}, "https://sns-fips.eu-west-1.api.aws"},
      {{"eu-west-1", "http://localhost", 0, 0, "sns"}, "http://localhost"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    gl_buf url = {0};
    gl_error error;
    assert_int_equal(gl_endpoint_resolve(&cases[i].options, &url, &error), 0);
    assert_string_equal(gl_buf_string(&url), cases[i].url);
    gl_buf_clear(&url);
  }
}

static void a_partition_has_a_name_and_a_dns_suffix(void **state) {
  (void)state;
  static const char *const cases[][3] = {
      {"us-west-2", "aws", "amazonaws.com"},
      {"cn-north-1", "aws-cn", "amazonaws.com.cn"},
      {"us-gov-east-1", "aws-us-gov", "amazonaws.com"},
      {"us-iso-east-1", "aws-iso", "c2s.ic.gov"},
      {"eusc-de-east-1", "aws-eusc", "amazonaws.eu"},
      {"", "aws", "amazonaws.com"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const gl_partition *partition = gl_endpoint_partition(cases[i][0]);
    assert_string_equal(partition->name, cases[i][1]);
    assert_string_equal(partition->dns_suffix, cases[i][2]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_regions_have_their_endpoints),
      cmocka_unit_test(a_custom_endpoint_is_used_unchanged),
      cmocka_unit_test(a_custom_endpoint_is_neither_fips_nor_dualstack),
      cmocka_unit_test(a_custom_endpoint_needs_a_region_too),
      cmocka_unit_test(a_region_that_is_not_a_host_label_is_rejected),
      cmocka_unit_test(a_host_label_may_have_63_letters_and_digits),
      cmocka_unit_test(a_region_belongs_to_the_partition_of_its_prefix),
      cmocka_unit_test(a_global_pseudo_region_belongs_to_the_partition_it_names),
      cmocka_unit_test(a_region_that_no_partition_contains_belongs_to_aws),
      cmocka_unit_test(another_service_differs_in_the_first_labels_only),
      cmocka_unit_test(a_partition_has_a_name_and_a_dns_suffix),
  };
  return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
