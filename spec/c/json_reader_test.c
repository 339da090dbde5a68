#include "core/json_reader.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* Writes one character for the event, and the text of a string, a name or a number after it. */
static void write_event(gl_json_event event, const gl_buf *text, gl_buf *out) {
  static const char letters[] = "?.{}[]ksntfz";
  gl_buf_append_char(out, letters[event]);
  if (event == GL_JSON_KEY || event == GL_JSON_STRING || event == GL_JSON_NUMBER)
    gl_buf_append_format(out, "<%s>", gl_buf_string(text));
}

/* Reads `text` in chunks of `size` bytes.  Returns whether it is a complete document. */
static int read_all(const char *text, size_t length, size_t size, gl_buf *out, gl_error *error) {
  gl_json_reader reader = {0};
  gl_json_event event = GL_JSON_MORE;
  error->message[0] = '\0';
  for (size_t at = 0; at < length && event != GL_JSON_FAILED; at += size) {
    const char *from = text + at, *end = text + (at + size < length ? at + size : length);
    while ((event = gl_json_read(&reader, &from, end, error)) > GL_JSON_MORE)
      write_event(event, &reader.text.bytes, out);
  }
  int is_whole = event != GL_JSON_FAILED && gl_json_is_whole(&reader);
  gl_json_reader_clear(&reader);
  return is_whole;
}

static void expect_events(const char *text, const char *events) {
  for (size_t size = 1; size <= strlen(text); size++) {
    gl_buf out = {0};
    gl_error error;
    assert_true(read_all(text, strlen(text), size, &out, &error));
    assert_string_equal(gl_buf_string(&out), events);
    gl_buf_clear(&out);
  }
}

static void expect_error(const char *text, size_t length, const char *message) {
  for (size_t size = 1; size <= length; size++) {
    gl_buf out = {0};
    gl_error error;
    assert_false(read_all(text, length, size, &out, &error));
    assert_string_equal(error.message, message);
    gl_buf_clear(&out);
  }
}

static void a_document_gives_its_events_in_order_in_pieces_of_any_size(void **state) {
  (void)state;
  expect_events("{}", "{}");
  expect_events(" [ ] \n", "[]");
  expect_events("{\"a\" : [1,-2.5e+3, \"x\" ,true,false,null,{\"b\":{}}],\"c\":0}",
                "{k<a>[n<1>n<-2.5e+3>s<x>tfz{k<b>{}}]k<c>n<0>}");
  expect_events("\"alone\"", "s<alone>");
}

static void escapes_are_resolved_in_pieces_of_any_size(void **state) {
  (void)state;
  expect_events("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[s<\"\\/\b\f\n\r\t>]");
  expect_events("[\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"]",
                "[s<A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80>]");
  expect_events("[\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"]",
                "[s<\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80>]");
}

static void a_surrogate_without_its_partner_becomes_the_replacement_character(void **state) {
  (void)state;
  expect_events("[\"\\ud83d\"]", "[s<\xEF\xBF\xBD>]");
  expect_events("[\"\\ude00x\"]", "[s<\xEF\xBF\xBDx>]");
  expect_events("[\"\\ud83dx\\ude00\"]", "[s<\xEF\xBF\xBDx\xEF\xBF\xBD>]");
  expect_events("[\"\\ud83d\\ud83d\\ude00\"]", "[s<\xEF\xBF\xBD\xF0\x9F\x98\x80>]");
  expect_events("[\"\\ud83d\\n\"]", "[s<\xEF\xBF\xBD\n>]");
}

