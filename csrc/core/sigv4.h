/* AWS Signature Version 4 in the Authorization header: "Create a signed AWS API request", IAM user
 * guide.  Three stages over one state, each callable by itself; time and keys are arguments. */
#ifndef GL_CORE_SIGV4_H
#define GL_CORE_SIGV4_H

#include "core/buf.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/request.h"

#include <stdint.h>

/* A key pair, and the token of a temporary one.  The zero value is none and legal to clear. */
typedef struct gl_credentials {
  char *access_key_id;     /* owned; letters, digits and other visible ASCII */
  char *secret_access_key; /* owned, wiped when cleared */
  char *session_token;     /* owned, wiped when cleared; NULL for none */
} gl_credentials;

/* Copies; `session_token` may be NULL or empty for none.  GL_CREDENTIALS "PartialCredentialsError"
 * for an empty key, or "CredentialRetrievalError" for a control character, which would end a header
 * line; the message names the field and never its value.  On failure `credentials` is as it was. */
int gl_credentials_set(gl_credentials *credentials, const char *access_key_id,
                       const char *secret_access_key, const char *session_token, gl_error *error);
void gl_credentials_clear(gl_credentials *credentials);

typedef struct gl_signer {
  const gl_credentials *credentials;
  const char *region;
  const char *service;
  int64_t time;  /* seconds since the epoch */
  int keep_path; /* do not drop empty, "." and ".." segments from the canonical path */
} gl_signer;

/* What the stages make, one after the other.  The zero value is legal to clear. */
typedef struct gl_signature {
  char date_time[17]; /* "20120525T002453Z" */
  gl_buf scope;       /* "20120525/us-east-1/glacier/aws4_request" */
  gl_buf signed_headers;
  gl_buf canonical_request;
  gl_buf string_to_sign;
  char hex[GL_SHA256_HEX_SIZE]; /* the signature */
} gl_signature;

void gl_signature_clear(gl_signature *signature);

/* Sets the headers that signing itself adds: Host, X-Amz-Date, and X-Amz-Security-Token of
 * temporary keys; drops an Authorization of an earlier signing.  GL_CONFIG "ClockError" for a time
 * outside of the years 1 to 9999.  Each of these four returns 0 or the kind in `error`. */
int gl_sigv4_prepare(gl_request *request, const gl_signer *signer, gl_signature *out,
                     gl_error *error);

/* Stage one.  The payload hash is the x-amz-content-sha256 header where the request has one,
 * else the hash of its body.  Signs every header but those that proxies and retries change. */
int gl_sigv4_canonical_request(const gl_request *request, const gl_signer *signer,
                               gl_signature *out, gl_error *error);

/* Stage two, of stage one. */
int gl_sigv4_string_to_sign(const gl_signer *signer, gl_signature *out, gl_error *error);

/* Stage three, of stage two: the signature, and the Authorization header in `request`. */
int gl_sigv4_authorize(gl_request *request, const gl_signer *signer, gl_signature *out,
                       gl_error *error);

/* All of it, in order.  `out` is left for whoever wants to look, and to be cleared. */
int gl_sigv4_sign(gl_request *request, const gl_signer *signer, gl_signature *out, gl_error *error);

#endif
