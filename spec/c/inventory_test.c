#include "core/inventory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

#define HASH "9628195fcdbcbbe76cdde932d4646fa7de5f219fb39823836d81f0cc0e18aa67"

/* Writes "id|description|date|size|hash\n", with "-" for an absent member. */
static void write_archive(const gl_inventory_archive *archive, gl_buf *out) {
  for (int i = 0; i < GL_INVENTORY_MEMBERS; i++) {
    const gl_csv_field *field = &archive->texts[i];
    if (i > 0)
      gl_buf_append_char(out, '|');
    if (!archive->present[i])
      gl_buf_append_char(out, '-');
    else if (i == GL_INVENTORY_SIZE)
      gl_buf_append_format(out, "%" PRId64, archive->size);
    else
      gl_buf_append(out, gl_buf_string(&archive->text) + field->offset, field->length);
  }
  gl_buf_append_char(out, '\n');
}

/* Reads `text` in chunks of `size` bytes.  Writes its archives to `out`, and at the end the error
 * or "VaultARN|InventoryDate". */
static void read_all(const char *text, size_t length, size_t size, gl_buf *out) {
  gl_inventory inventory = {0};
  gl_inventory_result result;
  gl_error error;
  while ((result = gl_inventory_next(&inventory, &error)) == GL_INVENTORY_ARCHIVE ||
         result == GL_INVENTORY_MORE) {
    size_t piece = size < length ? size : length;
    if (result == GL_INVENTORY_ARCHIVE) {
      write_archive(&inventory.archive, out);
    } else if (length == 0) {
      gl_inventory_end(&inventory);
    } else {
      assert_int_equal(gl_inventory_feed(&inventory, text, piece), 0);
      text += piece;
      length -= piece;
    }
  }
  if (result == GL_INVENTORY_FAILED)
    gl_buf_append_string(out, error.message);
  else
    gl_buf_append_format(out, "%s|%s", gl_buf_string(&inventory.vault_arn),
                         gl_buf_string(&inventory.date));
  gl_inventory_clear(&inventory);
}

static void expect(const char *text, const char *expected) {
  for (size_t size = 1; size <= strlen(text) + 1; size++) {
    gl_buf out = {0};
    read_all(text, strlen(text), size, &out);
    assert_string_equal(gl_buf_string(&out), expected);
    gl_buf_clear(&out);
  }
}

static void json_gives_the_archives_in_order_in_pieces_of_any_size(void **state) {
  (void)state;
  expect("{\"VaultARN\":\"arn\",\"InventoryDate\":\"2012\",\"ArchiveList\":["
         "{\"ArchiveId\":\"a\",\"ArchiveDescription\":\"\\\"x\\\",\\u00e9\",\"CreationDate\":\"d\","
         "\"Size\":9223372036854775807,\"SHA256TreeHash\":\"h\"},{\"ArchiveId\":\"b\"}]}",
         "a|\"x\",\xC3\xA9|d|9223372036854775807|h\nb|-|-|-|-\narn|2012");
  expect(" {\"ArchiveList\":[]}\r\n", "|");
}

static void members_may_come_in_any_order_and_unknown_ones_are_skipped(void **state) {
  (void)state;
  expect("{\"New\":{\"ArchiveList\":[{\"ArchiveId\":\"no\"}]},\"ArchiveList\":["
         "{\"Size\":5,\"x\":[[{\"Size\":7}]],\"ArchiveId\":\"a\",\"ArchiveDescription\":null}],"
         "\"n\":-1.5e9,\"InventoryDate\":null,\"VaultARN\":\"arn\"}",
         "a|-|-|5|-\narn|");
}

static void csv_finds_its_columns_by_name(void **state) {
  (void)state;
  expect("Size,New,SHA256TreeHash,ArchiveId,CreationDate,ArchiveDescription\n5,n,c,a,2012,x\n",
         "a|x|2012|5|c\n|");
  expect("ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash", "|");
}

static void csv_skips_empty_lines_and_rejects_an_incomplete_hash(void **state) {
  (void)state;
  expect("ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\r\n"
         "a,\"x\\\"y\",2012,5," HASH "\r\n\r\nb,,2013,6,c",
         "a|x\"y|2012|5|" HASH "\ninvalid CSV at byte 158: the row ends too early");
}

static void a_byte_order_mark_is_skipped(void **state) {
  (void)state;
  expect("\xEF\xBB\xBF{\"ArchiveList\":[]}", "|");
  expect("\xEF\xBB\xBF{\"ArchiveList\":[}]", "invalid JSON at byte 20: expected a value");
  expect("\xEF\xBB\xBF"
         "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n",
         "|");
}

