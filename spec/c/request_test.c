#include "core/request.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int set_url(gl_request *request, const char *url, gl_error *error) {
  return gl_request_set_url(request, "GET", url, strlen(url), error);
}

/* Expects that the URL is split into these parts, and that gl_request_url joins them. */
static void expect_parts(const char *url, const char *origin, const char *path, const char *query) {
  gl_request request = {0};
  gl_buf whole = {0};
  gl_error error;
  char expected[256];
  snprintf(expected, sizeof expected, "%s%s%s%s", origin, path, *query ? "?" : "", query);
  assert_int_equal(set_url(&request, url, &error), 0);
  assert_string_equal(gl_buf_string(&request.method), "GET");
  assert_string_equal(gl_buf_string(&request.origin), origin);
  assert_string_equal(gl_buf_string(&request.path), path);
  assert_string_equal(gl_buf_string(&request.query), query);
  assert_int_equal(gl_request_url(&request, &whole, &error), 0);
  assert_string_equal(gl_buf_string(&whole), expected);
  gl_buf_clear(&whole);
  gl_request_clear(&request);
}

static void a_url_is_split_without_changing_path_and_query(void **state) {
  (void)state;
  expect_parts("http://localhost/a%20b//c/../d?x=1&y=%2f?", "http://localhost", "/a%20b//c/../d",
               "x=1&y=%2f?");
  expect_parts("https://h:8443/-/vaults", "https://h:8443", "/-/vaults", "");
  expect_parts("http://h/\xC3\xA9;a=b,c:d@e", "http://h", "/\xC3\xA9;a=b,c:d@e", "");
}

static void a_missing_path_is_a_slash(void **state) {
  (void)state;
  expect_parts("https://example.com", "https://example.com", "/", "");
  expect_parts("https://example.com?a=b", "https://example.com", "/", "a=b");
  expect_parts("https://example.com?", "https://example.com", "/", "");
}

static void scheme_and_host_are_lower_case(void **state) {
  (void)state;
  expect_parts("HTTPS://Example.COM/Path?Q", "https://example.com", "/Path", "Q");
  expect_parts("Http://[2001:DB8::1]:9000/", "http://[2001:db8::1]:9000", "/", "");
}

static void only_the_default_port_of_the_scheme_is_dropped(void **state) {
  (void)state;
  expect_parts("https://h:443/", "https://h", "/", "");
  expect_parts("http://h:80/", "http://h", "/", "");
  expect_parts("http://[::1]:80/", "http://[::1]", "/", "");
  expect_parts("https://h:80/", "https://h:80", "/", "");
  expect_parts("http://h:443/", "http://h:443", "/", "");
  expect_parts("http://h:8", "http://h:8", "/", "");
  expect_parts("http://h:65535/", "http://h:65535", "/", "");
}

static void a_host_may_be_a_name_or_an_address_of_ipv4_or_ipv6(void **state) {
  (void)state;
  expect_parts("http://127.0.0.1/", "http://127.0.0.1", "/", "");
  expect_parts("http://local_stack-1/", "http://local_stack-1", "/", "");
  expect_parts("http://[::1]/", "http://[::1]", "/", "");
  expect_parts("http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]", "/", "");
}

static const struct {
  const char *url, *why;
} invalid_urls[] = {
    {"", "neither http nor https"},
    {"example.com", "neither http nor https"},
    {"ftp://example.com/", "neither http nor https"},
    {"file:///etc/passwd", "neither http nor https"},
    {"http:/example.com", "neither http nor https"},
    {"https//example.com", "neither http nor https"},
    {"https:", "neither http nor https"},
    {"http://", "no host"},
    {"https:///path", "no host"},
    {"http://:80/", "no host"},
    {"http://?", "no host"},
    {"http://[::1/", "no host"},
    {"http://example.com/#x", "a fragment"},
    {"http://example.com\\evil.com/", "a backslash"},
    {"http://example.com/a b", "white space or a control character"},
    {" http://example.com/", "white space or a control character"},
    {"http://exa%6dple.com/", "a malformed host"},
    {"http://b\xC3\xBC"
     "cher.example/",
     "a malformed host"},
    {"http://a,b/", "a malformed host"},
    {"http://[]/", "a malformed IPv6 address"},
    {"http://[1]/", "a malformed IPv6 address"},
    {"http://[::g]/", "a malformed IPv6 address"},
    {"http://[fe80::1%25eth0]/", "a malformed IPv6 address"},
    {"http://[::1]x/", "a malformed host"},
    {"http://h:/", "a malformed port"},
    {"http://h:0/", "a malformed port"},
    {"http://h:65536/", "a malformed port"},
    {"http://h:99999999999999999999/", "a malformed port"},
    {"http://h:8a/", "a malformed port"},
    {"http://h:-1/", "a malformed port"},
    {"http://h:80:80/", "a malformed port"},
};

