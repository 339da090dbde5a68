#include "core/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1024 * 1024 };

static const char empty_hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void expect_hex(const unsigned char digest[GL_SHA256_SIZE], const char *expected) {
  char hex[GL_SHA256_HEX_SIZE];
  gl_hex(digest, hex);
  assert_string_equal(hex, expected);
}

static void expect_sha256(const void *bytes, size_t length, const char *expected) {
  unsigned char digest[GL_SHA256_SIZE];
  gl_error error;
  assert_int_equal(gl_sha256(bytes, length, digest, &error), 0);
  expect_hex(digest, expected);
}

/* The examples of FIPS 180-4. */
static void sha256_gives_the_published_digests(void **state) {
  (void)state;
  expect_sha256("", 0, empty_hash);
  expect_sha256(NULL, 0, empty_hash);
  expect_sha256("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  char *million = malloc(1000000);
  memset(million, 'a', 1000000);
  expect_sha256(million, 1000000,
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  free(million);
}

static void expect_hmac(const void *key, size_t key_length, const char *text,
                        const char *expected) {
  unsigned char digest[GL_SHA256_SIZE];
  gl_error error;
  assert_int_equal(gl_hmac_sha256(key, key_length, text, strlen(text), digest, &error), 0);
  expect_hex(digest, expected);
}

/* RFC 4231, cases 1, 2, 6 and 7. */
static void hmac_gives_the_published_codes(void **state) {
  (void)state;
  char key[131];
  memset(key, 0x0B, sizeof key);
  expect_hmac(key, 20, "Hi There",
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  expect_hmac("Jefe", 4, "what do ya want for nothing?",
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  memset(key, 0xAA, sizeof key);
  expect_hmac(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First",
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  expect_hmac(key, sizeof key,
              "This is a test using a larger than block-size key and a larger than block-size "
              "data. The key needs to be hashed before being used by the HMAC algorithm.",
              "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

static void an_hmac_may_have_no_key_and_no_bytes(void **state) {
  (void)state;
  static const char expected[] = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  unsigned char digest[GL_SHA256_SIZE];
  gl_error error;
  expect_hmac("", 0, "", expected);
  expect_hmac("Jefe", 4, "what do ya want for nothing?",
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  assert_int_equal(gl_hmac_sha256(NULL, 0, NULL, 0, digest, &error), 0);
  expect_hex(digest, expected);
}

static void what_openssl_forbids_is_a_config_error_that_says_so(void **state) {
  (void)state;
#if OPENSSL_VERSION_NUMBER < 0x30000000L
  skip(); /* no providers to choose from */
#else
  unsigned char digest[GL_SHA256_SIZE];
  gl_error error, hmac_error, tree_error;
  gl_tree tree = {0};
  assert_int_equal(EVP_set_default_properties(NULL, "provider=nobody"), 1);
  int result = gl_sha256("abc", 3, digest, &error);
  int hmac_result = gl_hmac_sha256("key", 3, "abc", 3, digest, &hmac_error);
  int tree_result = gl_tree_update(&tree, "abc", 3, &tree_error);
  unsigned long left = ERR_peek_error();
  assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
  gl_tree_clear(&tree);
  assert_int_equal(result, GL_CONFIG);
  assert_int_equal(hmac_result, GL_CONFIG);
  assert_int_equal(tree_result, GL_CONFIG);
  assert_string_equal(error.code, "DigestError");
  assert_non_null(strstr(error.message, "unsupported"));
  assert_string_equal(hmac_error.code, "DigestError");
  assert_string_equal(tree_error.code, "DigestError");
  assert_int_equal(left, 0);
  expect_sha256("", 0, empty_hash);
#endif
}

static void random_bytes_fill_their_room_and_differ_each_time(void **state) {
  (void)state;
  static const unsigned char zeros[16];
  unsigned char first[48] = {0}, second[48] = {0};
  gl_error error;
  assert_int_equal(gl_random(first, 32, &error), 0);
  assert_int_equal(gl_random(second, 32, &error), 0);
  assert_memory_not_equal(first, second, 16);
  assert_memory_not_equal(first + 16, second + 16, 16);
  assert_memory_equal(first + 32, zeros, 16);
}

static void hexadecimal_of_either_case_is_read_back(void **state) {
  (void)state;
  unsigned char digest[GL_SHA256_SIZE];
  assert_int_equal(gl_unhex(empty_hash, 64, digest), 0);
  expect_hex(digest, empty_hash);
  assert_int_equal(
      gl_unhex("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", 64, digest), 0);
  expect_hex(digest, empty_hash);
}

static void what_is_not_64_digits_is_no_digest(void **state) {
  (void)state;
  unsigned char digest[GL_SHA256_SIZE];
  char hex[67] = "";
  memset(hex, '0', 66);
  assert_int_equal(gl_unhex(hex, 0, digest), -1);
  assert_int_equal(gl_unhex(hex, 63, digest), -1);
  assert_int_equal(gl_unhex(hex, 65, digest), -1);
  assert_int_equal(gl_unhex(hex, 66, digest), -1);
  static const char strangers[] = "/:@G`g -x";
  for (size_t i = 0; i < sizeof strangers; i++)
    for (size_t at = 62; at < 64; at++) {
      memset(hex, '0', 66);
      hex[at] = strangers[i];
      assert_int_equal(gl_unhex(hex, 64, digest), -1);
    }
}

/* Streams in which byte i is i mod 251: no two MiB of them are alike. */
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

static void feed(gl_tree *tree, const unsigned char *bytes, size_t length, size_t step) {
  gl_error error;
  for (size_t at = 0; at < length; at += step) {
    size_t size = length - at < step ? length - at : step;
    assert_int_equal(gl_tree_update(tree, bytes + at, size, &error), 0);
  }
}

static void expect_tree(const gl_tree *tree, const struct stream *stream) {
  unsigned char hash[GL_SHA256_SIZE], linear[GL_SHA256_SIZE];
  gl_error error;
  assert_int_equal(gl_tree_value(tree, hash, linear, &error), 0);
  expect_hex(hash, stream->tree);
  expect_hex(linear, stream->linear);
}

static void a_stream_fed_at_once_has_the_known_hashes(void **state) {
  (void)state;
  for (size_t i = 0; i < STREAM_COUNT; i++) {
    gl_tree tree = {0};
    unsigned char *bytes = make_stream(streams[i].length);
    gl_error error;
    assert_int_equal(gl_tree_update(&tree, bytes, streams[i].length, &error), 0);
    expect_tree(&tree, &streams[i]);
    free(bytes);
    gl_tree_clear(&tree);
  }
}

static void the_pieces_a_stream_comes_in_make_no_difference(void **state) {
  (void)state;
  static const size_t steps[] = {1000, 65536, MIB - 1, MIB, MIB + 1, 3 * MIB};
  for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
    for (size_t i = 0; i < STREAM_COUNT; i++) {
      gl_tree tree = {0};
      unsigned char *bytes = make_stream(streams[i].length);
      feed(&tree, bytes, streams[i].length, steps[s]);
      expect_tree(&tree, &streams[i]);
      free(bytes);
      gl_tree_clear(&tree);
    }
}

static void asking_for_the_hashes_does_not_disturb_the_stream(void **state) {
  (void)state;
  const struct stream *last = &streams[STREAM_COUNT - 1];
  unsigned char *bytes = make_stream(last->length);
  gl_tree tree = {0};
  size_t fed = 0;
  for (size_t i = 0; i < STREAM_COUNT; i++) {
    feed(&tree, bytes + fed, streams[i].length - fed, 100000);
    fed = streams[i].length;
    expect_tree(&tree, &streams[i]);
    expect_tree(&tree, &streams[i]);
  }
  free(bytes);
  gl_tree_clear(&tree);
}

static void either_hash_may_be_asked_for_alone(void **state) {
  (void)state;
  unsigned char digest[GL_SHA256_SIZE];
  gl_error error;
  gl_tree tree = {0};
  assert_int_equal(gl_tree_value(&tree, NULL, NULL, &error), 0);
  feed(&tree, (const unsigned char *)"hello world", 11, 4);
  static const char expected[] = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
  assert_int_equal(gl_tree_value(&tree, digest, NULL, &error), 0);
  expect_hex(digest, expected);
  assert_int_equal(gl_tree_value(&tree, NULL, digest, &error), 0);
  expect_hex(digest, expected);
  gl_tree_clear(&tree);
}

static void a_cleared_tree_is_a_hash_of_nothing(void **state) {
  (void)state;
  gl_error error;
  gl_tree tree = {0};
  gl_tree_clear(&tree);
  assert_int_equal(gl_tree_update(&tree, NULL, 0, &error), 0);
  assert_int_equal(gl_tree_update(&tree, "abc", 3, &error), 0);
  gl_tree_clear(&tree);
  gl_tree_clear(&tree);
  expect_tree(&tree, &streams[0]);
}

static void tree_hash(const unsigned char *bytes, size_t length, unsigned char *out) {
  gl_error error;
  gl_tree tree = {0};
  feed(&tree, bytes, length, length);
  assert_int_equal(gl_tree_value(&tree, out, NULL, &error), 0);
  gl_tree_clear(&tree);
}

static void joined_parts_equal_the_whole(void **state) {
  (void)state;
  for (size_t part = MIB; part <= 16 * MIB; part *= 2)
    for (size_t i = 1; i < STREAM_COUNT; i++) {
      unsigned char hashes[16][GL_SHA256_SIZE], joined[GL_SHA256_SIZE];
      unsigned char *bytes = make_stream(streams[i].length);
      size_t count = 0;
      for (size_t at = 0; at < streams[i].length; at += part, count++) {
        size_t left = streams[i].length - at;
        tree_hash(bytes + at, left < part ? left : part, hashes[count]);
      }
      gl_error error;
      assert_int_equal(gl_tree_join(hashes, count, joined, &error), 0);
      expect_hex(joined, streams[i].tree);
      free(bytes);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sha256_gives_the_published_digests),
      cmocka_unit_test(hmac_gives_the_published_codes),
      cmocka_unit_test(an_hmac_may_have_no_key_and_no_bytes),
      cmocka_unit_test(what_openssl_forbids_is_a_config_error_that_says_so),
      cmocka_unit_test(random_bytes_fill_their_room_and_differ_each_time),
      cmocka_unit_test(hexadecimal_of_either_case_is_read_back),
      cmocka_unit_test(what_is_not_64_digits_is_no_digest),
      cmocka_unit_test(a_stream_fed_at_once_has_the_known_hashes),
      cmocka_unit_test(the_pieces_a_stream_comes_in_make_no_difference),
      cmocka_unit_test(asking_for_the_hashes_does_not_disturb_the_stream),
      cmocka_unit_test(either_hash_may_be_asked_for_alone),
      cmocka_unit_test(a_cleared_tree_is_a_hash_of_nothing),
      cmocka_unit_test(joined_parts_equal_the_whole),
  };
  return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
