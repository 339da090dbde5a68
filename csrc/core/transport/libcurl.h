/* Initialization and version information of libcurl. */
#ifndef GL_CORE_TRANSPORT_LIBCURL_H
#define GL_CORE_TRANSPORT_LIBCURL_H

#include <curl/curl.h>

/* Initializes libcurl at the first call in the process.  Returns the result of that initialization.
 * There is no cleanup, because other parts of the process may use libcurl too. */
CURLcode gl_libcurl_start(void);

/* Returns the result of curl_version_info(), which is called only once because it is slow. */
const curl_version_info_data *gl_libcurl_info(void);

#endif
