#include "core/tree_hash.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1024 * 1024 };

static void expect_hex(const unsigned char digest[GL_SHA256_SIZE], const char *expected) {
  char hex[GL_SHA256_HEX_SIZE];
  gl_hex(digest, hex);
  assert_string_equal(hex, expected);
}

/* Streams in which byte i is i mod 251, so that no two MiB are equal. */
static const struct stream {
  size_t length;
  const char *linear;
  const char *tree;
} streams[] = {
    {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
     "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {MIB - 1, "8b55c6a2d3444092a316985030e00c1e6f8608eaf912c896dee7c374d440ed11",
     "8b55c6a2d3444092a316985030e00c1e6f8608eaf912c896dee7c374d440ed11"},
    {MIB, "631b84027d6b9e52b539c4e8373622d23032dfadc64d60af87339c9037e4f769",
     "631b84027d6b9e52b539c4e8373622d23032dfadc64d60af87339c9037e4f769"},
    {MIB + 1, "5769f52bc3eef28afa39c6fc68cadb7d0bd69812ae3a3d71452f519ec3c7aa56",
     "a9c574ce937d2371daf87cdd0e75396b096d7f74a66c764e4c656bd12b2e7bf9"},
    {2 * MIB, "1e075c8d478ad21844e33e830a695ef03a4d2488b69ee275bd8947618bb1be1e",
     "bf4dff263ae686b64403208c35a3767e38453d6477e841947588d13d04e1d816"},
    {2 * MIB + 1, "72bcf8fa6c73c0a650f5c83f47e54290ba2fe60ac6cb0d8fe5b0a41dd57a0844",
     "3123aa01ebcf47b74ddc6f0efd82c0e6680203b476c4d20c26a0c60a5b4a8181"},
    {3 * MIB, "a1feacf0d812ba4d0b0e463ed45bbd583cea1de55c54693116754b30b5794745",
     "2e7d51c0ffe06ce95fe74beed9a4ab35d18837f4ab2a9f4f066a60359eb999a1"},
    {5 * MIB, "16b632f11cf950dda67dc4c184a3f9e0aa1ffa4c18927bb8977e7da97ca25bca",
     "1eccd0ca741241ce114bde6d24a8de044ccee139ef6651bec9006d2f558751ef"},
    {15 * MIB / 2, "f810c01af274e89c1fde006bdd09b0c2f58550dfeb989c178fa29c57dd6d26c5",
     "1b47ac1b6c6b4d95ac625964fc9dca5792c7cc7e6dcb9fd464988051d97055cd"},
    {8 * MIB, "bdf23837181f5808331800c1ae2b4f7d7a839536b10d58491471c50dde23833a",
     "be9e1b21179533d14e87f6e4767f32b1c17e8ffb5ffcf82d42eceacf8abda110"},
    {11 * MIB + 7, "624b2bfe11a0490e2f9f54bd87f5d376aaddf2fa689724e3b73c49475f471479",
     "2e8b31edc23e0484f4225cab5b9da1963282f9401f2261fa2607e339e16aee7e"},
};

enum { STREAM_COUNT = sizeof streams / sizeof streams[0] };

static unsigned char *make_stream(size_t length) {
  unsigned char *bytes = malloc(length + 1);
  for (size_t i = 0; i < length; i++)
    bytes[i] = (unsigned char)(i % 251);
  return bytes;
}

static void feed(gl_tree_hash *tree, const unsigned char *bytes, size_t length, size_t step) {
  gl_error error;
  for (size_t at = 0; at < length; at += step) {
    size_t size = length - at < step ? length - at : step;
    assert_int_equal(gl_tree_hash_update(tree, bytes + at, size, &error), 0);
  }
}

static void expect_tree(const gl_tree_hash *tree, const struct stream *stream) {
  unsigned char hash[GL_SHA256_SIZE], linear[GL_SHA256_SIZE];
  gl_error error;
  assert_int_equal(gl_tree_hash_value(tree, hash, linear, &error), 0);
  expect_hex(hash, stream->tree);
  expect_hex(linear, stream->linear);
}

static void a_stream_fed_at_once_has_the_expected_hashes(void **state) {
  (void)state;
  for (size_t i = 0; i < STREAM_COUNT; i++) {
    gl_tree_hash tree = {0};
    unsigned char *bytes = make_stream(streams[i].length);
    gl_error error;
    assert_int_equal(gl_tree_hash_update(&tree, bytes, streams[i].length, &error), 0);
    expect_tree(&tree, &streams[i]);
    free(bytes);
    gl_tree_hash_clear(&tree);
  }
}

