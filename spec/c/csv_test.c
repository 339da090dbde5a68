#include "core/csv.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* Returns a reader for three columns of an inventory: a description, a date and a size. */
static gl_csv new_reader(void) {
  gl_csv csv = {.kinds = {GL_CSV_ANY, GL_CSV_TOKEN, GL_CSV_DIGITS}, .columns = 3};
  return csv;
}

/* Expects that the next row has this first field, and moves past the row. */
static void expect_row(gl_csv *csv, const char **at, const char *first) {
  const char *why;
  assert_int_equal(gl_csv_read(csv, at, *at + strlen(*at), 1, &why), GL_CSV_ROW);
  assert_int_equal(csv->fields[0].length, strlen(first));
  assert_memory_equal(gl_buf_string(&csv->text) + csv->fields[0].offset, first, strlen(first));
}

static void expect_first_field(const char *text, const char *first) {
  gl_csv csv = new_reader();
  const char *at = text;
  expect_row(&csv, &at, first);
  assert_string_equal(at, "");
  gl_csv_clear(&csv);
}

/* Expects GL_CSV_MORE for each incomplete start of the row. */
static void expect_more_until_the_end(const char *text) {
  for (size_t length = 1; length < strlen(text); length++) {
    gl_csv csv = new_reader();
    const char *at = text, *why;
    assert_int_equal(gl_csv_read(&csv, &at, text + length, 0, &why), GL_CSV_MORE);
    assert_ptr_equal(at, text);
    gl_csv_clear(&csv);
  }
}

static void fields_may_be_plain_or_quoted_and_lines_end_in_lf_or_crlf(void **state) {
  (void)state;
  expect_first_field("a,2012,5\n", "a");
  expect_first_field("a,2012,5\r\n", "a");
  expect_first_field("a,2012,5", "a");
  expect_first_field("\"a,b\",2012,5\r\n", "a,b");
  expect_first_field("\"a\r\nb\",\"2012\",\"5\"\r\n", "a\r\nb");
  expect_first_field("a\\b,2012,5\n", "a\\b");
  expect_first_field(",2012,5\n", "");
  expect_first_field("\"\",2012,5\n", "");
}

static void a_doubled_quote_becomes_one_quote_and_backslashes_stay(void **state) {
  (void)state;
  expect_first_field("\"a\"\"b\",2012,5\n", "a\"b");
  expect_first_field("\"\"\"\",2012,5\n", "\"");
  expect_first_field("\"a\\\",2012,5\n", "a\\");
  expect_first_field("\"a\\\"\"b\",2012,5\n", "a\\\"b");
  expect_first_field("\"a\\\"\"\",2012,5\n", "a\\\"");
  expect_first_field("\"a\\\"\",b\",2012,5\n", "a\\\",b");
}

/* The examples of the developer guide, page "Get Job Output", and other cases of its rule. */
static void a_quote_after_a_backslash_is_a_part_of_the_value_or_ends_the_field(void **state) {
  (void)state;
  expect_first_field("\"my archive description,1\",2012,5\r\n", "my archive description,1");
  expect_first_field("\"my archive description,1\\\"2\",2012,5\r\n", "my archive description,1\"2");
  expect_first_field("\"my archive description,1\\\\\"2\",2012,5\r\n",
                     "my archive description,1\\\"2");
  expect_first_field("\"\\\"\",2012,5\r\n", "\"");
  expect_first_field("\"a\\\"\\\"\",2012,5\r\n", "a\"\"");
  expect_first_field("\"a\\\",b\",2012,5\r\n", "a\",b");
  expect_first_field("\"\\\",2012,5\",2012,5\r\n", "\",2012,5");
  expect_first_field("\"\\\\\",2012,5\r\n", "\\\\");
  expect_first_field("\"a\\b\",2012,5\r\n", "a\\b");
}

static void a_doubled_quote_decides_the_dialect_of_later_rows(void **state) {
  (void)state;
  const char *text = "\"\"\"\",2012,5\n\"a\\\"\",2012,5\nb\",2012,5\n", *at = text;
  gl_csv csv = new_reader();
  expect_row(&csv, &at, "\"");
  expect_row(&csv, &at, "a\\\",2012,5\nb");
  gl_csv_clear(&csv);
}

static void a_row_is_read_only_after_its_end_has_arrived(void **state) {
  (void)state;
  expect_more_until_the_end("abc,2012,5\r\n");
  expect_more_until_the_end("\"a\"\"b,\",2012,5\n");
  expect_more_until_the_end("\"a\\\"b\\\",\\\",2012,5\r\n");
}

static void expect_fault(const char *text, size_t byte, const char *message) {
  gl_csv csv = new_reader();
  const char *at = text, *why;
  assert_int_equal(gl_csv_read(&csv, &at, text + strlen(text), 1, &why), GL_CSV_FAILED);
  assert_int_equal(at - text, byte);
  assert_string_equal(why, message);
  gl_csv_clear(&csv);
}

static void an_error_names_the_wrong_byte(void **state) {
  (void)state;
  expect_fault("a\"b,2012,5\n", 1, "a quote in a field that is not quoted");
  expect_fault("\"a\"b,2012,5\n", 3,
               "expected a comma or the end of the line after a quoted field");
  expect_fault("\"a,2012,5\n", 10, "a quoted field has no end");
  expect_fault("a,2012\n", 6, "the row and the header have different numbers of fields");
  expect_fault("a,2012,5,6\n", 10, "the row and the header have different numbers of fields");
  expect_fault("a,2012,5\rb", 8, "expected a line feed after the carriage return");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fields_may_be_plain_or_quoted_and_lines_end_in_lf_or_crlf),
      cmocka_unit_test(a_doubled_quote_becomes_one_quote_and_backslashes_stay),
      cmocka_unit_test(a_quote_after_a_backslash_is_a_part_of_the_value_or_ends_the_field),
      cmocka_unit_test(a_doubled_quote_decides_the_dialect_of_later_rows),
      cmocka_unit_test(a_row_is_read_only_after_its_end_has_arrived),
      cmocka_unit_test(an_error_names_the_wrong_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
