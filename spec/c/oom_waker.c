/* Wakers with an allocator that fails.  Every failure must be GL_MEMORY and leave nothing behind.
 */
#include "core/error.h"
#include "core/waker.h"
#include "directory.h"
#include "mem_failing.h"
#include "unix_socket.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

static int make_directory(void **state) {
  (void)state;
  return directory_make();
}

/* Fails unless the directory is empty. */
static int remove_directory(void **state) {
  (void)state;
  gl_mem_fail_from(-1);
  return rmdir(directory);
}

static void a_waker_without_memory_leaves_nothing(void **state) {
  (void)state;
  int result = GL_MEMORY;
  long n = 0;
  for (; result; n++) {
    gl_waker *waker = NULL;
    int connection = -1;
    gl_mem_fail_from(n);
    result = gl_waker_new(&waker, directory);
    if (waker) {
      connection = connect_to(gl_waker_path(waker));
      result = gl_waker_start(waker);
    }
    assert_true(result == 0 || result == GL_MEMORY);
    gl_waker_free(waker);
    assert_int_equal(gl_mem_live(), 0);
    if (connection >= 0)
      close(connection);
  }
  assert_int_equal(n, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_waker_without_memory_leaves_nothing)};
  return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
