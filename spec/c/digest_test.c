#include "core/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The hash of no bytes, and the examples of FIPS 180-2, appendix B. */
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
  gl_digest scratch = {NULL};
  assert_int_equal(gl_digest_hmac(&scratch, key, key_length, text, strlen(text), digest, &error),
                   0);
  gl_digest_clear(&scratch);
  expect_hex(digest, expected);
}

/* RFC 4231, cases 1, 2, 6 and 7. */
static void hmac_gives_the_published_values(void **state) {
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
  gl_digest scratch = {NULL};
  expect_hmac("", 0, "", expected);
  assert_int_equal(gl_digest_hmac(&scratch, NULL, 0, NULL, 0, digest, &error), 0);
  gl_digest_clear(&scratch);
  expect_hex(digest, expected);
}

static void a_digest_fed_in_pieces_hashes_the_whole(void **state) {
  (void)state;
  unsigned char out[GL_SHA256_SIZE];
  gl_digest digest = {NULL};
  gl_error error;
  for (int again = 0; again < 2; again++) {
    assert_int_equal(gl_digest_start(&digest, &error), 0);
    assert_int_equal(gl_digest_update(&digest, "ab", 2, &error), 0);
    assert_int_equal(gl_digest_peek(&digest, out, &error), 0);
    expect_hex(out, "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603");
    assert_int_equal(gl_digest_update(&digest, NULL, 0, &error), 0);
    assert_int_equal(gl_digest_update(&digest, "c", 1, &error), 0);
    assert_int_equal(gl_digest_finish(&digest, out, &error), 0);
    expect_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
  gl_digest_clear(&digest);
  gl_digest_clear(&digest);
}

static void starting_a_new_hash_drops_an_unfinished_one(void **state) {
  (void)state;
  unsigned char out[GL_SHA256_SIZE];
  gl_digest digest = {NULL};
  gl_error error;
  assert_int_equal(gl_digest_start(&digest, &error), 0);
  assert_int_equal(gl_digest_update(&digest, "left over", 9, &error), 0);
  assert_int_equal(gl_digest_sha256(&digest, "abc", 3, out, &error), 0);
  expect_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  gl_digest_clear(&digest);
}

static void sha1_gives_the_published_digests(void **state) {
  (void)state;
  char hex[GL_SHA1_HEX_SIZE];
  gl_error error;
  assert_int_equal(gl_sha1_hex("abc", 3, hex, &error), 0);
  assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert_int_equal(gl_sha1_hex(NULL, 0, hex, &error), 0);
  assert_string_equal(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void an_algorithm_that_openssl_forbids_is_a_config_error(void **state) {
  (void)state;
#if OPENSSL_VERSION_NUMBER < 0x30000000L
  skip(); /* OpenSSL has no providers before version 3 */
#else
  unsigned char digest[GL_SHA256_SIZE];
  gl_error error, hmac_error;
  gl_digest scratch = {NULL};
  assert_int_equal(EVP_set_default_properties(NULL, "provider=nobody"), 1);
  int result = gl_sha256("abc", 3, digest, &error);
  int hmac_result = gl_digest_hmac(&scratch, "key", 3, "abc", 3, digest, &hmac_error);
  unsigned long left = ERR_peek_error();
  assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
  assert_int_equal(result, GL_CONFIG);
  assert_int_equal(hmac_result, GL_CONFIG);
  assert_string_equal(error.code, "DigestError");
  assert_non_null(strstr(error.message, "unsupported"));
  assert_string_equal(hmac_error.code, "DigestError");
  assert_int_equal(left, 0);
  expect_sha256("", 0, empty_hash);
#endif
}

static void random_bytes_fill_the_array_and_differ_each_time(void **state) {
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

static void a_text_other_than_64_digits_is_rejected(void **state) {
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

static void each_byte_is_written_as_two_digits(void **state) {
  (void)state;
  char hex[GL_SHA256_HEX_SIZE], expected[3];
  unsigned char bytes[GL_SHA256_SIZE];
  for (int value = 0; value < 256; value++) {
    int at = value % GL_SHA256_SIZE;
    memset(bytes, 255 - value, sizeof bytes);
    bytes[at] = (unsigned char)value;
    gl_hex(bytes, hex);
    snprintf(expected, sizeof expected, "%02x", value);
    assert_memory_equal(hex + 2 * at, expected, 2);
    assert_int_equal(strlen(hex), 64);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      /* Must be the first test, because the algorithm is kept after the first use. */
      cmocka_unit_test(an_algorithm_that_openssl_forbids_is_a_config_error),
      cmocka_unit_test(sha256_gives_the_published_digests),
      cmocka_unit_test(hmac_gives_the_published_values),
      cmocka_unit_test(an_hmac_may_have_no_key_and_no_bytes),
      cmocka_unit_test(a_digest_fed_in_pieces_hashes_the_whole),
      cmocka_unit_test(starting_a_new_hash_drops_an_unfinished_one),
      cmocka_unit_test(sha1_gives_the_published_digests),
      cmocka_unit_test(random_bytes_fill_the_array_and_differ_each_time),
      cmocka_unit_test(each_byte_is_written_as_two_digits),
      cmocka_unit_test(hexadecimal_of_either_case_is_read_back),
      cmocka_unit_test(a_text_other_than_64_digits_is_rejected),
  };
  return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
