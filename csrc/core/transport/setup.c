/* Sets the options of a libcurl handle that are the same for all requests. */
#include "core/transport/transfer_private.h"

#include "core/transport/drive.h"
#include "core/transport/libcurl.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The socket is closed on exec, so child programs do not inherit it. */
static curl_socket_t open_socket(const struct curl_sockaddr *address) {
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
  curl_socket_t fd = socket(address->family, address->socktype, address->protocol);
  if (fd != CURL_SOCKET_BAD)
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

/* libcurl opens a socket for a new connection, possibly after an idle connection turned out to be
 * closed.  So the transfer is not connected now.  It is connected when the pre-transfer time
 * exceeds the present one, which `up_threshold` gets. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  gl_handle *handle = context;
  gl_transfer *transfer = handle->owner;
  curl_easy_getinfo(handle->easy, CURLINFO_PRETRANSFER_TIME_T, &transfer->up_threshold);
  curl_socket_t fd = open_socket(address);
  if (fd == CURL_SOCKET_BAD || gl_events_keep(handle->pool->events, fd) == 0)
    return fd;
  close(fd);
  transfer->stop = GL_STOP_MEMORY;
  return CURL_SOCKET_BAD;
}

static CURLcode set_callbacks(gl_handle *handle) {
  CURL *easy = handle->easy;
  CURLcode code = CURLE_OK;
  SET(CURLOPT_PRIVATE, handle);
  SET(CURLOPT_ERRORBUFFER, handle->detail);
  SET(CURLOPT_HEADERFUNCTION, gl_transfer_on_head);
  SET(CURLOPT_HEADERDATA, handle);
  SET(CURLOPT_READFUNCTION, gl_transfer_on_read);
  SET(CURLOPT_READDATA, handle);
  SET(CURLOPT_SEEKFUNCTION, gl_transfer_on_seek);
  SET(CURLOPT_SEEKDATA, handle);
  SET(CURLOPT_WRITEFUNCTION, gl_transfer_on_body);
  SET(CURLOPT_WRITEDATA, handle);
  SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
  SET(CURLOPT_OPENSOCKETDATA, handle);
  SET(CURLOPT_CLOSESOCKETFUNCTION, gl_drive_on_close);
  SET(CURLOPT_CLOSESOCKETDATA,
      handle->pool); /* a connection may live longer than its first handle */
  return code;
}

/* Allows only HTTP/1.1, and no changes to the signed request. */
static CURLcode set_rules(CURL *easy) {
  CURLcode code = CURLE_OK;
#if LIBCURL_VERSION_NUM >= 0x075500
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
  SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  SET(CURLOPT_HTTP09_ALLOWED, 0L);
  SET(CURLOPT_PATH_AS_IS, 1L);
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  /* Without this option, cancelling a transfer during a name look-up would wait for the resolver
   * thread. */
  SET(CURLOPT_QUICK_EXIT, 1L);
#endif
  return code;
}

/* A CA bundle replaces all certificates of the system, including those in libcurl's default
 * directory.  Since libcurl 8.17, NULL means the default directory.  So OpenSSL gets a path without
 * certificates.  GnuTLS would reject that path. */
static const char *no_directory(void) {
  const curl_version_info_data *info = gl_libcurl_info();
  int gnutls = info->ssl_version && strstr(info->ssl_version, "GnuTLS");
  return info->version_num >= 0x081100 && !gnutls ? "/dev/null" : NULL;
}

static CURLcode set_tls(CURL *easy, const gl_pool *pool) {
  CURLcode code = CURLE_OK;
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_VERIFYPEER, pool->insecure ? 0L : 1L);
  SET(CURLOPT_SSL_VERIFYHOST, pool->insecure ? 0L : 2L);
  if (pool->ca_bundle) {
    SET(CURLOPT_CAINFO, pool->ca_bundle);
    /* Some TLS libraries do not support this option.  Then they use no directory anyway. */
    (void)curl_easy_setopt(easy, CURLOPT_CAPATH, no_directory());
  }
  return code;
}

/* A CONNECT request does not get the headers of the signed request, and our callbacks do not get
 * the headers of its response. */
static CURLcode set_proxy(CURL *easy, const gl_pool *pool) {
  CURLcode code = CURLE_OK;
  SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (pool->proxy)
    SET(CURLOPT_PROXY, pool->proxy);
  /* Without this value, libcurl reads no_proxy from the environment for each request. */
  if (pool->direct)
    SET(CURLOPT_NOPROXY, "*");
  else if (pool->no_proxy)
    SET(CURLOPT_NOPROXY, pool->no_proxy);
  return code;
}

CURLcode gl_transfer_set_up(gl_handle *handle) {
  if (handle->prepared)
    return CURLE_OK;
  CURLcode code = set_callbacks(handle);
  code = code ? code : set_rules(handle->easy);
  code = code ? code : set_tls(handle->easy, handle->pool);
  code = code ? code : set_proxy(handle->easy, handle->pool);
  handle->prepared = code == CURLE_OK;
  return code;
}