static void an_error_names_the_wrong_byte(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } rows[] = {
      {"{,", "invalid JSON at byte 2: expected a member's name"},
      {"{\"a\",", "invalid JSON at byte 5: expected ':'"},
      {"{\"a\":1]", "invalid JSON at byte 7: expected ',' or '}'"},
      {"[1 2]", "invalid JSON at byte 4: expected ',' or ']'"},
      {"[1,]", "invalid JSON at byte 4: expected a value"},
      {"{\"a\":1,}", "invalid JSON at byte 8: expected a member's name"},
      {"{} x", "invalid JSON at byte 4: expected nothing after the document"},
      {"[01]", "invalid JSON at byte 3: expected ',' or ']'"},
      {"[-]", "invalid JSON at byte 3: expected a digit"},
      {"[1.]", "invalid JSON at byte 4: expected a digit"},
      {"[1e+]", "invalid JSON at byte 5: expected a digit"},
      {"[+1]", "invalid JSON at byte 2: expected a value"},
      {"[nul]", "invalid JSON at byte 5: expected true, false or null"},
      {"[NaN]", "invalid JSON at byte 2: expected a value"},
      {"[\"\\x\"]", "invalid JSON at byte 4: invalid escape"},
      {"[\"\\u12g4\"]", "invalid JSON at byte 7: expected a hexadecimal digit"},
      {"[\"a\nb\"]", "invalid JSON at byte 4: unescaped control character"},
      {"[\"\x80\"]", "invalid JSON at byte 3: invalid UTF-8"},
      {"[\"\xC3\"]", "invalid JSON at byte 4: invalid UTF-8"},
      {"[\"\xED\xA0\x80\"]", "invalid JSON at byte 4: invalid UTF-8"},
      {"[\"\xC0\xAF\"]", "invalid JSON at byte 3: invalid UTF-8"},
      {"[\"\xF4\x90\x80\x80\"]", "invalid JSON at byte 4: invalid UTF-8"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    expect_error(rows[i].text, strlen(rows[i].text), rows[i].message);
  expect_error("[\"\0\"]", 5, "invalid JSON at byte 3: unescaped control character");
}

static void an_incomplete_document_is_not_accepted_as_complete(void **state) {
  (void)state;
  static const char text[] = "{\"a\":[1,\"x\\n\\u00e9\",null]}";
  for (size_t length = 1; length < sizeof text - 1; length++) {
    gl_buf out = {0};
    gl_error error;
    assert_false(read_all(text, length, 3, &out, &error));
    assert_string_equal(error.message, "");
    gl_buf_clear(&out);
  }
}

static void nesting_beyond_the_limit_is_an_error(void **state) {
  (void)state;
  char text[GL_JSON_MAX_DEPTH + 1];
  gl_buf out = {0};
  gl_error error;
  memset(text, '[', sizeof text);
  assert_false(read_all(text, GL_JSON_MAX_DEPTH, 100, &out, &error));
  assert_string_equal(error.message, "");
  assert_false(read_all(text, sizeof text, 100, &out, &error));
  assert_string_equal(error.message,
                      "invalid JSON at byte 1025: objects and arrays are nested too deeply");
  gl_buf_clear(&out);
}

static void a_text_beyond_the_limit_is_an_error_unless_it_is_skipped(void **state) {
  (void)state;
  static char text[GL_JSON_MAX_TEXT + 3];
  memset(text, 'x', sizeof text);
  text[0] = text[sizeof text - 1] = '"';
  for (int skip = 0; skip < 2; skip++) {
    const char *at = text;
    gl_error error;
    gl_json_reader reader = {.text.skip = skip};
    gl_json_event event = gl_json_read(&reader, &at, text + sizeof text, &error);
    assert_int_equal(event, skip ? GL_JSON_STRING : GL_JSON_FAILED);
    assert_int_equal(reader.text.bytes.length, 0);
    gl_json_reader_clear(&reader);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_document_gives_its_events_in_order_in_pieces_of_any_size),
      cmocka_unit_test(escapes_are_resolved_in_pieces_of_any_size),
      cmocka_unit_test(a_surrogate_without_its_partner_becomes_the_replacement_character),
      cmocka_unit_test(an_error_names_the_wrong_byte),
      cmocka_unit_test(an_incomplete_document_is_not_accepted_as_complete),
      cmocka_unit_test(nesting_beyond_the_limit_is_an_error),
      cmocka_unit_test(a_text_beyond_the_limit_is_an_error_unless_it_is_skipped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
