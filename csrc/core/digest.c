#include "core/digest.h"

#include "core/hex.h"
#include "core/mem.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <string.h>

#if defined(__linux__) && defined(__has_include)
#if __has_include(<sys/random.h>)
#include <sys/random.h>
#define HAS_GETRANDOM 1
#endif
#endif

/* ---- errors ------------------------------------------------------------------------------ */

/* Returns whether the error `code` has a cause other than a lack of memory.  The EVP layer reports
 * only that an operation could not start.  That may be a failed allocation, and the queue does not
 * always contain "malloc failure" for it. */
static int has_other_cause(unsigned long code) {
#ifdef ERR_R_UNSUPPORTED /* OpenSSL 3 */
  if (ERR_GET_REASON(code) == ERR_R_UNSUPPORTED)
    return 1;
#endif
  return ERR_GET_LIB(code) != ERR_LIB_EVP;
}

/* Fills `error` from OpenSSL's queue, and empties the queue. */
static int set_error(gl_error *error) {
  unsigned long code, other = 0;
  int memory = 0;
  while ((code = ERR_get_error()) != 0) {
    if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
      memory = 1;
    else if (other == 0 && has_other_cause(code))
      other = code;
  }
  if (memory || other == 0)
    return gl_error_memory(error);
  char reason[256];
  ERR_error_string_n(other, reason, sizeof reason);
  return gl_error_set(error, GL_CONFIG, "DigestError", "OpenSSL rejected the operation: %s",
                      reason);
}

/* ---- SHA-256 ----------------------------------------------------------------------------- */

#if OPENSSL_VERSION_NUMBER >= 0x30000000L

/* Returns the SHA-256 of the process's providers, or NULL.  It is fetched once: with EVP_sha256(),
 * OpenSSL 3 searches its providers at each use, which takes three times as long as hashing a few
 * hundred bytes.  A failure is not stored.  The low-level SHA256_* functions would save another
 * 70 ns per hash, but they are deprecated and bypass a FIPS provider. */
static const EVP_MD *algorithm(void) {
  static EVP_MD *_Atomic kept;
  EVP_MD *have = atomic_load_explicit(&kept, memory_order_acquire);
  if (have)
    return have;
  EVP_MD *fetched = EVP_MD_fetch(NULL, "SHA2-256", NULL);
  if (fetched && !atomic_compare_exchange_strong(&kept, &have, fetched)) {
    EVP_MD_free(fetched); /* another thread has already stored one */
    return have;
  }
  return fetched;
}

#else

static const EVP_MD *algorithm(void) {
  return EVP_sha256();
}

#endif

int gl_digest_start(gl_digest *digest, gl_error *error) {
  const EVP_MD *type = algorithm();
  if (type && !digest->context)
    digest->context = EVP_MD_CTX_new();
  if (!type || !digest->context || EVP_DigestInit_ex(digest->context, type, NULL) != 1)
    return set_error(error);
  return 0;
}

int gl_digest_update(gl_digest *digest, const void *bytes, size_t length, gl_error *error) {
  return EVP_DigestUpdate(digest->context, bytes, length) == 1 ? 0 : set_error(error);
}

int gl_digest_finish(gl_digest *digest, unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  return EVP_DigestFinal_ex(digest->context, out, NULL) == 1 ? 0 : set_error(error);
}

int gl_digest_peek(const gl_digest *digest, unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  EVP_MD_CTX *copy = EVP_MD_CTX_new();
  int done = copy && EVP_MD_CTX_copy_ex(copy, digest->context) == 1 &&
             EVP_DigestFinal_ex(copy, out, NULL) == 1;
  EVP_MD_CTX_free(copy);
  return done ? 0 : set_error(error);
}

void gl_digest_clear(gl_digest *digest) {
  EVP_MD_CTX_free(digest->context); /* OpenSSL wipes what it holds */
  digest->context = NULL;
}

int gl_digest_sha256(gl_digest *digest, const void *bytes, size_t length,
                     unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  int kind = gl_digest_start(digest, error);
  if (!kind)
    kind = gl_digest_update(digest, bytes, length, error);
  return kind ? kind : gl_digest_finish(digest, out, error);
}

