/* sign SIGNATURES: signs a set_vault_notifications request, then only computes the SHA-256
 * compressions that its signature needs, with OpenSSL's low-level functions: of the body, the
 * canonical request and the HMAC of the string to sign.  The signing key and the first block of
 * both hashes of the HMAC are computed once.  Prints the microseconds of CPU of one signature and
 * of one set of compressions. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/sigv4.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 64 };

static const char url[] =
    "https://glacier.us-west-2.amazonaws.com/-/vaults/examplevault/notification-configuration";
static const char body[] =
    "{\"SNSTopic\":\"arn:aws:sns:us-west-2:012345678901:mytopic\",\"Events\":"
    "[\"ArchiveRetrievalCompleted\",\"InventoryRetrievalCompleted\"]}";
static const char *const fields[][2] = {
    {"x-amz-glacier-version", "2012-06-01"},
    {"Content-Type", "application/json"},
    {"User-Agent", "lua-glacier/0.1.0 Lua/5.4"},
};

static gl_request request;
static gl_signer signer;
static const gl_sigv4_options options = {"us-west-2", "glacier", 1700000000, 0};

static void must(int failed) {
  if (!failed)
    return;
  fputs("sign: failed\n", stderr);
  exit(1);
}

static void prepare(void) {
  gl_error error;
  must(gl_signer_set_credentials(&signer, "AKIAIOSFODNN7EXAMPLE",
                                 "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL, &error));
  must(gl_request_set_url(&request, "PUT", url, sizeof url - 1, &error));
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    must(gl_request_set_header(&request, fields[i][0], fields[i][1], strlen(fields[i][1]), &error));
  must(gl_buf_append(&request.body, body, sizeof body - 1));
  request.has_body = 1;
  must(gl_sigv4_sign(&request, &signer, &options, &error));
}

static void sign(void) {
  gl_error error;
  must(gl_sigv4_sign(&request, &signer, &options, &error));
}

static void digest(const void *bytes, size_t length) {
  unsigned char out[GL_SHA256_SIZE];
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes, length);
  SHA256_Final(out, &context);
}

/* Computes a hash whose first block, the padded key, is hashed already.  The bytes of the key do
 * not change the time. */
static void digest_keyed(const void *bytes, size_t length) {
  static const unsigned char key[BLOCK];
  static SHA256_CTX keyed;
  unsigned char out[GL_SHA256_SIZE];
  if (keyed.md_len == 0) {
    SHA256_Init(&keyed);
    SHA256_Update(&keyed, key, sizeof key);
  }
  SHA256_CTX context = keyed;
  SHA256_Update(&context, bytes, length);
  SHA256_Final(out, &context);
}

static void compress(void) {
  static const unsigned char inner[GL_SHA256_SIZE];
  digest(request.body.data, request.body.length);
  digest(signer.canonical_request.data, signer.canonical_request.length);
  digest_keyed(signer.string_to_sign.data, signer.string_to_sign.length);
  digest_keyed(inner, sizeof inner);
}

static double cpu_of(void (*work)(void), long times) {
  struct timespec before, after;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  for (long i = 0; i < times; i++)
    work();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  return ((double)(after.tv_sec - before.tv_sec) * 1e6 +
          (double)(after.tv_nsec - before.tv_nsec) / 1e3) /
         (double)times;
}

int main(int argc, char **argv) {
  must(argc != 2);
  long times = atol(argv[1]);
  prepare();
  cpu_of(sign, times / 10 + 1);
  cpu_of(compress, times / 10 + 1);
  double signing = cpu_of(sign, times);
  printf("%.4f %.4f\n", signing, cpu_of(compress, times));
  return 0;
}
