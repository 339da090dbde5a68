/* sign SIGNATURES ROUNDS: signs a set_vault_notifications request, and hashes the same bytes with
 * OpenSSL alone, in turn.  Prints for each round the microseconds of CPU that one signature takes
 * and those of its hashing, with a kept context: the body, the canonical request, and the HMAC of
 * the string to sign with the signing key of the day. */
#include "core/sigv4.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 64, LONGEST = 1024 };

static const char url[] =
    "https://glacier.us-west-2.amazonaws.com/-/vaults/examplevault/notification-configuration";
static const char body[] =
    "{\"SNSTopic\":\"arn:aws:sns:us-west-2:012345678901:mytopic\",\"Events\":"
    "[\"ArchiveRetrievalCompleted\",\"InventoryRetrievalCompleted\"]}";
static const char *const fields[][2] = {
    {"x-amz-glacier-version", "2012-06-01"},
    {"Content-Type", "application/json"},
    {"User-Agent", "lua-glacier/0.1.0 Lua/5.4 libcurl/7.88.1 OpenSSL/3.0.15"},
};

static gl_request request;
static gl_signer signer;
static const gl_sigv4_options options = {"us-west-2", "glacier", 1700000000, 0};

static void must(int failed) {
  if (!failed)
    return;
  fputs("sign: it failed\n", stderr);
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
  static EVP_MD_CTX *context;
  unsigned char out[GL_SHA256_SIZE];
  if (!context)
    must((context = EVP_MD_CTX_new()) == NULL ||
         EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1);
  must(EVP_DigestInit_ex(context, NULL, NULL) != 1 ||
       EVP_DigestUpdate(context, bytes, length) != 1 ||
       EVP_DigestFinal_ex(context, out, NULL) != 1);
}

static void hash(void) {
  static const unsigned char blocks[BLOCK + LONGEST]; /* the contents make no difference */
  digest(request.body.data, request.body.length);
  digest(signer.canonical_request.data, signer.canonical_request.length);
  digest(blocks, BLOCK + signer.string_to_sign.length);
  digest(blocks, BLOCK + GL_SHA256_SIZE);
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
  must(argc != 3);
  long times = atol(argv[1]), rounds = atol(argv[2]);
  prepare();
  must(signer.string_to_sign.length > LONGEST);
  cpu_of(sign, times);
  cpu_of(hash, times);
  while (rounds-- > 0) {
    double signing = cpu_of(sign, times);
    printf("%.4f %.4f\n", signing, cpu_of(hash, times));
  }
  return 0;
}
