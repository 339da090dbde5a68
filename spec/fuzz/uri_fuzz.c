/* URIs: percent-encoded texts, and canonical paths and queries, contain no forbidden characters. */
#include "fuzz.h"

#include "core/uri.h"

/* Returns whether the text has only unreserved characters, "%", and those in `others`. */
static int is_encoded(const gl_buf *buf, const char *others) {
  for (size_t i = 0; i < buf->length; i++) {
    char byte = buf->data[i];
    int plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                (byte >= '0' && byte <= '9') || strchr("-._~%", byte);
    if (!byte || (!plain && !strchr(others, byte)))
      return 0;
  }
  return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  gl_buf encoded = {0}, path = {0}, query = {0}, again = {0};
  CHECK(gl_uri_encode(&encoded, data, size, NULL) == 0);
  CHECK(is_encoded(&encoded, "") && encoded.length >= size);
  for (int normalize = 0; normalize < 2; normalize++) {
    gl_buf_reset(&path);
    CHECK(gl_uri_canonical_path(&path, (const char *)data, size, normalize) == 0);
    CHECK(path.length > 0 && is_encoded(&path, "/"));
    CHECK(!normalize || path.data[0] == '/');
  }
  CHECK(gl_uri_canonical_query(&query, (const char *)data, size) == 0);
  CHECK(is_encoded(&query, "&="));
  /* A canonical query is its own canonical form. */
  CHECK(gl_uri_canonical_query(&again, query.data, query.length) == 0);
  CHECK(query.length == again.length &&
        (!query.length || !memcmp(query.data, again.data, query.length)));
  gl_buf_clear(&encoded);
  gl_buf_clear(&path);
  gl_buf_clear(&query);
  gl_buf_clear(&again);
  return 0;
}
