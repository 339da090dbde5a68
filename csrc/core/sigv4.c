#include "core/sigv4.h"

#include "core/mem.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"

/* The greatest length of a string to sign, without the names of the region and the service. */
enum {
  STRING_TO_SIGN_FIXED = sizeof ALGORITHM "\n" + GL_DATE_BASIC_SIZE +
                         sizeof "20120525///" TERMINATOR + GL_SHA256_HEX_SIZE
};

/* ---- the signer -------------------------------------------------------------------------- */

static void drop_key(gl_signer *signer) {
  signer->has_key = 0;
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
  gl_digest_clear(&signer->digest);
  gl_mem_wipe(signer, sizeof *signer);
}

/* ---- stage two: the string to sign ------------------------------------------------------- */

static char *put_scope(char *to, const gl_signer *signer, const gl_sigv4_options *options,
                       size_t region_length, size_t service_length) {
  to = gl_put(to, signer->date_time, 8);
  *to++ = '/';
  to = gl_put(to, options->region, region_length);
  *to++ = '/';
  to = gl_put(to, options->service, service_length);
  return gl_put(to, "/" TERMINATOR, strlen("/" TERMINATOR));
}

/* The signing key changes only with the scope and the keys.  Deriving it takes half of the time of
 * a signature, so it is kept until one of them changes. */
static int set_scope(gl_signer *signer, const char *scope, size_t length, gl_error *error) {
  gl_buf *kept = &signer->scope;
  if (kept->length == length && !memcmp(kept->data, scope, length))
    return 0;
  drop_key(signer);
  gl_buf_reset(kept);
  return gl_buf_append(kept, scope, length) ? gl_error_memory(error) : 0;
}

int gl_sigv4_string_to_sign(gl_signer *signer, const gl_sigv4_options *options, gl_error *error) {
  unsigned char digest[GL_SHA256_SIZE];
  gl_buf *text = &signer->string_to_sign;
  size_t region = strlen(options->region), service = strlen(options->service);
  int kind = gl_digest_sha256(&signer->digest, signer->canonical_request.data,
                              signer->canonical_request.length, digest, error);
  if (kind)
    return kind;
  gl_buf_reset(text);
  if (gl_buf_reserve(text, region + service + STRING_TO_SIGN_FIXED))
    return gl_error_memory(error);
  char *to = gl_put(text->data, ALGORITHM "\n", strlen(ALGORITHM "\n"));
  to = gl_put(to, signer->date_time, GL_DATE_BASIC_SIZE - 1);
  *to++ = '\n';
  char *scope = to;
  to = put_scope(to, signer, options, region, service);
  kind = set_scope(signer, scope, (size_t)(to - scope), error);
  *to++ = '\n';
  gl_hex(digest, to);
  gl_buf_end(text, to + GL_SHA256_HEX_SIZE - 1);
  return kind;
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

static int update_key(gl_signer *signer, const gl_sigv4_options *options, gl_error *error) {
  if (signer->has_key)
    return 0;
  int kind = derive_key(signer, options, error);
  if (kind)
    drop_key(signer);
  else
    signer->has_key = 1;
  return kind;
}

#define CREDENTIAL ALGORITHM " Credential="
#define SIGNED_HEADERS ", SignedHeaders="
#define SIGNATURE ", Signature="

static int set_authorization(gl_request *request, gl_signer *signer, gl_error *error) {
  gl_buf *text = &signer->authorization;
  const gl_buf *scope = &signer->scope, *names = &signer->signed_headers;
  const char *id = signer->credentials.access_key_id;
  size_t id_length = strlen(id);
  gl_buf_reset(text);
  if (gl_buf_reserve(text, sizeof CREDENTIAL "/" SIGNED_HEADERS SIGNATURE + id_length +
                               scope->length + names->length + sizeof signer->hex))
    return gl_error_memory(error);
  char *to = gl_put(text->data, CREDENTIAL, strlen(CREDENTIAL));
  to = gl_put(to, id, id_length);
  *to++ = '/';
  to = gl_put(to, scope->data, scope->length);
  to = gl_put(to, SIGNED_HEADERS, strlen(SIGNED_HEADERS));
  to = gl_put(to, names->data, names->length);
  to = gl_put(to, SIGNATURE, strlen(SIGNATURE));
  gl_buf_end(text, gl_put(to, signer->hex, sizeof signer->hex - 1));
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

/* Writes the date and the time of the signature, unless they are already there: a call often begins
 * in the same second as the call before. */
static int set_time(gl_signer *signer, int64_t time, gl_error *error) {
  if (signer->date_time[0] && signer->time == time)
    return 0;
  if (gl_date_format(time, signer->date_time))
    return gl_error_set(
        error, GL_CONFIG, "ClockError",
        "invalid time: %lld seconds since the epoch is outside of the years 1 to 9999",
        (long long)time);
  signer->time = time;
  return 0;
}

int gl_sigv4_add_headers(gl_request *request, gl_signer *signer, const gl_sigv4_options *options,
                         gl_error *error) {
  const char *host = gl_request_host(request), *token = signer->credentials.session_token;
  int kind = set_time(signer, options->time, error);
  if (kind)
    return kind;
  gl_headers_remove(&request->headers, "Authorization");
  gl_headers_remove(&request->headers, "X-Amz-Security-Token");
  kind = gl_request_set_header(request, "Host", host, strlen(host), error);
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
