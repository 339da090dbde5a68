/* SHA-256, HMAC-SHA-256, Glacier's tree hash, and random bytes.  The only room that includes
 * OpenSSL. */
#ifndef GL_CORE_DIGEST_H
#define GL_CORE_DIGEST_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

enum { GL_SHA256_SIZE = 32, GL_SHA256_HEX_SIZE = 65 /* with the NUL */ };

/* Each returns 0 or the kind in `error`.  What OpenSSL refuses for another reason than memory is
 * GL_CONFIG, code "DigestError": a provider that forbids SHA-256.  A failure leaves OpenSSL's error
 * queue of the thread empty.  `bytes` and `key` may be NULL with length 0.
 */
int gl_sha256(const void *bytes, size_t length, unsigned char out[GL_SHA256_SIZE], gl_error *error);
int gl_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
                   unsigned char out[GL_SHA256_SIZE], gl_error *error);

/* Fills `out` with random bytes of OpenSSL's generator, which is safe after a fork.  0 or the kind
 * in `error`. */
int gl_random(unsigned char *out, size_t length, gl_error *error);

/* Lower-case hexadecimal, NUL-terminated. */
void gl_hex(const unsigned char digest[GL_SHA256_SIZE], char out[GL_SHA256_HEX_SIZE]);

/* Hexadecimal, of either case, back to bytes; 0, or -1 unless `hex` is exactly 64 digits. */
int gl_unhex(const char *hex, size_t length, unsigned char digest[GL_SHA256_SIZE]);

enum { GL_TREE_CHUNK = 1024 * 1024, GL_TREE_LEVELS = 48 };

/* The linear and the tree hash of a stream, in one pass.  The tree hash is that of the Glacier
 * developer guide, "Computing Checksums": SHA-256 of each MiB, joined in pairs level by level, an
 * odd one carried up.  The zero value is a hash of nothing; it is legal to clear. */
typedef struct gl_tree {
  int alone;    /* set before it is fed: the linear hash is not wanted, which is half the work */
  void *linear; /* EVP_MD_CTX *, owned */
  void *chunk;  /* EVP_MD_CTX *, owned */
  size_t chunk_length; /* bytes in the unfinished chunk */
  uint64_t total;      /* bytes hashed */
  uint64_t leaves;     /* finished chunks; bit i says whether level i holds a node */
  unsigned char nodes[GL_TREE_LEVELS][GL_SHA256_SIZE];
} gl_tree;

/* After a failure the tree is good for nothing but gl_tree_clear. */
int gl_tree_update(gl_tree *tree, const void *bytes, size_t length, gl_error *error);

/* The hashes of what was fed so far; feeding may go on afterwards.  Either `out` may be NULL, and
 * `linear_hash` must be if the tree hash is `alone`. */
int gl_tree_value(const gl_tree *tree, unsigned char tree_hash[GL_SHA256_SIZE],
                  unsigned char linear_hash[GL_SHA256_SIZE], gl_error *error);

/* Joins the tree hashes of consecutive parts, each of 2^n MiB but the last (n the same for all),
 * into `out`.  `count` is at least 1; `hashes` are joined in place and left in no useful state. */
int gl_tree_join(unsigned char (*hashes)[GL_SHA256_SIZE], size_t count,
                 unsigned char out[GL_SHA256_SIZE], gl_error *error);

void gl_tree_clear(gl_tree *tree);

#endif
