#include "core/sigv4.h"

#include "core/uri.h"
#include "core/word.h"

#include <string.h>

/* Room for the two line breaks and the hash at the end of a canonical request. */
enum { REST_LENGTH = 2 + GL_SHA256_HEX_SIZE };

/* The names of headers that are not signed.  Proxies or retries may change most of them, and
 * Authorization contains the signature. */
#define NAME(text)                                                                                 \
  { sizeof(text) - 1, text }
static const struct {
  unsigned char length;
  char text[23];
} never_signed[] = {
    NAME("amz-sdk-invocation-id"),
    NAME("amz-sdk-request"),
    NAME("authorization"),
    NAME("connection"),
    NAME("expect"),
    NAME("keep-alive"),
    NAME("proxy-authenticate"),
    NAME("proxy-authorization"),
    NAME("te"),
    NAME("trailer"),
    NAME("transfer-encoding"),
    NAME("upgrade"),
    NAME("user-agent"),
    NAME("x-amzn-trace-id"),
};

static int is_signed(const gl_header *header) {
  for (size_t i = 0; i < sizeof never_signed / sizeof *never_signed; i++)
    if (header->name_length == never_signed[i].length &&
        !memcmp(header->lower, never_signed[i].text, header->name_length))
      return 0;
  return 1;
}

/* Compares the first letters first, because names often differ there. */
static int compare_names(const gl_header *a, const gl_header *b) {
  return a->lower[0] != b->lower[0] ? a->lower[0] - b->lower[0] : strcmp(a->lower, b->lower);
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
    if (!is_signed(header))
      continue;
    size_t at = count++;
    for (; at > 0 && compare_names(list[at - 1], header) > 0; at--)
      list[at] = list[at - 1];
    list[at] = header;
  }
  sorted->length = count * sizeof *list;
  return 0;
}

static int has_space(const char *text, size_t length) {
  size_t i = 0;
  for (; length - i >= GL_WORD_SIZE; i += GL_WORD_SIZE)
    if (gl_word_has(gl_word_load(text + i), ' '))
      return 1;
  while (i < length && text[i] != ' ')
    i++;
  return i < length;
}

/* Writes the value without spaces at both ends, and with one space for each inner run of them.  A
 * value contains no other white space, and most values have none. */
static char *put_trimmed(char *to, const gl_header *header) {
  const char *value = header->value, *end = value + header->value_length;
  if (!has_space(value, header->value_length))
    return gl_put(to, value, header->value_length);
  int gap = 0, any = 0;
  for (; value < end; value++) {
    if (*value == ' ') {
      gap = any;
      continue;
    }
    if (gap)
      *to++ = ' ';
    *to++ = *value;
    gap = 0, any = 1;
  }
  return to;
}

/* Returns an upper limit for the bytes of the header lines and of the list of their names. */
static size_t measure(const gl_header *const *list, size_t count) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++)
    length += 2 * list[i]->name_length + list[i]->value_length + 3;
  return length;
}

static int is_same_name(const gl_header *a, const gl_header *b) {
  return a->name_length == b->name_length && !memcmp(a->lower, b->lower, a->name_length);
}

/* Writes a line "name:value,value" for each name, and sets the list of signed headers, for which
 * there must be room. */
static char *put_headers(char *to, const gl_header *const *list, size_t count, gl_buf *names) {
  char *name_to = names->data;
  for (size_t i = 0; i < count; i++) {
    const gl_header *header = list[i];
    if (i > 0 && is_same_name(list[i - 1], header)) {
      *to++ = ',';
    } else {
      if (i > 0)
        *to++ = '\n', *name_to++ = ';';
      name_to = gl_put(name_to, header->lower, header->name_length);
      to = gl_put(to, header->lower, header->name_length);
      *to++ = ':';
    }
    to = put_trimmed(to, header);
  }
  gl_buf_end(names, name_to);
  if (count > 0)
    *to++ = '\n';
  return to;
}

/* Appends the lines of the headers, an empty line, the list of signed headers and a line break. */
static int append_headers(const gl_headers *headers, gl_signer *signer) {
  gl_buf *text = &signer->canonical_request, *names = &signer->signed_headers;
  gl_buf_reset(names);
  if (sort_headers(headers, &signer->sorted))
    return GL_MEMORY;
  const gl_header *const *list = (void *)signer->sorted.data;
  size_t count = signer->sorted.length / sizeof *list, room = measure(list, count);
  if (gl_buf_reserve(text, room + REST_LENGTH) || gl_buf_reserve(names, room))
    return GL_MEMORY;
  char *to = put_headers(text->data + text->length, list, count, names);
  *to++ = '\n';
  to = gl_put(to, names->data, names->length);
  *to++ = '\n';
  gl_buf_end(text, to);
  return 0;
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
      gl_buf_append(text, request->method.data, request->method.length) ||
      gl_buf_append_char(text, '\n') ||
      gl_uri_canonical_path(text, request->path.data, request->path.length, !options->keep_path) ||
      gl_buf_append_char(text, '\n') ||
      gl_uri_canonical_query(text, request->query.data, request->query.length) ||
      gl_buf_append_char(text, '\n') || append_headers(&request->headers, signer);
  return failed ? gl_error_memory(error) : append_payload_hash(signer, request, error);
}
