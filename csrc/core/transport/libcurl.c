#include "core/transport/libcurl.h"

#include <pthread.h>
#include <stdio.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started;
static const curl_version_info_data *info; /* libcurl owns the data */
static char version[96];

static void start(void) {
  started = curl_global_init(CURL_GLOBAL_DEFAULT);
  info = curl_version_info(CURLVERSION_NOW);
  const char *ssl = info->ssl_version;
  snprintf(version, sizeof version, "libcurl/%s%s%s", info->version, ssl ? " " : "",
           ssl ? ssl : "");
}

CURLcode gl_libcurl_start(void) {
  pthread_once(&once, start);
  return started;
}

const curl_version_info_data *gl_libcurl_info(void) {
  pthread_once(&once, start);
  return info;
}

const char *gl_libcurl_version(void) {
  pthread_once(&once, start);
  return version;
}
