/* From a request to the options of a libcurl handle, and the callbacks that libcurl fills a
 * response through. */
#include "core/transport_private.h"

#include "core/mem.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

/* In a function with `easy` and `code`: sets an option unless one failed before. */
#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))

/* --- callbacks ----------------------------------------------------------------------------- */

static size_t stop(gl_transfer *transfer, gl_stop why) {
  transfer->stop = why;
  return 0;
}

static size_t on_head(char *line, size_t size, size_t count, void *context) {
  gl_transfer *transfer = context;
  size_t length = size * count;
  transfer->moved = 1;
  transfer->head_bytes += length;
  if (transfer->head_bytes > GL_RESPONSE_HEADERS_MAX)
    return stop(transfer, GL_STOP_HEAD);
  if (transfer->head_done)
    return length;
  if (gl_response_head_line(&transfer->response, line, length))
    return stop(transfer, GL_STOP_MEMORY);
  if (line[0] == '\r' || line[0] == '\n')
    transfer->head_done = transfer->response.status >= 200;
  return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
  gl_transfer *transfer = context;
  size_t length = size * count;
  transfer->moved = 1;
  if (gl_transfer_in_pieces(transfer))
    return gl_transfer_on_piece(transfer, bytes, length);
  int result = gl_response_body(&transfer->response, bytes, length);
  if (result)
    return stop(transfer, result == GL_MEMORY ? GL_STOP_MEMORY : GL_STOP_BODY);
  return length;
}

/* Sockets are not for programs that the host starts meanwhile.  That libcurl connects (perhaps
 * anew, after a kept connection turned out dead) also means that the connection is not up. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  gl_transfer *transfer = context;
  curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &transfer->up_threshold);
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
  curl_socket_t made = socket(address->family, address->socktype, address->protocol);
  if (made != CURL_SOCKET_BAD)
    fcntl(made, F_SETFD, FD_CLOEXEC);
  return made;
#endif
}

static CURLcode set_callbacks(CURL *easy, gl_transfer *transfer) {
  CURLcode code = CURLE_OK;
  SET(CURLOPT_PRIVATE, transfer);
  SET(CURLOPT_ERRORBUFFER, transfer->detail);
  SET(CURLOPT_HEADERFUNCTION, on_head);
  SET(CURLOPT_HEADERDATA, transfer);
  SET(CURLOPT_READFUNCTION, gl_transfer_on_read);
  SET(CURLOPT_READDATA, transfer);
  SET(CURLOPT_SEEKFUNCTION, gl_transfer_on_seek);
  SET(CURLOPT_SEEKDATA, transfer);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, transfer);
  SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
  SET(CURLOPT_OPENSOCKETDATA, transfer);
  return code;
}

/* --- options ------------------------------------------------------------------------------- */

/* What holds for every request: HTTP/1.1, the bytes that were signed, and nothing of curl's own. */
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
  /* Else giving up a name look-up that is under way would wait for its thread. */
  SET(CURLOPT_QUICK_EXIT, 1L);
#endif
  return code;
}

/* A bundle stands instead of the system's certificates, those in libcurl's directory too. From 8.17
 * on NULL there means that directory again, so OpenSSL is shown one in which nothing can be found;
 * GnuTLS would refuse it. */
static const char *no_directory(void) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
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
    /* A TLS library that knows no such directory refuses the option: just as well. */
    (void)curl_easy_setopt(easy, CURLOPT_CAPATH, no_directory());
  }
  return code;
}

/* A proxy is shown neither the request's headers nor taken for the server. */
static CURLcode set_proxy(CURL *easy, const gl_pool *pool) {
  CURLcode code = CURLE_OK;
  SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (pool->proxy)
    SET(CURLOPT_PROXY, pool->proxy);
  if (pool->no_proxy)
    SET(CURLOPT_NOPROXY, pool->no_proxy);
  return code;
}