static void the_size_of_the_pieces_makes_no_difference(void **state) {
  (void)state;
  static const size_t steps[] = {1000, 65536, MIB - 1, MIB, MIB + 1, 3 * MIB};
  for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
    for (size_t i = 0; i < STREAM_COUNT; i++) {
      gl_tree_hash tree = {0};
      unsigned char *bytes = make_stream(streams[i].length);
      feed(&tree, bytes, streams[i].length, steps[s]);
      expect_tree(&tree, &streams[i]);
      free(bytes);
      gl_tree_hash_clear(&tree);
    }
}

static void bytes_may_be_added_after_the_hashes_were_read(void **state) {
  (void)state;
  const struct stream *last = &streams[STREAM_COUNT - 1];
  unsigned char *bytes = make_stream(last->length);
  gl_tree_hash tree = {0};
  size_t fed = 0;
  for (size_t i = 0; i < STREAM_COUNT; i++) {
    feed(&tree, bytes + fed, streams[i].length - fed, 100000);
    fed = streams[i].length;
    expect_tree(&tree, &streams[i]);
    expect_tree(&tree, &streams[i]);
  }
  free(bytes);
  gl_tree_hash_clear(&tree);
}

static void either_hash_may_be_read_without_the_other(void **state) {
  (void)state;
  unsigned char digest[GL_SHA256_SIZE];
  gl_error error;
  gl_tree_hash tree = {0};
  assert_int_equal(gl_tree_hash_value(&tree, NULL, NULL, &error), 0);
  feed(&tree, (const unsigned char *)"hello world", 11, 4);
  static const char expected[] = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
  assert_int_equal(gl_tree_hash_value(&tree, digest, NULL, &error), 0);
  expect_hex(digest, expected);
  assert_int_equal(gl_tree_hash_value(&tree, NULL, digest, &error), 0);
  expect_hex(digest, expected);
  gl_tree_hash_clear(&tree);
}

static void a_cleared_tree_hash_is_a_hash_of_nothing(void **state) {
  (void)state;
  gl_error error;
  gl_tree_hash tree = {0};
  gl_tree_hash_clear(&tree);
  assert_int_equal(gl_tree_hash_update(&tree, NULL, 0, &error), 0);
  assert_int_equal(gl_tree_hash_update(&tree, "abc", 3, &error), 0);
  gl_tree_hash_clear(&tree);
  gl_tree_hash_clear(&tree);
  expect_tree(&tree, &streams[0]);
}

static void hash_of(const unsigned char *bytes, size_t length, unsigned char *out) {
  gl_error error;
  gl_tree_hash tree = {0};
  feed(&tree, bytes, length, length);
  assert_int_equal(gl_tree_hash_value(&tree, out, NULL, &error), 0);
  gl_tree_hash_clear(&tree);
}

static void the_joined_hashes_of_parts_are_the_hash_of_the_whole(void **state) {
  (void)state;
  for (size_t part = MIB; part <= 16 * MIB; part *= 2)
    for (size_t i = 1; i < STREAM_COUNT; i++) {
      unsigned char hashes[16][GL_SHA256_SIZE], joined[GL_SHA256_SIZE];
      unsigned char *bytes = make_stream(streams[i].length);
      size_t count = 0;
      for (size_t at = 0; at < streams[i].length; at += part, count++) {
        size_t left = streams[i].length - at;
        hash_of(bytes + at, left < part ? left : part, hashes[count]);
      }
      gl_error error;
      assert_int_equal(gl_tree_hash_join(hashes, count, joined, &error), 0);
      expect_hex(joined, streams[i].tree);
      free(bytes);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_stream_fed_at_once_has_the_expected_hashes),
      cmocka_unit_test(the_size_of_the_pieces_makes_no_difference),
      cmocka_unit_test(bytes_may_be_added_after_the_hashes_were_read),
      cmocka_unit_test(either_hash_may_be_read_without_the_other),
      cmocka_unit_test(a_cleared_tree_hash_is_a_hash_of_nothing),
      cmocka_unit_test(the_joined_hashes_of_parts_are_the_hash_of_the_whole),
  };
  return cmocka_run_group_tests_name("tree_hash", tests, NULL, NULL);
}