static void a_url_that_could_mean_another_host_or_request_is_rejected(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(invalid_urls); i++) {
    gl_request request = {0};
    gl_error error;
    char message[256];
    snprintf(message, sizeof message, "Invalid endpoint: %s (%s)", invalid_urls[i].url,
             invalid_urls[i].why);
    assert_int_equal(set_url(&request, invalid_urls[i].url, &error), GL_CONFIG);
    assert_string_equal(error.code, "InvalidConfigError");
    assert_string_equal(error.message, message);
    gl_request_clear(&request);
  }
}

static void control_characters_of_a_rejected_url_are_escaped(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  assert_int_equal(set_url(&request, "http://h/\r\nHost: evil\x7f", &error), GL_CONFIG);
  assert_string_equal(error.message, "Invalid endpoint: http://h/\\x0d\\x0aHost: evil\\x7f "
                                     "(white space or a control character)");
  char url[1000] = "";
  memset(url, '\x01', sizeof url - 1);
  assert_int_equal(set_url(&request, url, &error), GL_CONFIG);
  assert_int_equal(strlen(error.message),
                   strlen("Invalid endpoint:  (white space or a control character)") + 512);
  gl_request_clear(&request);
}

typedef struct rejection {
  const char *url, *message;
} rejection;

static void expect_rejected(const rejection *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    gl_request request = {0};
    gl_error error;
    assert_int_equal(set_url(&request, cases[i].url, &error), GL_CONFIG);
    assert_string_equal(error.message, cases[i].message);
    gl_request_clear(&request);
  }
}

static void user_information_is_rejected_and_not_shown(void **state) {
  (void)state;
  static const rejection cases[] = {
      {"http://user@example.com/", "Invalid endpoint: ***@example.com/ (user information)"},
      {"http://user:secret@example.com/", "Invalid endpoint: ***@example.com/ (user information)"},
      {"http://a@b@c/", "Invalid endpoint: ***@c/ (user information)"},
      {"http://u:secret@h/ x", "Invalid endpoint: ***@h/ x (white space or a control character)"},
      {"ftp://u:secret@h/", "Invalid endpoint: ***@h/ (neither http nor https)"},
      {"http://example.com#@evil.com/", "Invalid endpoint: ***@evil.com/ (a fragment)"},
      {"http://example.com\\@evil.com/", "Invalid endpoint: ***@evil.com/ (a backslash)"},
  };
  expect_rejected(cases, COUNT(cases));
}

static void the_query_of_a_rejected_url_is_not_shown(void **state) {
  (void)state;
  static const rejection cases[] = {
      {"ftp://h/a?token=secret", "Invalid endpoint: ftp://h/a?*** (neither http nor https)"},
      {"http://h/a?token=secret#x", "Invalid endpoint: http://h/a?*** (a fragment)"},
      {"http://?token=secret", "Invalid endpoint: http://?*** (no host)"},
      {"http://u:p@h/?token=secret", "Invalid endpoint: ***@h/?*** (user information)"},
      {"ftp://h/?a=b@c&token=secret", "Invalid endpoint: ***@*** (neither http nor https)"},
      {"http://u:p?p@h/#", "Invalid endpoint: ***@*** (a fragment)"},
  };
  expect_rejected(cases, COUNT(cases));
}

static void a_nul_in_a_url_is_a_control_character(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  assert_int_equal(gl_request_set_url(&request, "GET", "http://h/\0@evil", 15, &error), GL_CONFIG);
  assert_non_null(strstr(error.message, "control character"));
  gl_request_clear(&request);
}

