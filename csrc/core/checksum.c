#include "core/checksum.h"

#include <string.h>

static int set_once(gl_request *request, const char *name, const char *hex, gl_error *error) {
  if (gl_headers_get(&request->headers, name))
    return 0;
  return gl_request_set_header(request, name, hex, strlen(hex), error);
}

static int set_checksums(gl_request *request, const char *tree, const char *linear,
                         gl_error *error) {
  int kind = set_once(request, "x-amz-content-sha256", linear, error);
  return kind ? kind : set_once(request, "x-amz-sha256-tree-hash", tree, error);
}

static int set_digests(gl_request *request, const gl_tree_hash *hash, gl_error *error) {
  unsigned char tree[GL_SHA256_SIZE], linear[GL_SHA256_SIZE];
  char tree_hex[GL_SHA256_HEX_SIZE], linear_hex[GL_SHA256_HEX_SIZE];
  int kind = gl_tree_hash_value(hash, tree, linear, error);
  if (kind)
    return kind;
  gl_hex(tree, tree_hex);
  gl_hex(linear, linear_hex);
  return set_checksums(request, tree_hex, linear_hex, error);
}

int gl_checksum_body(gl_request *request, gl_error *error) {
  gl_tree_hash hash = {0};
  int kind = gl_tree_hash_update(&hash, request->body.data, request->body.length, error);
  if (!kind)
    kind = set_digests(request, &hash, error);
  gl_tree_hash_clear(&hash);
  return kind;
}

int gl_checksum_stream(gl_request *request, uint64_t length, const char *tree, const char *linear,
                       gl_error *error) {
  request->streamed = 1;
  request->body_length = length;
  return set_checksums(request, tree, linear, error);
}
