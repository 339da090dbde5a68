#include "core/sigv4.h"

#include "core/mem.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"

/* ---- the signer -------------------------------------------------------------------------- */

static void drop_key(gl_signer *signer) {
  gl_buf_reset(&signer->key_scope);
  gl_mem_wipe(signer->key, sizeof signer->key);
}

int gl_signer_set_credentials(gl_signer *signer, const char *access_key_id,
                              const char *secret_access_key, const char *session_token,
                              gl_error *error) {
  int kind = gl_credentials_set(&signer->credentials, access_key_id, secret_access_key,
                                session_token, error);
  if (!kind)
    drop_key(signer);
  return kind;
}

void gl_signer_clear(gl_signer *signer) {
  gl_credentials_clear(&signer->credentials);
  gl_buf_clear(&signer->scope);
  gl_buf_clear(&signer->signed_headers);
  gl_buf_clear(&signer->canonical_request);
  gl_buf_clear(&signer->string_to_sign);
  gl_buf_clear(&signer->authorization);
  gl_buf_clear(&signer->sorted);
  gl_buf_clear(&signer->key_scope);
  gl_digest_clear(&signer->digest);
  gl_mem_wipe(signer, sizeof *signer);
}

/* ---- stage two: the string to sign ------------------------------------------------------- */

static int append_scope(gl_buf *out, const char *date_time, const gl_sigv4_options *options) {
  return gl_buf_append(out, date_time, 8) || gl_buf_append_char(out, '/') ||
         gl_buf_append_string(out, options->region) || gl_buf_append_char(out, '/') ||
         gl_buf_append_string(out, options->service) || gl_buf_append_string(out, "/" TERMINATOR);
}

int gl_sigv4_string_to_sign(gl_signer *signer, const gl_sigv4_options *options, gl_error *error) {
  unsigned char digest[GL_SHA256_SIZE];
  char hex[GL_SHA256_HEX_SIZE];
  int kind = gl_digest_sha256(&signer->digest, signer->canonical_request.data,
                              signer->canonical_request.length, digest, error);
  if (kind)
    return kind;
  gl_hex(digest, hex);
  gl_buf *text = &signer->string_to_sign, *scope = &signer->scope;
  gl_buf_reset(scope);
  gl_buf_reset(text);
  if (append_scope(scope, signer->date_time, options) ||
      gl_buf_append_string(text, ALGORITHM "\n") || gl_buf_append_string(text, signer->date_time) ||
      gl_buf_append_char(text, '\n') || gl_buf_append(text, scope->data, scope->length) ||
      gl_buf_append_char(text, '\n') || gl_buf_append(text, hex, sizeof hex - 1))
    return gl_error_memory(error);
  return 0;
}

/* ---- stage three: the signature ---------------------------------------------------------- */

/* key = HMAC(HMAC(HMAC(HMAC("AWS4" secret, date), region), service), "aws4_request") */
static int derive_key(gl_signer *signer, const gl_sigv4_options *options, gl_error *error) {
  gl_buf seed = {NULL, 0, 0};
  if (gl_buf_append_string(&seed, "AWS4") ||
      gl_buf_append_string(&seed, signer->credentials.secret_access_key)) {
    gl_buf_clear(&seed);
    return gl_error_memory(error);
  }
  int kind = gl_digest_hmac(&signer->digest, seed.data, seed.length, signer->date_time, 8,
                            signer->key, error);
  gl_buf_clear(&seed);
  const char *const steps[] = {options->region, options->service, TERMINATOR};
  for (size_t i = 0; !kind && i < sizeof steps / sizeof *steps; i++)
    kind = gl_digest_hmac(&signer->digest, signer->key, GL_SHA256_SIZE, steps[i], strlen(steps[i]),
                          signer->key, error);
  return kind;
}

/* The signing key changes only with the day, the region, the service and the keys.  Deriving it
 * takes half of the time of a signature, so it is kept until one of them changes. */
static int update_key(gl_signer *signer, const gl_sigv4_options *options, gl_error *error) {
  gl_buf *kept = &signer->key_scope;
  const gl_buf *scope = &signer->scope;
  if (kept->length == scope->length && scope->length > 0 &&
      !memcmp(kept->data, scope->data, scope->length))
    return 0;
  drop_key(signer);
  int kind = derive_key(signer, options, error);
  if (!kind && gl_buf_append(kept, scope->data, scope->length))
    kind = gl_error_memory(error);
  if (kind)
    drop_key(signer);
  return kind;
}

static int set_authorization(gl_request *request, gl_signer *signer, gl_error *error) {
  gl_buf *text = &signer->authorization;
  gl_buf_reset(text);
  if (gl_buf_append_string(text, ALGORITHM " Credential=") ||
      gl_buf_append_string(text, signer->credentials.access_key_id) ||
      gl_buf_append_char(text, '/') ||
      gl_buf_append(text, signer->scope.data, signer->scope.length) ||
      gl_buf_append_string(text, ", SignedHeaders=") ||
      gl_buf_append(text, signer->signed_headers.data, signer->signed_headers.length) ||
      gl_buf_append_string(text, ", Signature=") ||
      gl_buf_append(text, signer->hex, sizeof signer->hex - 1))
    return gl_error_memory(error);
  return gl_request_set_header(request, "Authorization", text->data, text->length, error);
}

int gl_sigv4_authorize(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                       gl_error *error) {
  unsigned char digest[GL_SHA256_SIZE];
  int kind = update_key(signer, options, error);
  if (!kind)
    kind =
        gl_digest_hmac(&signer->digest, signer->key, sizeof signer->key,
                       signer->string_to_sign.data, signer->string_to_sign.length, digest, error);
  if (kind)
    return kind;
  gl_hex(digest, signer->hex);
  return set_authorization(request, signer, error);
}

/* ---- signing ----------------------------------------------------------------------------- */

int gl_sigv4_add_headers(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                         gl_error *error) {
  const char *host = gl_request_host(request), *token = signer->credentials.session_token;
  if (gl_date_format(options->time, signer->date_time))
    return gl_error_set(
        error, GL_CONFIG, "ClockError",
        "invalid time: %lld seconds since the epoch is outside of the years 1 to 9999",
        (long long)options->time);
  gl_headers_remove(&request->headers, "Authorization");
  gl_headers_remove(&request->headers, "X-Amz-Security-Token");
  int kind = gl_request_set_header(request, "Host", host, strlen(host), error);
  if (!kind)
    kind = gl_request_set_header(request, "X-Amz-Date", signer->date_time, 16, error);
  if (!kind && token)
    kind = gl_request_set_header(request, "X-Amz-Security-Token", token, strlen(token), error);
  return kind;
}

int gl_sigv4_sign(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                  gl_error *error) {
  int kind = gl_sigv4_add_headers(request, signer, options, error);
  if (!kind)
    kind = gl_sigv4_canonical_request(request, signer, options, error);
  if (!kind)
    kind = gl_sigv4_string_to_sign(signer, options, error);
  if (!kind)
    kind = gl_sigv4_authorize(request, signer, options, error);
  return kind;
}