static void a_rejected_url_leaves_the_request_unchanged(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  assert_int_equal(set_url(&request, "http://h/p?q", &error), 0);
  assert_int_equal(set_url(&request, "http://user@evil/", &error), GL_CONFIG);
  assert_string_equal(gl_buf_string(&request.origin), "http://h");
  assert_string_equal(gl_buf_string(&request.path), "/p");
  assert_int_equal(gl_request_set_url(&request, "PUT", "https://other", 13, &error), 0);
  assert_string_equal(gl_buf_string(&request.method), "PUT");
  assert_string_equal(gl_buf_string(&request.origin), "https://other");
  assert_string_equal(gl_buf_string(&request.path), "/");
  assert_string_equal(gl_buf_string(&request.query), "");
  gl_request_clear(&request);
}

static void a_long_url_is_cut_in_the_message(void **state) {
  (void)state;
  char url[2000] = "ftp://";
  memset(url + 6, 'x', sizeof url - 7);
  gl_request request = {0};
  gl_error error;
  assert_int_equal(set_url(&request, url, &error), GL_CONFIG);
  assert_non_null(strstr(error.message, "(neither http nor https)"));
  gl_request_clear(&request);
}

static void the_host_is_the_origin_without_its_scheme(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  assert_string_equal(gl_request_host(&request), "");
  assert_int_equal(set_url(&request, "https://H.example:8443/x", &error), 0);
  assert_string_equal(gl_request_host(&request), "h.example:8443");
  gl_request_clear(&request);
}

static void a_header_is_set_once_whatever_its_case(void **state) {
  (void)state;
  gl_request request = {0};
  gl_error error;
  assert_int_equal(gl_request_set_header(&request, "X-Amz-Date", "1", 1, &error), 0);
  assert_int_equal(gl_request_set_header(&request, "x-amz-date", "23", 2, &error), 0);
  assert_int_equal(request.headers.count, 1);
  assert_string_equal(gl_headers_get(&request.headers, "X-AMZ-DATE"), "23");
  gl_request_clear(&request);
}

static void a_header_that_could_end_its_line_is_rejected_and_not_shown(void **state) {
  (void)state;
  static const char *const values[] = {"secret\r\nX: y", "secret\n", "\tsecret", "secret\x7f"};
  gl_request request = {0};
  gl_error error;
  for (size_t i = 0; i < COUNT(values); i++) {
    assert_int_equal(
        gl_request_set_header(&request, "X-Name", values[i], strlen(values[i]), &error),
        GL_VALIDATION);
    assert_string_equal(error.code, "ParamValidationError");
    assert_non_null(strstr(error.message, "X-Name"));
    assert_null(strstr(error.message, "secret"));
  }
  assert_int_equal(gl_request_set_header(&request, "X-Name", "a\0b", 3, &error), GL_VALIDATION);
  assert_int_equal(gl_request_set_header(&request, "X Name", "v", 1, &error), GL_VALIDATION);
  assert_int_equal(gl_request_set_header(&request, "", "v", 1, &error), GL_VALIDATION);
  assert_int_equal(request.headers.count, 0);
  gl_request_clear(&request);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_url_is_split_without_changing_path_and_query),
      cmocka_unit_test(a_missing_path_is_a_slash),
      cmocka_unit_test(scheme_and_host_are_lower_case),
      cmocka_unit_test(only_the_default_port_of_the_scheme_is_dropped),
      cmocka_unit_test(a_host_may_be_a_name_or_an_address_of_ipv4_or_ipv6),
      cmocka_unit_test(a_url_that_could_mean_another_host_or_request_is_rejected),
      cmocka_unit_test(control_characters_of_a_rejected_url_are_escaped),
      cmocka_unit_test(user_information_is_rejected_and_not_shown),
      cmocka_unit_test(the_query_of_a_rejected_url_is_not_shown),
      cmocka_unit_test(a_nul_in_a_url_is_a_control_character),
      cmocka_unit_test(a_rejected_url_leaves_the_request_unchanged),
      cmocka_unit_test(a_long_url_is_cut_in_the_message),
      cmocka_unit_test(the_host_is_the_origin_without_its_scheme),
      cmocka_unit_test(a_header_is_set_once_whatever_its_case),
      cmocka_unit_test(a_header_that_could_end_its_line_is_rejected_and_not_shown),
  };
  return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