static CURLcode set_body(CURL *easy, const gl_request *request) {
  CURLcode code = CURLE_OK;
  const char *method = gl_buf_string(&request->method);
  if (request->streamed) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
#if LIBCURL_VERSION_NUM >= 0x073e00
    SET(CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024);
#endif
  } else if (request->has_body) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    SET(CURLOPT_POSTFIELDS, gl_buf_string(&request->body));
  } else if (strcmp(method, "HEAD") == 0) {
    SET(CURLOPT_NOBODY, 1L);
  } else {
    SET(CURLOPT_HTTPGET, 1L);
  }
  SET(CURLOPT_CUSTOMREQUEST, method);
  return code;
}

/* What the request line names.  libcurl from 8 on touches up the URL's own (the case of hexadecimal
 * digits), so it is set apart; but not where a proxy might need the whole URL in its place. */
static CURLcode set_target(CURL *easy, const gl_transfer *transfer, const gl_request *request) {
  CURLcode code = CURLE_OK;
  const char *proxy = transfer->pool->proxy;
  const char *target = gl_buf_string(&transfer->url) + request->origin.length;
  SET(CURLOPT_URL, gl_buf_string(&transfer->url));
  if ((proxy && !*proxy) || strncmp(gl_buf_string(&transfer->url), "https:", 6) == 0)
    SET(CURLOPT_REQUEST_TARGET, target);
  return code;
}

/* libcurl's own default is five minutes, and its 0 means that. */
static long connect_timeout(const gl_timeouts *timeouts) {
  return timeouts->connect > 0 && timeouts->connect < INT_MAX ? timeouts->connect : INT_MAX;
}

/* --- headers ------------------------------------------------------------------------------- */

/* libcurl's way of writing a field: "Name: value"; "Name;" for an empty one; "Name:" for one that
 * it shall not make up. */
static int append_line(struct curl_slist **list, gl_buf *line, const char *name, const char *sign,
                       const char *value) {
  gl_buf_reset(line);
  if (gl_buf_append_string(line, name) || gl_buf_append_string(line, sign) ||
      gl_buf_append_string(line, value))
    return GL_MEMORY;
  struct curl_slist *longer = curl_slist_append(*list, gl_buf_string(line));
  if (!longer)
    return GL_MEMORY;
  *list = longer;
  return 0;
}

static int append_headers(struct curl_slist **list, gl_buf *line, const gl_headers *headers) {
  static const char *const made_up[] = {"Accept", "Content-Type", "Expect", "Proxy-Connection"};
  for (size_t i = 0; i < headers->count; i++) {
    const char *value = headers->items[i].value;
    int blank = value[strspn(value, " \t")] == '\0';
    if (append_line(list, line, headers->items[i].name, blank ? ";" : ": ", blank ? "" : value))
      return GL_MEMORY;
  }
  for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++)
    if (!gl_headers_get(headers, made_up[i]) && append_line(list, line, made_up[i], ":", ""))
      return GL_MEMORY;
  return 0;
}

static CURLcode set_headers(CURL *easy, gl_transfer *transfer, const gl_headers *headers) {
  gl_buf line = {0};
  int failed = append_headers(&transfer->headers, &line, headers);
  gl_buf_clear(&line);
  if (failed)
    return CURLE_OUT_OF_MEMORY;
  return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
}

CURLcode gl_transfer_setup(gl_transfer *transfer, const gl_request *request) {
  CURL *easy = transfer->easy;
  CURLcode code = set_callbacks(easy, transfer);
  SET(CURLOPT_CONNECTTIMEOUT_MS, connect_timeout(&transfer->timeouts));
  code = code ? code : set_rules(easy);
  code = code ? code : set_tls(easy, transfer->pool);
  code = code ? code : set_proxy(easy, transfer->pool);
  code = code ? code : set_target(easy, transfer, request);
  code = code ? code : set_body(easy, request);
  return code ? code : set_headers(easy, transfer, &request->headers);
}
