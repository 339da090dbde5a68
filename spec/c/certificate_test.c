#include "core/certificate.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* Created with the openssl command for this test: self-signed, RSA of 2,048 bits, valid in 2026.
 */
static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
                          "MIICoDCCAYgCAQEwDQYJKoZIhvcNAQELBQAwFjEUMBIGA1UEAwwLc25zLmV4YW1w\n"
                          "bGUwHhcNMjYwMTAxMDAwMDAwWhcNMjcwMTAxMDAwMDAwWjAWMRQwEgYDVQQDDAtz\n"
                          "bnMuZXhhbXBsZTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAM7iozN5\n"
                          "ab+XfeCqCrBoI5XYDrJP3qQliNOuszS7ITNcMH5yuPUwHma1RocfncwPHB19zF+e\n"
                          "KTBCKiYrzQgewcRr2Tu4Qw5/IPGuYbIJyOHqhy//tCMrFn+QTEO5mjvh3rXECzA9\n"
                          "0DByIc2XN5a2IWmZjtFHcxQ4d2cfzEG/DJEQJpPHwLfsEGbpKNl6ZLZzMpvQ+dhN\n"
                          "nGFbA3IiWvGeiqYtUZyMy6oCxSlAUbv6V4A0U374T0zfE5BLs8c3ShtIfRdveJCn\n"
                          "L2tO+l6jg3VTf17AbFO3RuHwWPGBM7nxMDqMorxrKuDfX0zRfnZS/Z19FGwICjNn\n"
                          "QlOO3DJnNNjU4xECAwEAATANBgkqhkiG9w0BAQsFAAOCAQEAhG3jz/5q44ZrPBKp\n"
                          "F/8680Dbu4pAdhxwgFCfJAPzCEK20G9b4dCLAeQuBNvkjH8H0RQtzFGmYmZQ6ZRe\n"
                          "MPW0q/qx1ZN2kydMfbNeScRgdaMhoaS4DTYUpMOBNbzJz2faXcVIH6ICi/2Gv5C4\n"
                          "bfrLv82keEJ4d13HhXMi8ZsK42sot4o5/Xoqm4UMl9jcPQEVEDBhD6nG7eNY5udc\n"
                          "S0E3w0EiY6GMQS0jR+JsHh/OrSe8rsYQuCyb8PShjwDKPItZSfoEiMF4E3R0zt5Y\n"
                          "wmn7+4pRjz/+GXfa2PFsgNHv++eizTe/q6evV1eCPXdKdPI54czmuvM4sVuJC2fk\n"
                          "1JMzcQ==\n"
                          "-----END CERTIFICATE-----\n";

