/* X.509 certificates of others, and signatures made with their keys: for messages of SNS.  No chain
 * is checked: trust comes from where the certificate was fetched.
 *
 * Functions return 0 or the kind in `error`: GL_VALIDATION, code "CertificateError", with a message
 * that says what is wrong, or GL_MEMORY.  OpenSSL's error queue of the thread is left empty. */
#ifndef GL_CORE_CERTIFICATE_H
#define GL_CORE_CERTIFICATE_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

/* The zero value is legal to clear, and to nothing else. */
typedef struct gl_certificate {
  void *x509; /* X509 *, owned */
} gl_certificate;

/* Reads the first certificate of a PEM text into `certificate`, which is the zero value. */
int gl_certificate_parse(gl_certificate *certificate, const char *pem, size_t length,
                         gl_error *error);

/* Whether the certificate's dates include `time`, seconds since the epoch. */
int gl_certificate_check_dates(const gl_certificate *certificate, int64_t time, gl_error *error);

typedef enum gl_signature_hash { GL_SIGNATURE_SHA1, GL_SIGNATURE_SHA256 } gl_signature_hash;

/* Whether `signature`, base64 without white space, is one of the bytes by the certificate's key:
 * RSA with the padding of PKCS #1 v1.5. */
int gl_certificate_verify(const gl_certificate *certificate, gl_signature_hash hash,
                          const void *bytes, size_t length, const char *signature,
                          size_t signature_length, gl_error *error);

void gl_certificate_clear(gl_certificate *certificate);

#endif
