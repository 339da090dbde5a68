/* bare_curl easy FILE CALLS: sends the request in FILE, as request.lua writes it, CALLS times over
 *   one libcurl handle.
 * bare_curl multi FILE CALLS HANDLES: the same over curl_multi, HANDLES requests at a time.
 * Prints the microseconds of CPU (user and system) and the elapsed microseconds, both for each
 * call, and the peak of the resident memory in KiB.  BENCH_CA names a file of certificates to
 * trust. */
#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { WARM_UP = 200, LONGEST_WAIT = 1000 };

typedef struct {
  const char *method, *url, *body;
  struct curl_slist *headers;
} request;

static void fail(const char *why) {
  fprintf(stderr, "bare_curl: %s\n", why);
  exit(1);
}

static char *read_file(const char *path) {
  static char text[65536];
  FILE *file = fopen(path, "rb");
  if (!file)
    fail("cannot open the file");
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

/* Returns the line at `*text` without its end, and moves `*text` to the next line. */
static char *next_line(char **text) {
  char *line = *text, *end = strchr(line, '\n');
  if (!end)
    fail("the file is truncated");
  *end = '\0';
  *text = end + 1;
  return line;
}

/* Reads a request.  Disables the headers that libcurl adds, so that both sides send the same
 * bytes. */
static request parse(char *text) {
  request parsed = {next_line(&text), next_line(&text), NULL, NULL};
  parsed.headers = curl_slist_append(NULL, "Accept:");
  parsed.headers = curl_slist_append(parsed.headers, "Expect:");
  for (char *line = next_line(&text); *line; line = next_line(&text))
    parsed.headers = curl_slist_append(parsed.headers, line);
  parsed.body = text;
  return parsed;
}

static size_t ignore(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

static CURL *new_handle(const request *sent) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, sent->method);
  curl_easy_setopt(easy, CURLOPT_URL, sent->url);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, sent->headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(sent->body));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, sent->body);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CAINFO, getenv("BENCH_CA"));
  return easy;
}

static void check(CURL *easy, CURLcode result) {
  long status = 0;
  if (result != CURLE_OK)
    fail(curl_easy_strerror(result));
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != 204)
    fail("the response is not 204");
}

static void run_easy(CURL *easy, long calls) {
  while (calls-- > 0)
    check(easy, curl_easy_perform(easy));
}

/* Checks the finished transfers and returns their number.  Starts the next of the `*unsent` ones on
 * their handles. */
static long next_transfers(CURLM *multi, long *unsent) {
  long done = 0;
  int left = 0;
  for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)); done++) {
    CURL *easy = message->easy_handle;
    check(easy, message->data.result);
    curl_multi_remove_handle(multi, easy);
    if (*unsent > 0 && (*unsent)-- > 0)
      curl_multi_add_handle(multi, easy);
  }
  return done;
}

static void run_multi(const request *sent, long calls, long handles) {
  CURLM *multi = curl_multi_init();
  long unsent = calls, unfinished = calls;
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, handles);
  for (; handles > 0 && unsent > 0; handles--, unsent--)
    curl_multi_add_handle(multi, new_handle(sent));
  for (int running = 0;;) {
    curl_multi_perform(multi, &running);
    unfinished -= next_transfers(multi, &unsent);
    if (unfinished == 0)
      return;
    curl_multi_poll(multi, NULL, 0, LONGEST_WAIT, NULL);
  }
}

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
  int many = argc == 5 && strcmp(argv[1], "multi") == 0;
  if (!many && (argc != 4 || strcmp(argv[1], "easy") != 0))
    fail("usage: bare_curl easy FILE CALLS | multi FILE CALLS HANDLES");
  long calls = atol(argv[3]);
  request sent = parse(read_file(argv[2]));
  CURL *easy = many ? NULL : new_handle(&sent);
  if (!many)
    run_easy(easy, WARM_UP < calls ? WARM_UP : 1);
  double cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
  if (many)
    run_multi(&sent, calls, atol(argv[4]));
  else
    run_easy(easy, calls);
  cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  wall = now(CLOCK_MONOTONIC) - wall;
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  printf("%.3f %.3f %ld\n", cpu / (double)calls, wall / (double)calls, used.ru_maxrss);
  return 0;
}
