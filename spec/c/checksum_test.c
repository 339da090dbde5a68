/* The checksums of an upload.  Python's hashlib computed the expected values. */
#include "core/checksum.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1024 * 1024 };

/* The checksums, in hexadecimal, of the first `size` bytes of a text.  The text consists of the
 * numbers 0, 1, 2 and so on, each with 8 hexadecimal digits. */
static const struct {
  size_t size;
  const char *linear, *tree;
} known[] = {
    {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {1, "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
     "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"},
    {MIB - 1, "d390e1199ff896c304a4d5a8cbdd2385ecc91f29401d8ade0ce86cd35a43c9ce",
     "d390e1199ff896c304a4d5a8cbdd2385ecc91f29401d8ade0ce86cd35a43c9ce"},
    {MIB, "a01ee0d03ddbeb7e62a81caaef6227ed5fc5e1fb2c305f3468c2c3427ea8b183",
     "a01ee0d03ddbeb7e62a81caaef6227ed5fc5e1fb2c305f3468c2c3427ea8b183"},
    {MIB + 1, "ad90d20d7cd6cfccb3454db86c6428554cc110efedb0931b19d864ee86dfbc78",
     "d826376346e7610ebdff9919a6bc38585a9a23ac2a6f1abf28d0819f560b9adc"},
    {2 * MIB + 1, "c70b2dba23e754c9848e52a432d465e6d8f4944fad5396daa200538a61a35624",
     "5e39021eb655b115b7db7b5c404998c03772023ca5dc7c8adc920eec94938155"},
    {3 * MIB, "31399df964434229d282b7640c2e425243d855dd282d2623c4a8a31f81ebb5fb",
     "9e065415e498a119f79b06e97e177a82e1222cf078d69f2f30bf0740b59ec1b9"},
    {5 * MIB + 7, "1ea36d30c611c26f238064372faf3158540fbc10db167ca41bca2044116334be",
     "5d1c40e62ebe7c9f533689f9a78ede3cd00b3e9394ca3f2a0daf217ecfca5511"},
};
enum { KNOWN = sizeof known / sizeof *known };

/* Returns at least `size` bytes, which the caller frees. */
static char *pattern(size_t size) {
  char *bytes = malloc(size + 9);
  assert_non_null(bytes);
  for (size_t i = 0; i * 8 < size; i++)
    snprintf(bytes + i * 8, 9, "%08x", (unsigned)i);
  return bytes;
}

static void assert_header(const gl_request *request, const char *name, const char *expected) {
  const char *value = gl_headers_get(&request->headers, name);
  assert_non_null(value);
  assert_string_equal(value, expected);
}

static void a_body_gets_both_checksums(void **state) {
  (void)state;
  char *bytes = pattern(known[KNOWN - 1].size);
  for (size_t i = 0; i < KNOWN; i++) {
    gl_request request = {0};
    gl_error error;
    assert_int_equal(gl_buf_append(&request.body, bytes, known[i].size), 0);
    assert_int_equal(gl_checksum_body(&request, &error), 0);
    assert_header(&request, "x-amz-content-sha256", known[i].linear);
    assert_header(&request, "x-amz-sha256-tree-hash", known[i].tree);
    assert_int_equal(request.headers.count, 2);
    assert_false(request.streamed);
    gl_request_clear(&request);
  }
  free(bytes);
}

static void a_streamed_body_gets_its_length_and_both_checksums(void **state) {
  (void)state;
  for (size_t i = 0; i < KNOWN; i++) {
    gl_request request = {0};
    gl_error error;
    assert_int_equal(
        gl_checksum_stream(&request, known[i].size, known[i].tree, known[i].linear, &error), 0);
    assert_header(&request, "x-amz-content-sha256", known[i].linear);
    assert_header(&request, "x-amz-sha256-tree-hash", known[i].tree);
    assert_true(request.streamed);
    assert_int_equal(request.body_length, known[i].size);
    assert_int_equal(request.body.length, 0);
    gl_request_clear(&request);
  }
}

static void a_checksum_header_of_the_request_is_kept(void **state) {
  (void)state;
  static const char *const names[] = {"x-amz-content-sha256", "X-Amz-SHA256-Tree-Hash"};
  for (size_t i = 0; i < 2; i++) {
    gl_request request = {0};
    gl_error error;
    assert_int_equal(gl_request_set_header(&request, names[i], "mine", 4, &error), 0);
    assert_int_equal(gl_checksum_body(&request, &error), 0);
    assert_header(&request, names[i], "mine");
    assert_header(&request, names[1 - i], known[0].linear);
    assert_int_equal(request.headers.count, 2);
    gl_request_clear(&request);
  }
}

static void skipping_the_linear_hash_leaves_the_tree_hash_the_same(void **state) {
  (void)state;
  char *bytes = pattern(known[KNOWN - 1].size);
  for (size_t i = 0; i < KNOWN; i++) {
    gl_tree_hash tree = {.skip_linear = 1};
    gl_error error;
    unsigned char hash[GL_SHA256_SIZE];
    char hex[GL_SHA256_HEX_SIZE];
    assert_int_equal(gl_tree_hash_update(&tree, bytes, known[i].size, &error), 0);
    assert_int_equal(gl_tree_hash_value(&tree, hash, NULL, &error), 0);
    gl_hex(hash, hex);
    assert_string_equal(hex, known[i].tree);
    assert_null(tree.linear.context);
    gl_tree_hash_clear(&tree);
  }
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_body_gets_both_checksums),
      cmocka_unit_test(a_streamed_body_gets_its_length_and_both_checksums),
      cmocka_unit_test(a_checksum_header_of_the_request_is_kept),
      cmocka_unit_test(skipping_the_linear_hash_leaves_the_tree_hash_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
