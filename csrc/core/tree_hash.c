#include "core/tree_hash.h"

#include <string.h>

/* `out` may be `left` or `right`. */
static int join(const unsigned char *left, const unsigned char *right, unsigned char *out,
                gl_error *error) {
  unsigned char pair[2 * GL_SHA256_SIZE];
  memcpy(pair, left, GL_SHA256_SIZE);
  memcpy(pair + GL_SHA256_SIZE, right, GL_SHA256_SIZE);
  return gl_sha256(pair, sizeof pair, out, error);
}

static int start(gl_tree_hash *hash, gl_error *error) {
  int kind = hash->skip_linear ? 0 : gl_digest_start(&hash->linear, error);
  return kind ? kind : gl_digest_start(&hash->chunk, error);
}

/* Adds the finished chunk to the nodes, and begins the next chunk.  Two nodes of one level become a
 * node of the next level, like a carry in binary addition. */
static int finish_chunk(gl_tree_hash *hash, gl_error *error) {
  unsigned char node[GL_SHA256_SIZE];
  int kind = gl_digest_finish(&hash->chunk, node, error);
  if (!kind)
    kind = gl_digest_start(&hash->chunk, error);
  size_t level = 0;
  for (; !kind && hash->leaves >> level & 1; level++)
    kind = join(hash->nodes[level], node, node, error);
  if (kind)
    return kind;
  memcpy(hash->nodes[level], node, GL_SHA256_SIZE);
  hash->leaves++;
  hash->chunk_length = 0;
  return 0;
}

/* Adds bytes that do not go beyond the end of the chunk. */
static int feed(gl_tree_hash *hash, const unsigned char *bytes, size_t length, gl_error *error) {
  int kind = hash->skip_linear ? 0 : gl_digest_update(&hash->linear, bytes, length, error);
  if (!kind)
    kind = gl_digest_update(&hash->chunk, bytes, length, error);
  if (kind)
    return kind;
  hash->total += length;
  hash->chunk_length += length;
  return hash->chunk_length == GL_TREE_CHUNK ? finish_chunk(hash, error) : 0;
}

/* In bytes.  Both hashes read one block of this size before the next, because it fits into the
 * cache. */
enum { STEP = 64 * 1024 };

int gl_tree_hash_update(gl_tree_hash *hash, const void *bytes, size_t length, gl_error *error) {
  const unsigned char *at = bytes;
  int kind = hash->total == 0 ? start(hash, error) : 0;
  while (length > 0 && !kind) {
    size_t room = GL_TREE_CHUNK - hash->chunk_length;
    size_t size = room < STEP ? room : STEP;
    if (size > length)
      size = length;
    kind = feed(hash, at, size, error);
    at += size;
    length -= size;
  }
  return kind;
}

/* Joins the nodes and the unfinished chunk of a stream that is not empty. */
static int root(const gl_tree_hash *hash, unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  int have = hash->chunk_length > 0;
  int kind = have ? gl_digest_peek(&hash->chunk, out, error) : 0;
  for (size_t level = 0; hash->leaves >> level && !kind; level++) {
    if (!(hash->leaves >> level & 1))
      continue;
    if (have)
      kind = join(hash->nodes[level], out, out, error);
    else
      memcpy(out, hash->nodes[level], GL_SHA256_SIZE);
    have = 1;
  }
  return kind;
}

int gl_tree_hash_value(const gl_tree_hash *hash, unsigned char tree[GL_SHA256_SIZE],
                       unsigned char linear[GL_SHA256_SIZE], gl_error *error) {
  int kind = 0, empty = hash->total == 0;
  if (tree)
    kind = empty ? gl_sha256("", 0, tree, error) : root(hash, tree, error);
  if (linear && !kind)
    kind = empty ? gl_sha256("", 0, linear, error) : gl_digest_peek(&hash->linear, linear, error);
  return kind;
}

int gl_tree_hash_join(unsigned char (*hashes)[GL_SHA256_SIZE], size_t count,
                      unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  for (; count > 1; count = (count + 1) / 2) {
    for (size_t i = 0; i + 1 < count; i += 2) {
      int kind = join(hashes[i], hashes[i + 1], hashes[i / 2], error);
      if (kind)
        return kind;
    }
    if (count % 2)
      memmove(hashes[count / 2], hashes[count - 1], GL_SHA256_SIZE);
  }
  memcpy(out, hashes[0], GL_SHA256_SIZE);
  return 0;
}

void gl_tree_hash_clear(gl_tree_hash *hash) {
  gl_digest_clear(&hash->linear);
  gl_digest_clear(&hash->chunk);
  *hash = (gl_tree_hash){0};
}
