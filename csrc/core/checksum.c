#include "core/checksum.h"

static int set_once(gl_request *request, const char *name,
                    const unsigned char digest[GL_SHA256_SIZE], gl_error *error) {
  char hex[GL_SHA256_HEX_SIZE];
  if (gl_headers_get(&request->headers, name))
    return 0;
  gl_hex(digest, hex);
  return gl_request_set_header(request, name, hex, sizeof hex - 1, error);
}

static int set_checksums(gl_request *request, const gl_tree_hash *hash, gl_error *error) {
  unsigned char tree[GL_SHA256_SIZE], linear[GL_SHA256_SIZE];
  int kind = gl_tree_hash_value(hash, tree, linear, error);
  if (!kind)
    kind = set_once(request, "x-amz-content-sha256", linear, error);
  return kind ? kind : set_once(request, "x-amz-sha256-tree-hash", tree, error);
}

int gl_checksum_body(gl_request *request, gl_error *error) {
  gl_tree_hash hash = {0};
  int kind = gl_tree_hash_update(&hash, request->body.data, request->body.length, error);
  if (!kind)
    kind = set_checksums(request, &hash, error);
  gl_tree_hash_clear(&hash);
  return kind;
}

int gl_checksum_stream(gl_request *request, const gl_tree_hash *hash, gl_error *error) {
  request->streamed = 1;
  request->body_length = hash->total;
  return set_checksums(request, hash, error);
}
