#include "core/identifier.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_uuid_has_the_form_of_version_4(void **state) {
  (void)state;
  gl_identifiers pool = {0};
  char text[GL_UUID_LENGTH + 1];
  gl_error error;
  for (int n = 0; n < 200; n++) {
    assert_int_equal(gl_identifier_uuid(&pool, text, &error), 0);
    assert_int_equal(strlen(text), GL_UUID_LENGTH);
    assert_int_equal(strspn(text, "0123456789abcdef-"), GL_UUID_LENGTH);
    assert_true(text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-');
    assert_int_equal(text[14], '4');
    assert_non_null(strchr("89ab", text[19]));
  }
}

static void no_two_uuids_are_the_same(void **state) {
  (void)state;
  enum { COUNT = 200 };
  gl_identifiers pool = {0};
  char texts[COUNT][GL_UUID_LENGTH + 1];
  gl_error error;
  for (int n = 0; n < COUNT; n++) {
    assert_int_equal(gl_identifier_uuid(&pool, texts[n], &error), 0);
    for (int m = 0; m < n; m++)
      assert_string_not_equal(texts[m], texts[n]);
  }
}

static void a_forked_child_makes_other_uuids_than_its_parent(void **state) {
  (void)state;
  gl_identifiers pool = {0};
  char uuid[GL_UUID_LENGTH + 1], of_child[GL_UUID_LENGTH + 1] = "";
  gl_error error;
  int ends[2];
  assert_int_equal(gl_identifier_uuid(&pool, uuid, &error), 0);
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    int failed = gl_identifier_uuid(&pool, uuid, &error) ||
                 write(ends[1], uuid, GL_UUID_LENGTH) != GL_UUID_LENGTH;
    _exit(failed);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_int_equal(read(ends[0], of_child, GL_UUID_LENGTH), GL_UUID_LENGTH);
  assert_int_equal(gl_identifier_uuid(&pool, uuid, &error), 0);
  assert_string_not_equal(uuid, of_child);
  close(ends[0]);
  close(ends[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_uuid_has_the_form_of_version_4),
      cmocka_unit_test(no_two_uuids_are_the_same),
      cmocka_unit_test(a_forked_child_makes_other_uuids_than_its_parent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
