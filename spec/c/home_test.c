#include "core/home.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pwd.h>
#include <unistd.h>

static void the_process_has_the_home_of_its_user(void **state) {
  (void)state;
  gl_buf home = {0};
  const struct passwd *entry = getpwuid(getuid());
  assert_non_null(entry);
  assert_int_equal(gl_home_find(NULL, &home), 0);
  assert_string_equal(home.data, entry->pw_dir);
  gl_buf_clear(&home);
}

static void a_user_is_found_by_name(void **state) {
  (void)state;
  gl_buf home = {0};
  const struct passwd *entry = getpwnam("root");
  assert_non_null(entry);
  assert_int_equal(gl_home_find("root", &home), 0);
  assert_string_equal(home.data, entry->pw_dir);
  gl_buf_clear(&home);
}

static void an_unknown_user_has_no_home(void **state) {
  (void)state;
  gl_buf home = {0};
  assert_int_equal(gl_home_find("no-such-user-here", &home), -1);
  assert_int_equal(home.length, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_process_has_the_home_of_its_user),
      cmocka_unit_test(a_user_is_found_by_name),
      cmocka_unit_test(an_unknown_user_has_no_home),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
