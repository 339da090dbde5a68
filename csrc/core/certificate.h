/* X.509 certificates, and signatures made with their keys, for messages from SNS.  The chain of the
 * certificate is not checked: the caller trusts the host from which it fetched the certificate.
 *
 * The functions return 0 or the kind in `error`.  That is GL_MEMORY, or GL_VALIDATION with the code
 * "CertificateError" and a message that says what is wrong.  A failure leaves the thread's OpenSSL
 * error queue empty. */
#ifndef GL_CORE_CERTIFICATE_H
#define GL_CORE_CERTIFICATE_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

/* The zero value may be parsed into or cleared, but not used otherwise. */
typedef struct gl_certificate {
  void *x509; /* X509 *, owned */
} gl_certificate;

/* Reads the first certificate of a PEM text, of at most 64 KiB, into `certificate`, which must be
 * zero before the call.  A failure leaves it zero. */
int gl_certificate_parse(gl_certificate *certificate, const char *pem, size_t length,
                         gl_error *error);

/* Checks that the certificate is valid at `time`, in seconds since the epoch. */
int gl_certificate_check_dates(const gl_certificate *certificate, int64_t time, gl_error *error);

typedef enum gl_signature_hash { GL_SIGNATURE_SHA1, GL_SIGNATURE_SHA256 } gl_signature_hash;

/* Checks that `signature` is the signature of `bytes` by the certificate's RSA key, with the
 * padding of PKCS #1 v1.5.  `signature` is base64 without white space, of at most 1,024 bytes. */
int gl_certificate_verify(const gl_certificate *certificate, gl_signature_hash hash,
                          const void *bytes, size_t length, const char *signature,
                          size_t signature_length, gl_error *error);

/* Frees the certificate.  Legal for the zero value and any number of times. */
void gl_certificate_clear(gl_certificate *certificate);

#endif
