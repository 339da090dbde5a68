/* AWS Signature Version 4 in the Authorization header ("Create a signed AWS API request", IAM user
 * guide).  Signing has three stages that share one gl_signer.  Each can be called separately.  Time
 * and keys are arguments. */
#ifndef GL_CORE_SIGV4_H
#define GL_CORE_SIGV4_H

#include "core/buf.h"
#include "core/credentials.h"
#include "core/date.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/request.h"

#include <stdint.h>

/* The data that a signature depends on, besides the request and the keys. */
typedef struct gl_sigv4_options {
  const char *region;
  const char *service;
  int64_t time;  /* seconds since the epoch */
  int keep_path; /* keep empty, "." and ".." segments in the canonical path */
} gl_sigv4_options;

/* The keys, the results of the last signing, and what is reused for the next request: buffers, a
 * digest, and the signing key of one day, region and service.  The zero value is legal to clear.
 * Only one thread at a time may use it. */
typedef struct gl_signer {
  gl_credentials credentials;         /* set by gl_signer_set_credentials */
  int64_t time;                       /* the time of `date_time` */
  char date_time[GL_DATE_BASIC_SIZE]; /* "20120525T002453Z"; empty before the first signing */
  gl_buf scope;                       /* "20120525/us-east-1/glacier/aws4_request" */
  gl_buf signed_headers;
  gl_buf canonical_request;
  gl_buf string_to_sign;
  gl_buf authorization;         /* the header's value */
  char hex[GL_SHA256_HEX_SIZE]; /* the signature */
  gl_digest digest;
  gl_buf sorted; /* working memory of the first stage: gl_header pointers */
  int has_key;   /* whether `key` is the signing key of `scope` and the current keys */
  unsigned char key[GL_SHA256_SIZE];
} gl_signer;

/* Sets the keys and drops the signing key of earlier ones.  Arguments and errors are those of
 * gl_credentials_set. */
int gl_signer_set_credentials(gl_signer *signer, const char *access_key_id,
                              const char *secret_access_key, const char *session_token,
                              gl_error *error);

/* Wipes and frees.  Legal any number of times. */
void gl_signer_clear(gl_signer *signer);

/* Sets the headers that signing itself adds: Host, X-Amz-Date, and for temporary keys
 * X-Amz-Security-Token.  Drops the Authorization header of an earlier signing.  A time outside of
 * the years 1 to 9999 is GL_CONFIG "ClockError".  This and the functions below return 0 or the kind
 * in `error`. */
int gl_sigv4_add_headers(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                         gl_error *error);

/* Stage one: the canonical request.  The payload hash is the x-amz-content-sha256 header if the
 * request has one, otherwise the hash of its body.  Signs every header except those in the list
 * `never_signed` of sigv4_canonical.c. */
int gl_sigv4_canonical_request(const gl_request *request, gl_signer *signer,
                               const gl_sigv4_options *options, gl_error *error);

/* Stage two: the string to sign, from the canonical request. */
int gl_sigv4_string_to_sign(gl_signer *signer, const gl_sigv4_options *options, gl_error *error);

/* Stage three: the signature, from the string to sign.  Sets the Authorization header of `request`.
 */
int gl_sigv4_authorize(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                       gl_error *error);

/* Adds the headers and runs the three stages. */
int gl_sigv4_sign(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                  gl_error *error);

#endif