/* A certificate whose key is not RSA but P-256. */
static const char ec_pem[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBcTCCARegAwIBAgIUQK3CBra4DQqpjCGs/X2ctIfFLPowCgYIKoZIzj0EAwIw\n"
                             "DTELMAkGA1UEAwwCZWMwIBcNMjYxMTI2MDk0MzIxWhgPMjEyNjExMDIwOTQzMjFa\n"
                             "MA0xCzAJBgNVBAMMAmVjMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEH6QlNqF2\n"
                             "mIRHWUM4f4GEwYqwH9LylCoyt1AcdXYYF2Q6scGC7SHK8RntruxfJ6W9zj7IlI5j\n"
                             "lcizE+sSi3xU0aNTMFEwHQYDVR0OBBYEFHo8QzQgGtYDxRu1IxzyGik73cAmMB8G\n"
                             "A1UdIwQYMBaAFHo8QzQgGtYDxRu1IxzyGik73cAmMA8GA1UdEwEB/wQFMAMBAf8w\n"
                             "CgYIKoZIzj0EAwIDSAAwRQIgToKFSxSNbQ0SM9TUFvjZLPEeUWd3IL+7icR89Reh\n"
                             "620CIQDH5rPln+nwKQyJVR5p0PCZW49pDLC8GnV91y1qvzJOIA==\n"
                             "-----END CERTIFICATE-----\n";

static const char message[] = "the message\n";

static const char sha1_signature[] =
    "M8X+qUkATdGBrv0LUUvj2z6qGgftcJBQWfD/caIRbnqLUvUF0JMhC3izRHF3+tpqo5iYQVdlzQROraJyBtgAyM"
    "vYPfeZIN0xZtb1ZrX4EQ7McYtRTBMYuImiU+sMpW90p+ORpgS7bTappzATdUUE6XIBmokwPAT3xOeX5Ok6Fzgc"
    "mIfUF1Y2Qtif1yG5xtcj2Ipt9zeGXOH2UqVhFyOMbyi7nh/j7oa0uvPC0l+t3jadF7wsFwprY351Xg2PIhc033"
    "FlXkP+EA325TCZsofsoyZQPxWq5mlXkuan4L0xJREmQsxFfRIZkmt9oynq/oPVdwQYG2Ryv/7HLFLuU55FdQ==";

static const char sha256_signature[] =
    "VBRc/wFRXE33lHpX+8fJrpcw+WmJ5bsCDcwDepZuj5VDfuywtbQrREjEBXqDRdtXRCO795KMU8pOSpFioVweOn"
    "ZuH4+RkW6uG+CxbkQEE/nbJf8BohjjdPgD775VnwlOKlgLx4L+Essv1PE6i43R+QF9wfepC0oFS+lwrAQNPGo8"
    "KdXYI2IaCARpqFy0eJEcEeEUL9q5QGqgBAZ6J0HQrQLQgeaTs/UAvsSwmLaNI4y7UrdWC98rReieWaMVoAn6Ul"
    "bTOVkJ6IOV10QumkyZvRacpvJngFfWi0ShoOFT/2Rfn6QQ17L/9QC18hS3qu2O1DKeJ5XQFXldwRPUGSM7sA==";

static const int64_t new_year_2026 = 1767225600, new_year_2027 = 1798761600;

static gl_certificate parse(const char *text) {
  gl_certificate certificate = {NULL};
  gl_error error;
  assert_int_equal(gl_certificate_parse(&certificate, text, strlen(text), &error), 0);
  return certificate;
}

static void expect_refusal(int kind, const gl_error *error, const char *text) {
  assert_int_equal(kind, GL_VALIDATION);
  assert_string_equal(error->code, "CertificateError");
  assert_string_equal(error->message, text);
  assert_int_equal(ERR_peek_error(), 0);
}

static int verify(const gl_certificate *certificate, gl_signature_hash hash, const char *bytes,
                  const char *signature, gl_error *error) {
  return gl_certificate_verify(certificate, hash, bytes, strlen(bytes), signature,
                               strlen(signature), error);
}

static void a_signature_of_either_hash_is_verified(void **state) {
  (void)state;
  gl_error error;
  gl_certificate certificate = parse(pem);
  assert_int_equal(verify(&certificate, GL_SIGNATURE_SHA1, message, sha1_signature, &error), 0);
  assert_int_equal(verify(&certificate, GL_SIGNATURE_SHA256, message, sha256_signature, &error), 0);
  gl_certificate_clear(&certificate);
  gl_certificate_clear(&certificate);
}

static void a_signature_of_other_bytes_or_another_hash_does_not_match(void **state) {
  (void)state;
  static const char text[] = "the signature does not match";
  gl_error error;
  gl_certificate certificate = parse(pem);
  int kind = verify(&certificate, GL_SIGNATURE_SHA1, "the messagE\n", sha1_signature, &error);
  expect_refusal(kind, &error, text);
  kind = verify(&certificate, GL_SIGNATURE_SHA256, message, sha1_signature, &error);
  expect_refusal(kind, &error, text);
  kind = verify(&certificate, GL_SIGNATURE_SHA256, "", sha256_signature, &error);
  expect_refusal(kind, &error, text);
  kind = verify(&certificate, GL_SIGNATURE_SHA256, message, "AAAA", &error);
  expect_refusal(kind, &error, text);
  gl_certificate_clear(&certificate);
}

static void a_signature_with_one_character_changed_is_rejected(void **state) {
  (void)state;
  gl_error error;
  gl_certificate certificate = parse(pem);
  for (size_t i = 0; i < sizeof sha256_signature - 1; i++) {
    char changed[sizeof sha256_signature];
    memcpy(changed, sha256_signature, sizeof changed);
    changed[i] = changed[i] == 'A' ? 'Q' : 'A';
    assert_int_equal(verify(&certificate, GL_SIGNATURE_SHA256, message, changed, &error),
                     GL_VALIDATION);
  }
  gl_certificate_clear(&certificate);
}

static void a_signature_that_is_not_base64_is_rejected(void **state) {
  (void)state;
  static const char *const texts[] = {"", "AAA", "AA=A", "A===", "====", "AA\nA", "AA-_", "AAAAA"};
  gl_error error;
  gl_certificate certificate = parse(pem);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    int kind = verify(&certificate, GL_SIGNATURE_SHA256, message, texts[i], &error);
    expect_refusal(kind, &error, "the signature is not valid base64");
  }
  gl_certificate_clear(&certificate);
}

