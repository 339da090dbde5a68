#include "core/digest.h"

#include "core/mem.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

/* Whether `code` says what was refused.  EVP alone tells no more than that it could not begin or
 * copy, and it says so, and not always "malloc failure", when memory has run out. */
static int is_refusal(unsigned long code) {
#ifdef ERR_R_UNSUPPORTED /* OpenSSL 3 */
  if (ERR_GET_REASON(code) == ERR_R_UNSUPPORTED)
    return 1;
#endif
  return ERR_GET_LIB(code) != ERR_LIB_EVP;
}

/* Fills `error` from what OpenSSL's queue holds, and empties the queue. */
static int fail(gl_error *error) {
  unsigned long code, refusal = 0;
  int memory = 0;
  while ((code = ERR_get_error()) != 0) {
    if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
      memory = 1;
    else if (refusal == 0 && is_refusal(code))
      refusal = code;
  }
  if (memory || refusal == 0)
    return gl_error_memory(error);
  char reason[256];
  ERR_error_string_n(refusal, reason, sizeof reason);
  return gl_error_set(error, GL_CONFIG, "DigestError", "OpenSSL refused: %s", reason);
}

int gl_sha256(const void *bytes, size_t length, unsigned char out[GL_SHA256_SIZE],
              gl_error *error) {
  return EVP_Digest(bytes, length, out, NULL, EVP_sha256(), NULL) == 1 ? 0 : fail(error);
}

enum { BLOCK = 64 }; /* bytes that SHA-256 takes at a time */

/* The digest of `first` and `second`; `type` may be NULL for that of `context`'s last digest. */
static int digest_both(EVP_MD_CTX *context, const EVP_MD *type, const unsigned char first[BLOCK],
                       const void *second, size_t length, unsigned char out[GL_SHA256_SIZE]) {
  return EVP_DigestInit_ex(context, type, NULL) == 1 &&
         EVP_DigestUpdate(context, first, BLOCK) == 1 &&
         EVP_DigestUpdate(context, second, length) == 1 &&
         EVP_DigestFinal_ex(context, out, NULL) == 1;
}

static void flip(unsigned char block[BLOCK], unsigned char with) {
  for (size_t i = 0; i < BLOCK; i++)
    block[i] ^= with;
}

/* RFC 2104.  Not OpenSSL's own HMAC: version 3 looks up the algorithm anew for each one, which
 * costs several times what hashing so few bytes does. */
int gl_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
                   unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  unsigned char block[BLOCK] = {0}, inner[GL_SHA256_SIZE];
  if (key_length > BLOCK) {
    int kind = gl_sha256(key, key_length, block, error);
    if (kind)
      return kind;
  } else if (key_length > 0)
    memcpy(block, key, key_length);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  flip(block, 0x36);
  int done = context && digest_both(context, EVP_sha256(), block, bytes, length, inner);
  flip(block, 0x36 ^ 0x5c);
  done = done && digest_both(context, NULL, block, inner, sizeof inner, out);
  EVP_MD_CTX_free(context);
  gl_mem_wipe(block, sizeof block);
  return done ? 0 : fail(error);
}

int gl_random(unsigned char *out, size_t length, gl_error *error) {
  return RAND_bytes(out, (int)length) == 1 ? 0 : fail(error);
}

void gl_hex(const unsigned char digest[GL_SHA256_SIZE], char out[GL_SHA256_HEX_SIZE]) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < GL_SHA256_SIZE; i++) {
    out[2 * i] = digits[digest[i] >> 4];
    out[2 * i + 1] = digits[digest[i] & 15];
  }
  out[2 * GL_SHA256_SIZE] = '\0';
}

static int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F')
    return digit - 'A' + 10;
  return -1;
}

int gl_unhex(const char *hex, size_t length, unsigned char digest[GL_SHA256_SIZE]) {
  if (length != 2 * GL_SHA256_SIZE)
    return -1;
  for (size_t i = 0; i < GL_SHA256_SIZE; i++) {
    int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0)
      return -1;
    digest[i] = (unsigned char)(high << 4 | low);
  }
  return 0;
}

/* `out` may be `left` or `right`. */
static int join(const unsigned char *left, const unsigned char *right, unsigned char *out,
                gl_error *error) {
  unsigned char pair[2 * GL_SHA256_SIZE];
  memcpy(pair, left, GL_SHA256_SIZE);
  memcpy(pair + GL_SHA256_SIZE, right, GL_SHA256_SIZE);
  return gl_sha256(pair, sizeof pair, out, error);
}

