/* Inventories with an allocator that fails.  For n = 0, 1, … every allocation from the n-th on
 * fails, until an inventory is read to its end. */
#include "core/inventory.h"

#include "mem_failing.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* Reads an inventory of one archive, whose description does not fit into the smallest buffer.
 * Returns 0 or the kind of the error. */
static int read_all(gl_inventory *inventory, const char *text) {
  gl_error error;
  if (gl_inventory_feed(inventory, text, strlen(text)))
    return GL_MEMORY;
  gl_inventory_end(inventory);
  gl_inventory_result result = gl_inventory_next(inventory, &error);
  if (result == GL_INVENTORY_FAILED)
    return (int)error.kind;
  assert_int_equal(result, GL_INVENTORY_ARCHIVE);
  assert_int_equal(inventory->archive.texts[GL_INVENTORY_DESCRIPTION].length, 100);
  result = gl_inventory_next(inventory, &error);
  assert_true(result == GL_INVENTORY_DONE || error.kind == GL_MEMORY);
  return result == GL_INVENTORY_DONE ? 0 : GL_MEMORY;
}

static void expect_memory_errors(const char *text) {
  int result = GL_MEMORY;
  long n = 0;
  for (; result != 0; n++) {
    gl_inventory inventory = {0};
    gl_mem_fail_from(n);
    result = read_all(&inventory, text);
    assert_true(result == 0 || result == GL_MEMORY);
    gl_inventory_clear(&inventory);
    gl_inventory_clear(&inventory);
    assert_int_equal(gl_mem_live(), 0);
  }
  gl_mem_fail_from(-1);
  assert_in_range(n, 3, 40);
}

#define TEN "\\\"........"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN ".........."

static void an_inventory_without_memory_is_a_memory_error_and_leaks_nothing(void **state) {
  (void)state;
  expect_memory_errors("{\"VaultARN\":\"arn\",\"InventoryDate\":\"\\u00e9\",\"ArchiveList\":["
                       "{\"ArchiveId\":\"i\",\"ArchiveDescription\":\"" HUNDRED "\"}]}");
  expect_memory_errors("ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n"
                       "i,\"" HUNDRED "\",d,1,h\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_inventory_without_memory_is_a_memory_error_and_leaks_nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
