#include "core/sigv4.h"

#include "core/mem.h"
#include "core/uri.h"

#include <stdio.h>
#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"

/* Of a canonical request: growing there in steps would cost more than the rest of it. */
enum { USUAL_LENGTH = 1000 };

/* ---- credentials ------------------------------------------------------------------------- */

static int check_key(const char *name, const char *value, gl_error *error) {
  if (!value || !*value)
    return gl_error_set(error, GL_CREDENTIALS, "PartialCredentialsError",
                        "Partial credentials found, missing: %s", name);
  if (!gl_header_value_valid(value, strlen(value)))
    return gl_error_set(error, GL_CREDENTIALS, "CredentialRetrievalError",
                        "The %s has a control character", name);
  return 0;
}

static void wipe_free_string(char *string) {
  if (string)
    gl_mem_wipe_free(string, strlen(string));
}

int gl_credentials_set(gl_credentials *credentials, const char *access_key_id,
                       const char *secret_access_key, const char *session_token, gl_error *error) {
  int has_token = session_token && *session_token;
  int kind = check_key("access_key_id", access_key_id, error);
  if (!kind)
    kind = check_key("secret_access_key", secret_access_key, error);
  if (!kind && has_token)
    kind = check_key("session_token", session_token, error);
  if (kind)
    return kind;
  gl_credentials made = {
      gl_mem_strndup(access_key_id, strlen(access_key_id)),
      gl_mem_strndup(secret_access_key, strlen(secret_access_key)),
      has_token ? gl_mem_strndup(session_token, strlen(session_token)) : NULL,
  };
  if (!made.access_key_id || !made.secret_access_key || (has_token && !made.session_token)) {
    gl_credentials_clear(&made);
    return gl_error_memory(error);
  }
  gl_credentials_clear(credentials);
  *credentials = made;
  return 0;
}

void gl_credentials_clear(gl_credentials *credentials) {
  wipe_free_string(credentials->access_key_id);
  wipe_free_string(credentials->secret_access_key);
  wipe_free_string(credentials->session_token);
  *credentials = (gl_credentials){NULL, NULL, NULL};
}

/* ---- the date ---------------------------------------------------------------------------- */

/* Days since the epoch to a civil date, in the proleptic Gregorian calendar: gmtime_r is not
 * everywhere, gmtime is not safe among threads.  Eras of 400 years begin in March, so a leap day is
 * the last of its year. */
static int format_date_time(int64_t time, char out[17]) {
  int64_t days = time / 86400, seconds = time % 86400;
  if (seconds < 0)
    seconds += 86400, days--;
  int64_t shifted = days + 719468;        /* since 0000-03-01 */
  if (shifted < 306 || shifted > 3652364) /* 0001-01-01 and 9999-12-31 */
    return -1;
  int era_day = (int)(shifted % 146097);
  int era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
  int year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
  int month_from_march = (5 * year_day + 2) / 153;
  int day = year_day - (153 * month_from_march + 2) / 5 + 1;
  int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  int year = (int)(shifted / 146097) * 400 + era_year + (month <= 2);
  char text[64];
  snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", year, month, day, (int)(seconds / 3600),
           (int)(seconds / 60 % 60), (int)(seconds % 60));
  memcpy(out, text, 17);
  return 0;
}

/* ---- stage one: the canonical request ---------------------------------------------------- */

/* What proxies or retries may change on the way, and what is not there yet. */
static int is_signed(const char *name) {
  static const char *const never[] = {
      "amz-sdk-invocation-id",
      "amz-sdk-request",
      "authorization",
      "connection",
      "expect",
      "keep-alive",
      "proxy-authenticate",
      "proxy-authorization",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade",
      "user-agent",
      "x-amzn-trace-id",
  };
  for (size_t i = 0; i < sizeof never / sizeof *never; i++)
    if (!gl_header_name_compare(name, never[i]))
      return 0;
  return 1;
}

/* The name that follows `previous` (NULL: the first) in the order of the canonical headers. */
static const char *next_name(const gl_headers *headers, const char *previous) {
  const char *next = NULL;
  for (size_t i = 0; i < headers->count; i++) {
    const char *name = headers->items[i].name;
    if (previous && gl_header_name_compare(name, previous) <= 0)
      continue;
    if (next && gl_header_name_compare(name, next) >= 0)
      continue;
    if (is_signed(name)) /* asked last, for it is the dearest question */
      next = name;
  }
  return next;
}