/* Makes the two contexts of a tree that has none yet. */
static int start(gl_tree *tree, gl_error *error) {
  if (!tree->linear && !tree->alone)
    tree->linear = EVP_MD_CTX_new();
  if (!tree->chunk)
    tree->chunk = EVP_MD_CTX_new();
  int linear =
      tree->alone || (tree->linear && EVP_DigestInit_ex(tree->linear, EVP_sha256(), NULL) == 1);
  if (!linear || !tree->chunk || EVP_DigestInit_ex(tree->chunk, EVP_sha256(), NULL) != 1)
    return fail(error);
  return 0;
}

/* Carries the finished chunk into the nodes, as one is added to a binary number, and begins the
 * next. */
static int finish_chunk(gl_tree *tree, gl_error *error) {
  unsigned char node[GL_SHA256_SIZE];
  if (EVP_DigestFinal_ex(tree->chunk, node, NULL) != 1 ||
      EVP_DigestInit_ex(tree->chunk, NULL, NULL) != 1)
    return fail(error);
  size_t level = 0;
  for (; tree->leaves >> level & 1; level++) {
    int failed = join(tree->nodes[level], node, node, error);
    if (failed)
      return failed;
  }
  memcpy(tree->nodes[level], node, GL_SHA256_SIZE);
  tree->leaves++;
  tree->chunk_length = 0;
  return 0;
}

int gl_tree_update(gl_tree *tree, const void *bytes, size_t length, gl_error *error) {
  const unsigned char *at = bytes;
  int failed = tree->total == 0 ? start(tree, error) : 0;
  while (length > 0 && !failed) {
    size_t room = GL_TREE_CHUNK - tree->chunk_length;
    size_t taken = length < room ? length : room;
    if ((!tree->alone && EVP_DigestUpdate(tree->linear, at, taken) != 1) ||
        EVP_DigestUpdate(tree->chunk, at, taken) != 1)
      return fail(error);
    tree->total += taken;
    tree->chunk_length += taken;
    at += taken;
    length -= taken;
    if (tree->chunk_length == GL_TREE_CHUNK)
      failed = finish_chunk(tree, error);
  }
  return failed;
}

/* The digest of what `context` was fed so far, which may be fed on. */
static int peek(const EVP_MD_CTX *context, unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  EVP_MD_CTX *copy = EVP_MD_CTX_new();
  int done =
      copy && EVP_MD_CTX_copy_ex(copy, context) == 1 && EVP_DigestFinal_ex(copy, out, NULL) == 1;
  EVP_MD_CTX_free(copy);
  return done ? 0 : fail(error);
}

/* The root above the nodes and the unfinished chunk; of a tree that was fed something. */
static int root(const gl_tree *tree, unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  int have = tree->chunk_length > 0;
  int failed = have ? peek(tree->chunk, out, error) : 0;
  for (size_t level = 0; tree->leaves >> level && !failed; level++) {
    if (!(tree->leaves >> level & 1))
      continue;
    if (have)
      failed = join(tree->nodes[level], out, out, error);
    else
      memcpy(out, tree->nodes[level], GL_SHA256_SIZE);
    have = 1;
  }
  return failed;
}

int gl_tree_value(const gl_tree *tree, unsigned char tree_hash[GL_SHA256_SIZE],
                  unsigned char linear_hash[GL_SHA256_SIZE], gl_error *error) {
  int failed = 0, empty = tree->total == 0;
  if (tree_hash)
    failed = empty ? gl_sha256("", 0, tree_hash, error) : root(tree, tree_hash, error);
  if (linear_hash && !failed)
    failed = empty ? gl_sha256("", 0, linear_hash, error) : peek(tree->linear, linear_hash, error);
  return failed;
}

int gl_tree_join(unsigned char (*hashes)[GL_SHA256_SIZE], size_t count,
                 unsigned char out[GL_SHA256_SIZE], gl_error *error) {
  for (; count > 1; count = (count + 1) / 2) {
    for (size_t i = 0; i + 1 < count; i += 2) {
      int failed = join(hashes[i], hashes[i + 1], hashes[i / 2], error);
      if (failed)
        return failed;
    }
    if (count % 2)
      memmove(hashes[count / 2], hashes[count - 1], GL_SHA256_SIZE);
  }
  memcpy(out, hashes[0], GL_SHA256_SIZE);
  return 0;
}

void gl_tree_clear(gl_tree *tree) {
  EVP_MD_CTX_free(tree->linear);
  EVP_MD_CTX_free(tree->chunk);
  *tree = (gl_tree){0};
}
