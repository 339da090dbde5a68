#include "core/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void a_copy_has_the_bytes_and_a_nul_after_them(void **state) {
  (void)state;
  char *copy = gl_mem_strndup("a\0bc", 3);
  assert_non_null(copy);
  assert_memory_equal(copy, "a\0b", 4);
  gl_mem_free(copy);
}

static void a_copy_of_no_bytes_is_an_empty_string(void **state) {
  (void)state;
  char *copy = gl_mem_strndup(NULL, 0);
  assert_string_equal(copy, "");
  gl_mem_free(copy);
}

static void a_copy_whose_nul_would_overflow_the_size_is_rejected(void **state) {
  (void)state;
  assert_null(gl_mem_strndup("", SIZE_MAX));
}

static void elements_are_zeroed(void **state) {
  (void)state;
  static const char zeros[24];
  char *elements = gl_mem_zalloc(3, 8);
  assert_memory_equal(elements, zeros, sizeof zeros);
  gl_mem_free(elements);
}

static void wiping_zeroes_the_bytes_and_no_others(void **state) {
  (void)state;
  char secret[8] = "secret!";
  gl_mem_wipe(secret, 6);
  assert_memory_equal(secret, "\0\0\0\0\0\0!", 8);
}

static void null_may_be_wiped_and_freed(void **state) {
  (void)state;
  gl_mem_wipe(NULL, 0);
  gl_mem_wipe_free(NULL, 10);
  gl_mem_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_copy_has_the_bytes_and_a_nul_after_them),
      cmocka_unit_test(a_copy_of_no_bytes_is_an_empty_string),
      cmocka_unit_test(a_copy_whose_nul_would_overflow_the_size_is_rejected),
      cmocka_unit_test(elements_are_zeroed),
      cmocka_unit_test(wiping_zeroes_the_bytes_and_no_others),
      cmocka_unit_test(null_may_be_wiped_and_freed),
  };
  return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