static int append_lower(gl_buf *out, const char *name) {
  for (; *name; name++) {
    char letter = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
    if (gl_buf_append_char(out, letter))
      return GL_MEMORY;
  }
  return 0;
}

/* Without white space at either end, inner runs of it as one space. */
static int append_trimmed(gl_buf *out, const char *value) {
  int gap = 0, any = 0;
  for (; *value; value++) {
    if (*value == ' ' || *value == '\t') {
      gap = any;
      continue;
    }
    if (gap && gl_buf_append_char(out, ' '))
      return GL_MEMORY;
    if (gl_buf_append_char(out, *value))
      return GL_MEMORY;
    gap = 0, any = 1;
  }
  return 0;
}

/* "name:value,value\n" of all fields of that name. */
static int append_canonical_header(gl_buf *out, const gl_headers *headers, const char *name) {
  if (append_lower(out, name))
    return GL_MEMORY;
  char separator = ':';
  for (size_t i = 0; i < headers->count; i++) {
    if (gl_header_name_compare(headers->items[i].name, name))
      continue;
    if (gl_buf_append_char(out, separator) || append_trimmed(out, headers->items[i].value))
      return GL_MEMORY;
    separator = ',';
  }
  return gl_buf_append_char(out, '\n');
}

static int append_headers(const gl_headers *headers, gl_signature *out) {
  for (const char *name = next_name(headers, NULL); name; name = next_name(headers, name)) {
    if (out->signed_headers.length && gl_buf_append_char(&out->signed_headers, ';'))
      return GL_MEMORY;
    if (append_lower(&out->signed_headers, name) ||
        append_canonical_header(&out->canonical_request, headers, name))
      return GL_MEMORY;
  }
  return 0;
}

static int append_payload_hash(gl_buf *out, const gl_request *request, gl_error *error) {
  const char *given = gl_headers_get(&request->headers, "x-amz-content-sha256");
  unsigned char digest[GL_SHA256_SIZE];
  char hex[GL_SHA256_HEX_SIZE];
  if (!given) {
    int kind = gl_sha256(request->body.data, request->body.length, digest, error);
    if (kind)
      return kind;
    gl_hex(digest, hex);
    given = hex;
  }
  return gl_buf_append_string(out, given) ? gl_error_memory(error) : 0;
}

int gl_sigv4_canonical_request(const gl_request *request, const gl_signer *signer,
                               gl_signature *out, gl_error *error) {
  gl_buf *text = &out->canonical_request;
  gl_buf_reset(text);
  gl_buf_reset(&out->signed_headers);
  int failed =
      gl_buf_reserve(text, USUAL_LENGTH) ||
      gl_buf_append(text, request->method.data, request->method.length) ||
      gl_buf_append_char(text, '\n') ||
      gl_uri_canonical_path(text, request->path.data, request->path.length, !signer->keep_path) ||
      gl_buf_append_char(text, '\n') ||
      gl_uri_canonical_query(text, request->query.data, request->query.length) ||
      gl_buf_append_char(text, '\n') || append_headers(&request->headers, out) ||
      gl_buf_append_char(text, '\n') ||
      gl_buf_append(text, out->signed_headers.data, out->signed_headers.length) ||
      gl_buf_append_char(text, '\n');
  return failed ? gl_error_memory(error) : append_payload_hash(text, request, error);
}

/* ---- stage two: the string to sign ------------------------------------------------------- */

int gl_sigv4_string_to_sign(const gl_signer *signer, gl_signature *out, gl_error *error) {
  unsigned char digest[GL_SHA256_SIZE];
  char hex[GL_SHA256_HEX_SIZE];
  int kind = gl_sha256(out->canonical_request.data, out->canonical_request.length, digest, error);
  if (kind)
    return kind;
  gl_hex(digest, hex);
  gl_buf_reset(&out->scope);
  gl_buf_reset(&out->string_to_sign);
  if (gl_buf_append_format(&out->scope, "%.8s/%s/%s/" TERMINATOR, out->date_time, signer->region,
                           signer->service) ||
      gl_buf_append_format(&out->string_to_sign, ALGORITHM "\n%s\n%s\n%s", out->date_time,
                           gl_buf_string(&out->scope), hex))
    return gl_error_memory(error);
  return 0;
}

