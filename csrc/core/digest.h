/* SHA-256, HMAC-SHA-256, SHA-1 and random bytes.
 *
 * Functions that can fail return 0 or the kind in `error`.  A failure of OpenSSL for another reason
 * than memory is GL_CONFIG, code "DigestError": for example, when a provider forbids SHA-256.  A
 * failure leaves the thread's OpenSSL error queue empty.  Input may be NULL with length 0. */
#ifndef GL_CORE_DIGEST_H
#define GL_CORE_DIGEST_H

#include "core/error.h"

#include <stddef.h>

enum {
  GL_SHA256_SIZE = 32,
  GL_SHA256_HEX_SIZE = 65, /* includes the NUL */
  GL_SHA1_HEX_SIZE = 41    /* includes the NUL */
};

/* A SHA-256 of bytes that arrive in chunks.  The OpenSSL context is allocated at the first use and
 * then reused, so hashing with an old gl_digest is cheaper than with a new one.  Only one thread at
 * a time may use it.  The zero value is legal to clear. */
typedef struct gl_digest {
  void *context; /* EVP_MD_CTX *, owned */
} gl_digest;

/* Begins a new hash; an unfinished one is dropped.  After a failure, begin again or clear. */
int gl_digest_start(gl_digest *digest, gl_error *error);
int gl_digest_update(gl_digest *digest, const void *bytes, size_t length, gl_error *error);

/* Writes the hash of the bytes since gl_digest_start, which must be called before the next use. */
int gl_digest_finish(gl_digest *digest, unsigned char out[GL_SHA256_SIZE], gl_error *error);

/* Writes the hash of the bytes so far.  More bytes may be added afterwards. */
int gl_digest_peek(const gl_digest *digest, unsigned char out[GL_SHA256_SIZE], gl_error *error);

void gl_digest_clear(gl_digest *digest);

/* Writes the hash of `bytes`.  `digest` is only working memory. */
int gl_digest_sha256(gl_digest *digest, const void *bytes, size_t length,
                     unsigned char out[GL_SHA256_SIZE], gl_error *error);

/* Writes the HMAC-SHA-256 of `bytes` (RFC 2104).  `digest` is only working memory.  `out` may be
 * `key`. */
int gl_digest_hmac(gl_digest *digest, const void *key, size_t key_length, const void *bytes,
                   size_t length, unsigned char out[GL_SHA256_SIZE], gl_error *error);

/* Writes the SHA-256 of `bytes`, for callers that have no gl_digest. */
int gl_sha256(const void *bytes, size_t length, unsigned char out[GL_SHA256_SIZE], gl_error *error);

/* Writes the SHA-1 of `bytes` in hexadecimal.  SHA-1 is not secure: use it only for the names of
 * cache files. */
int gl_sha1_hex(const void *bytes, size_t length, char out[GL_SHA1_HEX_SIZE], gl_error *error);

/* Fills `out` with random bytes from the kernel, or else from OpenSSL's generator.  Both are safe
 * after a fork.  `length` is at most INT_MAX. */
int gl_random(unsigned char *out, size_t length, gl_error *error);

/* Writes `digest` in lower-case hexadecimal, NUL-terminated. */
void gl_hex(const unsigned char digest[GL_SHA256_SIZE], char out[GL_SHA256_HEX_SIZE]);

/* Converts hexadecimal of either case to bytes.  Returns 0, or -1 if `hex` does not consist of
 * exactly 64 digits. */
int gl_unhex(const char *hex, size_t length, unsigned char digest[GL_SHA256_SIZE]);

#endif
