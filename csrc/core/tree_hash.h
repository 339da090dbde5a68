/* Glacier's tree hash ("Computing Checksums", developer guide).  Each MiB is hashed with SHA-256.
 * The hashes are joined in pairs, level by level, until one is left.  The last hash of a level with
 * an odd number of hashes moves to the next level unchanged. */
#ifndef GL_CORE_TREE_HASH_H
#define GL_CORE_TREE_HASH_H

#include "core/digest.h"

#include <stdint.h>

enum { GL_TREE_CHUNK = 1024 * 1024, GL_TREE_LEVELS = 48 };

/* Computes the linear and the tree hash of a stream in one pass.  The linear hash is the plain
 * SHA-256 of the whole.  The zero value is a hash of no bytes, and is legal to clear. */
typedef struct gl_tree_hash {
  int skip_linear; /* set before the first update: no linear hash, which saves half of the work */
  gl_digest linear;
  gl_digest chunk;
  size_t chunk_length; /* bytes in the unfinished chunk */
  uint64_t total;      /* bytes hashed */
  uint64_t leaves;     /* finished chunks; bit i says whether level i holds a node */
  unsigned char nodes[GL_TREE_LEVELS][GL_SHA256_SIZE];
} gl_tree_hash;

/* Adds bytes.  This and the next two functions return 0 or the kind in `error`.  After a failure of
 * this one, only gl_tree_hash_clear is legal. */
int gl_tree_hash_update(gl_tree_hash *hash, const void *bytes, size_t length, gl_error *error);

/* Writes the hashes of the bytes so far; more bytes may be added afterwards.  `tree` and `linear`
 * may be NULL.  `linear` must be NULL with `skip_linear`. */
int gl_tree_hash_value(const gl_tree_hash *hash, unsigned char tree[GL_SHA256_SIZE],
                       unsigned char linear[GL_SHA256_SIZE], gl_error *error);

/* Joins the tree hashes of consecutive parts into `out`.  Every part has the same size of 2^n MiB,
 * except that the last may be smaller.  `count` is at least 1.  Overwrites `hashes`. */
int gl_tree_hash_join(unsigned char (*hashes)[GL_SHA256_SIZE], size_t count,
                      unsigned char out[GL_SHA256_SIZE], gl_error *error);

/* Frees the memory and makes `hash` the zero value. */
void gl_tree_hash_clear(gl_tree_hash *hash);

#endif
