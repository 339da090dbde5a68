/* Glacier's tree hash ("Computing Checksums", developer guide): the SHA-256 of each MiB, joined in
 * pairs level by level; an odd one goes up as it is. */
#ifndef GL_CORE_TREE_HASH_H
#define GL_CORE_TREE_HASH_H

#include "core/digest.h"

#include <stdint.h>

enum { GL_TREE_CHUNK = 1024 * 1024, GL_TREE_LEVELS = 48 };

/* The linear and the tree hash of a stream, in one pass.  The zero value is a hash of nothing; it
 * is legal to clear. */
typedef struct gl_tree_hash {
  int skip_linear; /* set before it is fed: the linear hash is not wanted, which is half the work */
  gl_digest linear;
  gl_digest chunk;
  size_t chunk_length; /* bytes in the unfinished chunk */
  uint64_t total;      /* bytes hashed */
  uint64_t leaves;     /* finished chunks; bit i says whether level i holds a node */
  unsigned char nodes[GL_TREE_LEVELS][GL_SHA256_SIZE];
} gl_tree_hash;

/* 0 or the kind in `error`, here and below.  After a failure only gl_tree_hash_clear is legal. */
int gl_tree_hash_update(gl_tree_hash *hash, const void *bytes, size_t length, gl_error *error);

/* The hashes of what was fed so far; feeding may go on afterwards.  Either result may be NULL, and
 * `linear` must be with `skip_linear`. */
int gl_tree_hash_value(const gl_tree_hash *hash, unsigned char tree[GL_SHA256_SIZE],
                       unsigned char linear[GL_SHA256_SIZE], gl_error *error);

/* Joins the tree hashes of consecutive parts, each of 2^n MiB but the last (n the same for all),
 * into `out`.  `count` is at least 1; the contents of `hashes` are overwritten. */
int gl_tree_hash_join(unsigned char (*hashes)[GL_SHA256_SIZE], size_t count,
                      unsigned char out[GL_SHA256_SIZE], gl_error *error);

void gl_tree_hash_clear(gl_tree_hash *hash);

#endif