int gl_sha256(const void *bytes, size_t length, unsigned char out[GL_SHA256_SIZE],
              gl_error *error) {
  gl_digest digest = {NULL};
  int kind = gl_digest_sha256(&digest, bytes, length, out, error);
  gl_digest_clear(&digest);
  return kind;
}

/* ---- HMAC -------------------------------------------------------------------------------- */

enum { BLOCK = 64 }; /* the block size of SHA-256, in bytes */

static int hash_both(gl_digest *digest, const unsigned char first[BLOCK], const void *second,
                     size_t length, unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  int kind = gl_digest_start(digest, error);
  if (!kind)
    kind = gl_digest_update(digest, first, BLOCK, error);
  if (!kind)
    kind = gl_digest_update(digest, second, length, error);
  return kind ? kind : gl_digest_finish(digest, out, error);
}

static void flip(unsigned char block[BLOCK], unsigned char with) {
  for (size_t i = 0; i < BLOCK; i++)
    block[i] ^= with;
}

/* Does not use OpenSSL's own HMAC: version 3 searches for the algorithm at each use.  It would not
 * help to keep contexts that have already hashed the padded key, because copying a context takes as
 * long as hashing a block. */
int gl_digest_hmac(gl_digest *digest, const void *key, size_t key_length, const void *bytes,
                   size_t length, unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  unsigned char block[BLOCK] = {0}, inner[GL_SHA256_SIZE];
  int kind = 0;
  if (key_length > BLOCK)
    kind = gl_digest_sha256(digest, key, key_length, block, error);
  else if (key_length > 0)
    memcpy(block, key, key_length);
  flip(block, 0x36);
  if (!kind)
    kind = hash_both(digest, block, bytes, length, inner, error);
  flip(block, 0x36 ^ 0x5c);
  if (!kind)
    kind = hash_both(digest, block, inner, sizeof inner, out, error);
  gl_mem_wipe(block, sizeof block);
  gl_mem_wipe(inner, sizeof inner);
  return kind;
}

/* ---- SHA-1 and random bytes -------------------------------------------------------------- */

enum { SHA1_SIZE = (GL_SHA1_HEX_SIZE - 1) / 2 };

int gl_sha1_hex(const void *bytes, size_t length, char out[GL_SHA1_HEX_SIZE], gl_error *error) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  if (EVP_Digest(bytes, length, digest, NULL, EVP_sha1(), NULL) != 1)
    return set_error(error);
  gl_hex_put(digest, SHA1_SIZE, out);
  out[2 * SHA1_SIZE] = '\0';
  return 0;
}

#ifdef HAS_GETRANDOM

static int ask_kernel(unsigned char *out, size_t length) {
  return getrandom(out, length, 0) == (ssize_t)length;
}

#else

static int ask_kernel(unsigned char *out, size_t length) {
  (void)out;
  (void)length;
  return 0;
}

#endif

/* Asks the kernel first, because the first use of OpenSSL's generator is slow. */
int gl_random(unsigned char *out, size_t length, gl_error *error) {
  if (ask_kernel(out, length))
    return 0;
  return RAND_bytes(out, (int)length) == 1 ? 0 : set_error(error);
}

/* ---- hexadecimal ------------------------------------------------------------------------- */

void gl_hex(const unsigned char digest[GL_SHA256_SIZE], char out[GL_SHA256_HEX_SIZE]) {
  gl_hex_put(digest, GL_SHA256_SIZE, out);
  out[2 * GL_SHA256_SIZE] = '\0';
}

int gl_unhex(const char *hex, size_t length, unsigned char digest[GL_SHA256_SIZE]) {
  if (length != 2 * GL_SHA256_SIZE)
    return -1;
  for (size_t i = 0; i < GL_SHA256_SIZE; i++) {
    int high = gl_hex_value(hex[2 * i]), low = gl_hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0)
      return -1;
    digest[i] = (unsigned char)(high << 4 | low);
  }
  return 0;
}
