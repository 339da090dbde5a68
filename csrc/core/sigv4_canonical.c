#include "core/sigv4.h"

#include "core/uri.h"

#include <string.h>

/* Bytes that are reserved for a canonical request, so that its buffer grows only once. */
enum { USUAL_LENGTH = 1000 };

/* Returns whether the header of that name, in lower case, is signed.  Headers that proxies or
 * retries may change are not signed.  The Authorization header is not signed either, because it
 * contains the signature. */
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
    if (name[0] == never[i][0] && !strcmp(name, never[i]))
      return 0;
  return 1;
}

/* Fills `sorted` with pointers to the signed headers, ordered by name.  Headers of the same name
 * keep their order. */
static int sort_headers(const gl_headers *headers, gl_buf *sorted) {
  gl_buf_reset(sorted);
  if (gl_buf_reserve(sorted, headers->count * sizeof(const gl_header *)))
    return GL_MEMORY;
  const gl_header **list = (void *)sorted->data;
  size_t count = 0;
  for (size_t i = 0; i < headers->count; i++) {
    const gl_header *header = &headers->items[i];
    if (!is_signed(header->lower))
      continue;
    size_t at = count++;
    for (; at > 0 && strcmp(list[at - 1]->lower, header->lower) > 0; at--)
      list[at] = list[at - 1];
    list[at] = header;
  }
  sorted->length = count * sizeof *list;
  return 0;
}

static int is_blank(char byte) {
  return byte == ' ' || byte == '\t';
}

/* Returns whether trimming would leave the value unchanged, which is true for most values. */
static int is_trimmed(const char *value, size_t length) {
  return length > 0 && !is_blank(value[0]) && !is_blank(value[length - 1]) &&
         !memchr(value, '\t', length) && !strstr(value, "  ");
}

/* Appends the value without white space at both ends, and with one space for each inner run of it.
 */
static int append_trimmed(gl_buf *out, const gl_header *header) {
  const char *value = header->value;
  if (is_trimmed(value, header->value_length))
    return gl_buf_append(out, value, header->value_length);
  if (gl_buf_reserve(out, header->value_length))
    return GL_MEMORY;
  char *to = out->data + out->length;
  int gap = 0, any = 0;
  for (; *value; value++) {
    if (is_blank(*value)) {
      gap = any;
      continue;
    }
    if (gap)
      *to++ = ' ';
    *to++ = *value;
    gap = 0, any = 1;
  }
  *to = '\0';
  out->length = (size_t)(to - out->data);
  return 0;
}

/* Begins the line of a header, and adds its name to the list of signed headers. */
static int append_name(gl_buf *text, gl_buf *names, const gl_header *header, int not_first) {
  if (not_first && (gl_buf_append_char(text, '\n') || gl_buf_append_char(names, ';')))
    return GL_MEMORY;
  return gl_buf_append(names, header->lower, header->name_length) ||
         gl_buf_append(text, header->lower, header->name_length) || gl_buf_append_char(text, ':');
}

/* Appends a line "name:value,value" for each name, and sets the list of signed headers. */
static int append_headers(const gl_headers *headers, gl_signer *signer) {
  gl_buf *text = &signer->canonical_request, *names = &signer->signed_headers;
  if (sort_headers(headers, &signer->sorted))
    return GL_MEMORY;
  const gl_header *const *list = (void *)signer->sorted.data;
  size_t count = signer->sorted.length / sizeof *list;
  gl_buf_reset(names);
  for (size_t i = 0; i < count; i++) {
    int again = i > 0 && !strcmp(list[i - 1]->lower, list[i]->lower);
    int failed = again ? gl_buf_append_char(text, ',') : append_name(text, names, list[i], i > 0);
    if (failed || append_trimmed(text, list[i]))
      return GL_MEMORY;
  }
  return count > 0 ? gl_buf_append_char(text, '\n') : 0;
}

static int append_payload_hash(gl_signer *signer, const gl_request *request, gl_error *error) {
  const char *given = gl_headers_get(&request->headers, "x-amz-content-sha256");
  unsigned char digest[GL_SHA256_SIZE];
  char hex[GL_SHA256_HEX_SIZE];
  if (!given) {
    int kind =
        gl_digest_sha256(&signer->digest, request->body.data, request->body.length, digest, error);
    if (kind)
      return kind;
    gl_hex(digest, hex);
    given = hex;
  }
  return gl_buf_append_string(&signer->canonical_request, given) ? gl_error_memory(error) : 0;
}

int gl_sigv4_canonical_request(const gl_request *request, gl_signer *signer,
                               const gl_sigv4_options *options, gl_error *error) {
  gl_buf *text = &signer->canonical_request;
  gl_buf_reset(text);
  int failed =
      gl_buf_reserve(text, USUAL_LENGTH) ||
      gl_buf_append(text, request->method.data, request->method.length) ||
      gl_buf_append_char(text, '\n') ||
      gl_uri_canonical_path(text, request->path.data, request->path.length, !options->keep_path) ||
      gl_buf_append_char(text, '\n') ||
      gl_uri_canonical_query(text, request->query.data, request->query.length) ||
      gl_buf_append_char(text, '\n') || append_headers(&request->headers, signer) ||
      gl_buf_append_char(text, '\n') ||
      gl_buf_append(text, signer->signed_headers.data, signer->signed_headers.length) ||
      gl_buf_append_char(text, '\n');
  return failed ? gl_error_memory(error) : append_payload_hash(signer, request, error);
}