static void an_invalid_inventory_is_an_error_that_names_the_byte(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } rows[] = {
      {"", "invalid inventory at byte 0: it is empty"},
      {" \n", "invalid inventory at byte 2: it is empty"},
      {"[]", "invalid inventory at byte 1: the document is not an object"},
      {"{}", "invalid inventory at byte 2: the document has no ArchiveList"},
      {"{\"ArchiveList\":{}}", "invalid inventory at byte 16: ArchiveList is not a list"},
      {"{\"ArchiveList\":[1]}",
       "invalid inventory at byte 17: ArchiveList has an element that is not an object"},
      {"{\"ArchiveList\":[{}]}", "invalid inventory at byte 18: an archive has no ArchiveId"},
      {"{\"VaultARN\":1,",
       "invalid inventory at byte 13: VaultARN and InventoryDate must be strings"},
      {"{\"ArchiveList\":[{\"ArchiveId\":5",
       "invalid inventory at byte 30: the document ends too early"},
      {"{\"ArchiveList\":[{\"ArchiveId\":5}",
       "invalid inventory at byte 30: a member of an archive is not a string"},
      {"{\"ArchiveList\":[{\"Size\":9223372036854775808}",
       "invalid inventory at byte 43: Size is not a whole number below 2^63"},
      {"{\"ArchiveList\":[{\"Size\":-1}",
       "invalid inventory at byte 26: Size is not a whole number below 2^63"},
      {"{\"ArchiveList\":[{\"Size\":1.5}",
       "invalid inventory at byte 27: Size is not a whole number below 2^63"},
      {"junk", "invalid CSV at byte 1: the header must contain ArchiveId exactly once"},
      {"ArchiveId,ArchiveDescription,CreationDate,Size,SHA256Tree",
       "invalid CSV at byte 1: the header must contain SHA256TreeHash exactly once"},
      {"ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\na,b,c,x,d\n",
       "invalid CSV at byte 63: the Size of the row is not a whole number below 2^63"},
      {"ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\na,b,c",
       "invalid CSV at byte 67: the row and the header have different numbers of fields"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    expect(rows[i].text, rows[i].message);
}

static void an_incomplete_document_is_an_error_at_its_last_byte(void **state) {
  (void)state;
  static const char text[] = "{\"VaultARN\":\"arn\",\"ArchiveList\":[{\"ArchiveId\":\"a\"}]}";
  for (size_t length = 1; length < sizeof text - 1; length++) {
    gl_buf out = {0}, expected = {0};
    gl_buf_append_format(&expected, "%sinvalid inventory at byte %zu: the document ends too early",
                         length >= 50 ? "a|-|-|-|-\n" : "", length);
    read_all(text, length, 7, &out);
    assert_string_equal(gl_buf_string(&out), gl_buf_string(&expected));
    gl_buf_clear(&out);
    gl_buf_clear(&expected);
  }
}

static void a_row_without_an_end_is_an_error_after_1_mib(void **state) {
  (void)state;
  static char row[1024];
  static const char header[] = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n\"";
  gl_inventory inventory = {0};
  gl_error error;
  memset(row, 'x', sizeof row);
  assert_int_equal(gl_inventory_feed(&inventory, header, sizeof header - 1), 0);
  gl_inventory_result result = gl_inventory_next(&inventory, &error);
  for (int i = 0; i < 4096 && result == GL_INVENTORY_MORE; i++) {
    assert_int_equal(gl_inventory_feed(&inventory, row, sizeof row), 0);
    result = gl_inventory_next(&inventory, &error);
  }
  assert_int_equal(result, GL_INVENTORY_FAILED);
  assert_string_equal(error.message, "invalid CSV at byte 63: a row is longer than 1 MiB");
  gl_inventory_clear(&inventory);
}

/* Reads an inventory whose row has this length, without a line end, in chunks of `size` bytes. */
static void expect_row(size_t length, size_t size, const char *expected) {
  static const char before[] = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\na,";
  static const char after[] = ",2012,5," HASH "\n";
  size_t description = length - 2 - (sizeof after - 2);
  gl_buf text = {0}, out = {0};
  gl_buf_append(&text, before, sizeof before - 1);
  assert_int_equal(gl_buf_reserve(&text, description), 0);
  memset(text.data + text.length, 'x', description);
  text.length += description;
  gl_buf_append(&text, after, sizeof after - 1);
  read_all(text.data, text.length, size, &out);
  if (expected)
    assert_string_equal(gl_buf_string(&out), expected);
  else
    assert_int_equal(out.length, 2 + description + sizeof "|2012|5|" HASH "\n|" - 1);
  gl_buf_clear(&text);
  gl_buf_clear(&out);
}

static void a_row_may_have_1_mib_in_chunks_of_any_size(void **state) {
  (void)state;
  static const size_t sizes[] = {1000, 1024, 700000, 1048576, 4000000};
  enum { MIB = 1024 * 1024 };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    static const char message[] = "invalid CSV at byte 63: a row is longer than 1 MiB";
    expect_row(MIB - 1, sizes[i], NULL); /* with its line end it has 1 MiB */
    expect_row(MIB, sizes[i], message);
    expect_row(MIB + MIB / 2, sizes[i], message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_gives_the_archives_in_order_in_pieces_of_any_size),
      cmocka_unit_test(members_may_come_in_any_order_and_unknown_ones_are_skipped),
      cmocka_unit_test(csv_finds_its_columns_by_name),
      cmocka_unit_test(csv_skips_empty_lines_and_rejects_an_incomplete_hash),
      cmocka_unit_test(a_byte_order_mark_is_skipped),
      cmocka_unit_test(an_invalid_inventory_is_an_error_that_names_the_byte),
      cmocka_unit_test(an_incomplete_document_is_an_error_at_its_last_byte),
      cmocka_unit_test(a_row_without_an_end_is_an_error_after_1_mib),
      cmocka_unit_test(a_row_may_have_1_mib_in_chunks_of_any_size),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