/* ---- stage three: the signature ---------------------------------------------------------- */

/* key = HMAC(HMAC(HMAC(HMAC("AWS4" secret, date), region), service), "aws4_request") */
static int derive_key(const gl_signer *signer, const char *date_time,
                      unsigned char key[GL_SHA256_SIZE], gl_error *error) {
  gl_buf seed = {NULL, 0, 0};
  if (gl_buf_append_string(&seed, "AWS4") ||
      gl_buf_append_string(&seed, signer->credentials->secret_access_key)) {
    gl_buf_clear(&seed);
    return gl_error_memory(error);
  }
  int kind = gl_hmac_sha256(seed.data, seed.length, date_time, 8, key, error);
  gl_buf_clear(&seed);
  const char *const steps[] = {signer->region, signer->service, TERMINATOR};
  for (size_t i = 0; !kind && i < sizeof steps / sizeof *steps; i++)
    kind = gl_hmac_sha256(key, GL_SHA256_SIZE, steps[i], strlen(steps[i]), key, error);
  return kind;
}

static int set_authorization(gl_request *request, const gl_signer *signer,
                             const gl_signature *signature, gl_error *error) {
  gl_buf text = {NULL, 0, 0};
  int kind =
      gl_buf_append_format(&text, ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                           signer->credentials->access_key_id, gl_buf_string(&signature->scope),
                           gl_buf_string(&signature->signed_headers), signature->hex);
  kind = kind ? gl_error_memory(error)
              : gl_request_set_header(request, "Authorization", text.data, text.length, error);
  gl_buf_clear(&text);
  return kind;
}

int gl_sigv4_authorize(gl_request *request, const gl_signer *signer, gl_signature *out,
                       gl_error *error) {
  unsigned char key[GL_SHA256_SIZE], digest[GL_SHA256_SIZE];
  int kind = derive_key(signer, out->date_time, key, error);
  if (!kind)
    kind = gl_hmac_sha256(key, sizeof key, out->string_to_sign.data, out->string_to_sign.length,
                          digest, error);
  gl_mem_wipe(key, sizeof key);
  if (kind)
    return kind;
  gl_hex(digest, out->hex);
  return set_authorization(request, signer, out, error);
}

/* ---- all of it --------------------------------------------------------------------------- */

int gl_sigv4_prepare(gl_request *request, const gl_signer *signer, gl_signature *out,
                     gl_error *error) {
  const char *host = gl_request_host(request), *token = signer->credentials->session_token;
  if (format_date_time(signer->time, out->date_time))
    return gl_error_set(error, GL_CONFIG, "ClockError", "The time %lld is no date of four digits",
                        (long long)signer->time);
  gl_headers_remove(&request->headers, "Authorization");
  gl_headers_remove(&request->headers, "X-Amz-Security-Token");
  int kind = gl_request_set_header(request, "Host", host, strlen(host), error);
  if (!kind)
    kind = gl_request_set_header(request, "X-Amz-Date", out->date_time, 16, error);
  if (!kind && token)
    kind = gl_request_set_header(request, "X-Amz-Security-Token", token, strlen(token), error);
  return kind;
}

int gl_sigv4_sign(gl_request *request, const gl_signer *signer, gl_signature *out,
                  gl_error *error) {
  int kind = gl_sigv4_prepare(request, signer, out, error);
  if (!kind)
    kind = gl_sigv4_canonical_request(request, signer, out, error);
  if (!kind)
    kind = gl_sigv4_string_to_sign(signer, out, error);
  if (!kind)
    kind = gl_sigv4_authorize(request, signer, out, error);
  return kind;
}

void gl_signature_clear(gl_signature *signature) {
  gl_buf_clear(&signature->scope);
  gl_buf_clear(&signature->signed_headers);
  gl_buf_clear(&signature->canonical_request);
  gl_buf_clear(&signature->string_to_sign);
}
