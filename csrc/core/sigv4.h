/* AWS Signature Version 4 in the Authorization header ("Create a signed AWS API request", IAM user
 * guide): three stages over one state, each callable by itself.  Time and keys are arguments. */
#ifndef GL_CORE_SIGV4_H
#define GL_CORE_SIGV4_H

#include "core/buf.h"
#include "core/credentials.h"
#include "core/date.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/request.h"

#include <stdint.h>

/* What a request is signed for. */
typedef struct gl_sigv4_options {
  const char *region;
  const char *service;
  int64_t time;  /* seconds since the epoch */
  int keep_path; /* leave empty, "." and ".." segments in the canonical path */
} gl_sigv4_options;

/* Keys, what signing keeps from one request to the next (the signing key of one day, region and
 * service; buffers; a digest), and the results of the last signing.  The zero value is legal to
 * clear.  One thread at a time may use it. */
typedef struct gl_signer {
  gl_credentials credentials;         /* set by gl_signer_set_credentials */
  char date_time[GL_DATE_BASIC_SIZE]; /* "20120525T002453Z" */
  gl_buf scope;                       /* "20120525/us-east-1/glacier/aws4_request" */
  gl_buf signed_headers;
  gl_buf canonical_request;
  gl_buf string_to_sign;
  gl_buf authorization;         /* the header's value */
  char hex[GL_SHA256_HEX_SIZE]; /* the signature */
  gl_digest digest;
  gl_buf sorted;    /* gl_header pointers: scratch of the first stage */
  gl_buf key_scope; /* that `key` was derived for; empty for none */
  unsigned char key[GL_SHA256_SIZE];
} gl_signer;

/* Sets the keys and drops what was derived from earlier ones.  Arguments and errors are those of
 * gl_credentials_set. */
int gl_signer_set_credentials(gl_signer *signer, const char *access_key_id,
                              const char *secret_access_key, const char *session_token,
                              gl_error *error);

/* Wipes and frees. */
void gl_signer_clear(gl_signer *signer);

/* Sets the headers that signing itself adds: Host, X-Amz-Date, and X-Amz-Security-Token of
 * temporary keys; drops the Authorization of an earlier signing.  GL_CONFIG "ClockError" for a time
 * outside of the years 1 to 9999.  These functions return 0 or the kind in `error`. */
int gl_sigv4_add_headers(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                         gl_error *error);

/* Stage one.  The payload hash is the x-amz-content-sha256 header if the request has one, else the
 * hash of its body.  Signs every header but those that proxies and retries change. */
int gl_sigv4_canonical_request(const gl_request *request, gl_signer *signer,
                               const gl_sigv4_options *options, gl_error *error);

/* Stage two, of the canonical request. */
int gl_sigv4_string_to_sign(gl_signer *signer, const gl_sigv4_options *options, gl_error *error);

/* Stage three, of the string to sign: the signature, and the Authorization header in `request`. */
int gl_sigv4_authorize(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                       gl_error *error);

/* All of it, in order. */
int gl_sigv4_sign(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                  gl_error *error);

#endif
