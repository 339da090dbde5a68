#include "core/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

enum {
  PEM_MAX = 64 * 1024,
  SIGNATURE_MAX = 1026 /* bytes: 1,024 for a key of 8,192 bits, and 2 for the padding of base64 */
};

/* Fills `error` with a memory error if OpenSSL's queue has one, otherwise with `message`.  Empties
 * the queue. */
static int set_error(gl_error *error, const char *message) {
  unsigned long code;
  int memory = 0;
  while ((code = ERR_get_error()) != 0)
    memory |= ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
  if (memory)
    return gl_error_memory(error);
  return gl_error_set(error, GL_VALIDATION, "CertificateError", "%s", message);
}

/* Without this callback, OpenSSL would ask for the password of an encrypted PEM at the terminal. */
static int no_password(char *out, int size, int writing, void *context) {
  (void)out, (void)size, (void)writing, (void)context;
  return 0;
}

int gl_certificate_parse(gl_certificate *certificate, const char *pem, size_t length,
                         gl_error *error) {
  if (length > PEM_MAX)
    return set_error(error, "the certificate is longer than 64 KiB");
  BIO *bio = BIO_new_mem_buf(pem, (int)length);
  if (!bio)
    return set_error(error, "the certificate cannot be read");
  certificate->x509 = PEM_read_bio_X509(bio, NULL, no_password, NULL);
  BIO_free(bio);
  return certificate->x509 ? 0 : set_error(error, "the text is not a PEM certificate");
}

int gl_certificate_check_dates(const gl_certificate *certificate, int64_t seconds,
                               gl_error *error) {
  time_t at = (time_t)seconds;
  int begin = X509_cmp_time(X509_get0_notBefore(certificate->x509), &at);
  int end = X509_cmp_time(X509_get0_notAfter(certificate->x509), &at);
  if (begin == 0 || end == 0)
    return set_error(error, "the certificate has an invalid date");
  if (begin > 0)
    return set_error(error, "the certificate is not valid yet");
  return end > 0 ? 0 : set_error(error, "the certificate has expired");
}

static int base64_value(char letter) {
  if (letter >= 'A' && letter <= 'Z')
    return letter - 'A';
  if (letter >= 'a' && letter <= 'z')
    return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9')
    return letter - '0' + 52;
  return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

/* Decodes base64 (RFC 4648, 4) of at most SIGNATURE_MAX bytes, padding included.  Returns the
 * number of bytes, or 0 for a text that is empty or invalid.  The bits after the last byte must be
 * zero, so that each signature has one text only (RFC 4648, 3.5). */
static size_t decode(const char *text, size_t length, unsigned char out[SIGNATURE_MAX]) {
  size_t count = 0;
  if (length == 0 || length % 4 != 0)
    return 0;
  size_t padding = (text[length - 1] == '=') + (text[length - 1] == '=' && text[length - 2] == '=');
  unsigned long bits = 0;
  for (size_t i = 0; i < length; i++) {
    int value = i >= length - padding ? 0 : base64_value(text[i]);
    if (value < 0)
      return 0;
    bits = bits << 6 | (unsigned long)value;
    if (i % 4 != 3)
      continue;
    out[count++] = (unsigned char)(bits >> 16);
    out[count++] = (unsigned char)(bits >> 8);
    out[count++] = (unsigned char)bits;
    bits = 0;
  }
  for (size_t i = count - padding; i < count; i++)
    if (out[i] != 0)
      return 0;
  return count - padding;
}

int gl_certificate_verify(const gl_certificate *certificate, gl_signature_hash hash,
                          const void *bytes, size_t length, const char *signature,
                          size_t signature_length, gl_error *error) {
  unsigned char decoded[SIGNATURE_MAX];
  if (signature_length / 4 * 3 > SIGNATURE_MAX)
    return set_error(error, "the signature is longer than 1,024 bytes");
  size_t size = decode(signature, signature_length, decoded);
  if (size == 0)
    return set_error(error, "the signature is not valid base64");
  EVP_PKEY *key = X509_get0_pubkey(certificate->x509);
  if (!key || EVP_PKEY_base_id(key) != EVP_PKEY_RSA)
    return set_error(error, "the certificate has no RSA key");
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  const EVP_MD *type = hash == GL_SIGNATURE_SHA1 ? EVP_sha1() : EVP_sha256();
  int ready = context && EVP_DigestVerifyInit(context, NULL, type, NULL, key) == 1;
  int genuine = ready && EVP_DigestVerify(context, decoded, size, bytes, length) == 1;
  EVP_MD_CTX_free(context);
  if (!ready)
    return set_error(error, "OpenSSL cannot check signatures of this kind");
  return genuine ? 0 : set_error(error, "the signature does not match");
}

void gl_certificate_clear(gl_certificate *certificate) {
  X509_free(certificate->x509);
  certificate->x509 = NULL;
}
