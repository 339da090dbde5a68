/* A test of one step with an allocator that fails. */
#ifndef GL_SPEC_OOM_H
#define GL_SPEC_OOM_H

#include "core/error.h"
#include "mem_failing.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <openssl/err.h>

/* Runs `step` for n = 0, 1, … with every allocation from the n-th on failing, until it succeeds.
 * Each failure must be GL_MEMORY and leave nothing in OpenSSL's error queue, no run may leak
 * memory, and there must be at least `at_least` runs and at most 200. */
static inline void oom_expect_memory_until_done(int (*step)(gl_error *), long at_least) {
  gl_error error = {.kind = GL_OK};
  gl_mem_fail_from(-1);
  assert_int_equal(step(&error), 0); /* OpenSSL allocates memory at the first use and keeps it */
  long alive = gl_mem_live(), n = 0;
  int result = GL_MEMORY;
  for (; result != 0; n++) {
    gl_mem_fail_from(n);
    result = step(&error);
    gl_mem_fail_from(-1);
    if (result) {
      assert_int_equal(result, GL_MEMORY);
      assert_int_equal(error.kind, GL_MEMORY);
      assert_int_equal(ERR_peek_error(), 0);
    }
    assert_int_equal(gl_mem_live(), alive);
  }
  assert_in_range(n, at_least, 200);
}

#endif
