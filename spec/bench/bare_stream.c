/* bare_stream up URL FILE | down URL FILE: sends FILE as the body of a POST over libcurl, or saves
 *   a body as FILE, once.
 * bare_stream hash FILE | hash_memory MIB: computes the SHA-256 of FILE, or of as many MiB of
 *   memory, with OpenSSL's EVP functions on one thread.
 * Prints the seconds of CPU (user and system), the elapsed seconds, and the peak of the resident
 * memory in KiB. */
#include <curl/curl.h>
#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { BUFFER = 256 * 1024, MIB = 1024 * 1024 };

static void fail(const char *why) {
  fprintf(stderr, "bare_stream: %s\n", why);
  exit(1);
}

static FILE *open_file(const char *path, const char *mode) {
  FILE *file = fopen(path, mode);
  if (!file)
    fail("cannot open the file");
  return file;
}

static long long size_of(FILE *file) {
  fseek(file, 0, SEEK_END);
  long long size = ftell(file);
  rewind(file);
  return size;
}

static void perform(CURL *easy, const char *url, long expected) {
  long status = 0;
  curl_easy_setopt(easy, CURLOPT_URL, url);
  if (curl_easy_perform(easy) != CURLE_OK)
    fail("the request failed");
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != expected)
    fail("unexpected status of the response");
  curl_easy_cleanup(easy);
}

static void up(const char *url, FILE *file) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size_of(file));
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, fread);
  curl_easy_setopt(easy, CURLOPT_READDATA, file);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)BUFFER);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, curl_slist_append(NULL, "Expect:"));
  perform(easy, url, 201);
}

static void down(const char *url, FILE *file) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, fwrite);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, file);
  perform(easy, url, 200);
  if (fclose(file) != 0)
    fail("cannot write the file");
}

static EVP_MD_CTX *begin_hash(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), NULL);
  return context;
}

static void end_hash(EVP_MD_CTX *context) {
  unsigned char out[EVP_MAX_MD_SIZE];
  EVP_DigestFinal_ex(context, out, NULL);
  EVP_MD_CTX_free(context);
}

static void hash(FILE *file) {
  static unsigned char bytes[BUFFER];
  EVP_MD_CTX *context = begin_hash();
  for (size_t got; (got = fread(bytes, 1, sizeof bytes, file)) > 0;)
    EVP_DigestUpdate(context, bytes, got);
  end_hash(context);
}

/* Hashes one MiB again and again, as `openssl speed` does. */
static void hash_memory(long mib) {
  static unsigned char bytes[MIB];
  memset(bytes, 'x', sizeof bytes);
  EVP_MD_CTX *context = begin_hash();
  for (; mib > 0; mib--)
    EVP_DigestUpdate(context, bytes, sizeof bytes);
  end_hash(context);
}

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  double cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
  if (argc == 4 && strcmp(argv[1], "up") == 0)
    up(argv[2], open_file(argv[3], "rb"));
  else if (argc == 4 && strcmp(argv[1], "down") == 0)
    down(argv[2], open_file(argv[3], "wb"));
  else if (argc == 3 && strcmp(argv[1], "hash") == 0)
    hash(open_file(argv[2], "rb"));
  else if (argc == 3 && strcmp(argv[1], "hash_memory") == 0)
    hash_memory(atol(argv[2]));
  else
    fail("usage: bare_stream up URL FILE | down URL FILE | hash FILE | hash_memory MIB");
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  printf("%.3f %.3f %ld\n", now(CLOCK_PROCESS_CPUTIME_ID) - cpu, now(CLOCK_MONOTONIC) - wall,
         used.ru_maxrss);
  return 0;
}
