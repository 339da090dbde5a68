#include "core/transport/libcurl.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started;
static const curl_version_info_data *info; /* libcurl owns the data */

static void start(void) {
  started = curl_global_init(CURL_GLOBAL_DEFAULT);
  info = curl_version_info(CURLVERSION_NOW);
}

CURLcode gl_libcurl_start(void) {
  pthread_once(&once, start);
  return started;
}

const curl_version_info_data *gl_libcurl_info(void) {
  pthread_once(&once, start);
  return info;
}
