/* Digests with an allocator that fails, for OpenSSL too.  For n = 0, 1, … every allocation from the
 * n-th on fails, until an operation succeeds. */
#include "core/digest.h"
#include "core/mem.h"
#include "core/tree_hash.h"
#include "mem_failing.h"
#include "oom.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <openssl/crypto.h>

static void *openssl_malloc(size_t size, const char *file, int line) {
  (void)file;
  (void)line;
  return size ? gl_mem_realloc(NULL, size) : NULL;
}

static void openssl_free(void *pointer, const char *file, int line) {
  (void)file;
  (void)line;
  gl_mem_free(pointer);
}

static void *openssl_realloc(void *pointer, size_t size, const char *file, int line) {
  if (size)
    return gl_mem_realloc(pointer, size);
  openssl_free(pointer, file, line);
  return NULL;
}

static int digest_once(gl_error *error) {
  unsigned char out[GL_SHA256_SIZE];
  return gl_sha256("abc", 3, out, error);
}

static int hmac_once(gl_error *error) {
  unsigned char out[GL_SHA256_SIZE];
  gl_digest scratch = {NULL};
  int kind = gl_digest_hmac(&scratch, "key", 3, "abc", 3, out, error);
  gl_digest_clear(&scratch);
  return kind;
}

static int tree_once(gl_error *error) {
  unsigned char tree_hash[GL_SHA256_SIZE], linear_hash[GL_SHA256_SIZE];
  static const char bytes[GL_TREE_CHUNK + 1];
  gl_tree_hash tree = {0};
  int failed = gl_tree_hash_update(&tree, bytes, sizeof bytes, error);
  if (!failed)
    failed = gl_tree_hash_update(&tree, bytes, sizeof bytes, error);
  if (!failed)
    failed = gl_tree_hash_value(&tree, tree_hash, linear_hash, error);
  gl_tree_hash_clear(&tree);
  return failed;
}

static void a_digest_without_memory_is_a_memory_error(void **state) {
  (void)state;
  oom_expect_memory_until_done(digest_once, 2);
  oom_expect_memory_until_done(hmac_once, 2);
  oom_expect_memory_until_done(tree_once, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_digest_without_memory_is_a_memory_error),
  };
  /* Must come before any other use of OpenSSL. */
  if (!CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free))
    return 1;
  return cmocka_run_group_tests_name("digests on a failing allocator", tests, NULL, NULL);
}
