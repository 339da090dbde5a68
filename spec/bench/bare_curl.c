/* bare_curl FILE CALLS: sends the request in FILE, as request.lua writes it, over one libcurl
 * handle again and again; prints, a call, the microseconds of CPU (user and system) and those that
 * passed. */
#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WARM_UP = 200 };

static void fail(const char *why) {
  fprintf(stderr, "bare_curl: %s\n", why);
  exit(1);
}

static char *read_file(const char *path) {
  static char text[65536];
  FILE *file = fopen(path, "rb");
  if (!file)
    fail("no such file");
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

/* The line at `*text`, without its end; moves `*text` to the next one. */
static char *next_line(char **text) {
  char *line = *text, *end = strchr(line, '\n');
  if (!end)
    fail("the file is cut short");
  *end = '\0';
  *text = end + 1;
  return line;
}

static size_t ignore(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

/* Whatever libcurl would add by itself is left out, so that the same bytes are sent. */
static void prepare(CURL *easy, char *text) {
  static const char *const made_up[] = {"Accept:", "Expect:"};
  struct curl_slist *headers = NULL;
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, next_line(&text));
  curl_easy_setopt(easy, CURLOPT_URL, next_line(&text));
  for (char *line = next_line(&text); *line; line = next_line(&text))
    headers = curl_slist_append(headers, line);
  for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++)
    headers = curl_slist_append(headers, made_up[i]);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(text));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, text);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
}

static void run(CURL *easy, long calls) {
  for (long status = 0; calls > 0; calls--) {
    if (curl_easy_perform(easy) != CURLE_OK)
      fail("no answer");
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 204)
      fail("not the answer expected");
  }
}

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
  if (argc != 3)
    fail("usage: bare_curl FILE CALLS");
  long calls = atol(argv[2]);
  CURL *easy = curl_easy_init();
  prepare(easy, read_file(argv[1]));
  run(easy, WARM_UP);
  double cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
  run(easy, calls);
  cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  wall = now(CLOCK_MONOTONIC) - wall;
  printf("%.3f %.3f\n", cpu / (double)calls, wall / (double)calls);
  return 0;
}