static void a_signature_of_more_than_1024_bytes_is_rejected(void **state) {
  (void)state;
  static const size_t lengths[] = {1372, 1375, 100000};
  static char signature[100001];
  gl_error error;
  gl_certificate certificate = parse(pem);
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    memset(signature, 'A', lengths[i]);
    signature[lengths[i]] = '\0';
    int kind = verify(&certificate, GL_SIGNATURE_SHA256, message, signature, &error);
    expect_refusal(kind, &error, "the signature is longer than 1,024 bytes");
  }
  gl_certificate_clear(&certificate);
}

/* Such bits could be changed without a change of the signature (RFC 4648, 3.5). */
static void base64_with_bits_after_the_last_byte_is_rejected(void **state) {
  (void)state;
  static const char *const texts[] = {"AB==", "AP==", "AQ==", "AAB=", "AAD=", "AAE="};
  gl_error error;
  gl_certificate certificate = parse(pem);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    int kind = verify(&certificate, GL_SIGNATURE_SHA256, message, texts[i], &error);
    expect_refusal(kind, &error,
                   i % 3 < 2 ? "the signature is not valid base64"
                             : "the signature does not match");
  }
  gl_certificate_clear(&certificate);
}

static void a_signature_of_8192_bits_is_decoded(void **state) {
  (void)state;
  char signature[1369]; /* base64 of 1,024 bytes */
  gl_error error;
  gl_certificate certificate = parse(pem);
  memset(signature, 'A', 1366);
  memcpy(signature + 1366, "==", 3);
  int kind = verify(&certificate, GL_SIGNATURE_SHA256, message, signature, &error);
  expect_refusal(kind, &error, "the signature does not match");
  gl_certificate_clear(&certificate);
}

static void a_certificate_without_an_rsa_key_verifies_nothing(void **state) {
  (void)state;
  gl_error error;
  gl_certificate certificate = parse(ec_pem);
  int kind = verify(&certificate, GL_SIGNATURE_SHA256, message, sha256_signature, &error);
  expect_refusal(kind, &error, "the certificate has no RSA key");
  gl_certificate_clear(&certificate);
}

static void a_certificate_is_valid_between_its_dates_only(void **state) {
  (void)state;
  gl_error error;
  gl_certificate certificate = parse(pem);
  assert_int_equal(gl_certificate_check_dates(&certificate, new_year_2026, &error), 0);
  assert_int_equal(gl_certificate_check_dates(&certificate, new_year_2027 - 1, &error), 0);
  int kind = gl_certificate_check_dates(&certificate, new_year_2026 - 1, &error);
  expect_refusal(kind, &error, "the certificate is not valid yet");
  kind = gl_certificate_check_dates(&certificate, new_year_2027 + 1, &error);
  expect_refusal(kind, &error, "the certificate has expired");
  gl_certificate_clear(&certificate);
}

static void a_text_that_is_not_a_pem_certificate_is_rejected(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",
      "junk",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "-----BEGIN CERTIFICATE-----\n",
      "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
  };
  gl_error error;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    gl_certificate certificate = {NULL};
    int kind = gl_certificate_parse(&certificate, texts[i], strlen(texts[i]), &error);
    expect_refusal(kind, &error, "the text is not a PEM certificate");
    gl_certificate_clear(&certificate);
  }
}

static void a_text_of_more_than_64_kib_is_rejected(void **state) {
  (void)state;
  gl_certificate certificate = {NULL};
  gl_error error;
  size_t length = 64 * 1024 + 1;
  char *text = malloc(length);
  memset(text, '\n', length);
  memcpy(text, pem, sizeof pem - 1);
  int kind = gl_certificate_parse(&certificate, text, length, &error);
  expect_refusal(kind, &error, "the certificate is longer than 64 KiB");
  assert_int_equal(gl_certificate_parse(&certificate, text, length - 1, &error), 0);
  gl_certificate_clear(&certificate);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_signature_of_either_hash_is_verified),
      cmocka_unit_test(a_signature_of_other_bytes_or_another_hash_does_not_match),
      cmocka_unit_test(a_signature_with_one_character_changed_is_rejected),
      cmocka_unit_test(a_signature_that_is_not_base64_is_rejected),
      cmocka_unit_test(a_signature_of_more_than_1024_bytes_is_rejected),
      cmocka_unit_test(base64_with_bits_after_the_last_byte_is_rejected),
      cmocka_unit_test(a_signature_of_8192_bits_is_decoded),
      cmocka_unit_test(a_certificate_without_an_rsa_key_verifies_nothing),
      cmocka_unit_test(a_certificate_is_valid_between_its_dates_only),
      cmocka_unit_test(a_text_that_is_not_a_pem_certificate_is_rejected),
      cmocka_unit_test(a_text_of_more_than_64_kib_is_rejected),
  };
  return cmocka_run_group_tests_name("certificate", tests, NULL, NULL);
}
