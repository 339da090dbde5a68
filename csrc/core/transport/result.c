/* From libcurl's result to botocore's exceptions and messages. */
#include "core/transport/transfer_private.h"

#include <stdio.h>
#include <string.h>

typedef enum fault {
  FAULT_CLOSED,
  FAULT_CONNECT,
  FAULT_CONNECT_TIMEOUT,
  FAULT_PROXY,
  FAULT_TLS,       /* a handshake that broke off */
  FAULT_TRUST,     /* a certificate that is refused, or TLS settings of ours that are bad */
  FAULT_IMPOSSIBLE /* libcurl refuses the URL without trying it */
} fault;

/* libcurl's own words, unless they may repeat a proxy's password: user information ends with "@".
 */
static const char *detail(const gl_transfer *transfer, CURLcode result) {
  const char *words = transfer->handle->detail;
  return words[0] && !strchr(words, '@') ? words : curl_easy_strerror(result);
}

/* --- was it the proxy? --------------------------------------------------------------------- */

#if LIBCURL_VERSION_NUM < 0x080700
/* The host and port of the URL in the words "HOST port PORT"; 0 if `size` is too small for them. */
static int host_and_port(const gl_transfer *transfer, char *out, size_t size) {
  const char *url = gl_buf_string(&transfer->url);
  const char *host = strstr(url, "//");
  if (!host)
    return 0;
  host += 2;
  int bracket = host[0] == '[';
  size_t length = bracket ? strcspn(host + 1, "]") : strcspn(host, ":/");
  host += bracket;
  const char *port = host + length + bracket;
  size_t port_length = *port == ':' ? strcspn(port + 1, "/") : 0;
  const char *usual = strncmp(url, "https:", 6) == 0 ? "443" : "80";
  int written =
      snprintf(out, size, "%.*s port %.*s", (int)length, host,
               port_length ? (int)port_length : (int)strlen(usual), port_length ? port + 1 : usual);
  return written > 0 && (size_t)written < size;
}

/* Before 8.7 libcurl says only in words to which host it could not connect.  A host that is not the
 * server is the proxy. */
static int names_other_host(const gl_transfer *transfer) {
  static const char words[] = "Failed to connect to ";
  char server[CURL_ERROR_SIZE];
  const char *named = transfer->handle->detail + sizeof words - 1;
  if (strncmp(transfer->handle->detail, words, sizeof words - 1) != 0 ||
      !host_and_port(transfer, server, sizeof server))
    return 0;
  size_t length = strlen(server);
  char behind = strncmp(named, server, length) == 0 ? named[length] : '0';
  return behind >= '0' && behind <= '9';
}
#endif

static int by_proxy(const gl_transfer *transfer) {
  if (strncmp(transfer->handle->detail, "Unsupported proxy", 17) == 0)
    return 1;
#if LIBCURL_VERSION_NUM >= 0x080700
  long used = 0;
  return curl_easy_getinfo(transfer->handle->easy, CURLINFO_USED_PROXY, &used) == CURLE_OK && used;
#else
  return names_other_host(transfer);
#endif
}

/* The status of a proxy's answer to CONNECT, 0 for none. */
static int connect_refused(const gl_transfer *transfer) {
  long status = 0;
  curl_easy_getinfo(transfer->handle->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  return status >= 300;
}

static int request_sent(const gl_transfer *transfer) {
  long size = 0;
  curl_easy_getinfo(transfer->handle->easy, CURLINFO_REQUEST_SIZE, &size);
  return size > 0;
}

/* --- which fault --------------------------------------------------------------------------- */

static fault fault_of(const gl_transfer *transfer, CURLcode result) {
  if (connect_refused(transfer))
    return FAULT_PROXY;
  switch (result) {
  case CURLE_COULDNT_RESOLVE_PROXY:
#if LIBCURL_VERSION_NUM >= 0x074900
  case CURLE_PROXY:
#endif
    return FAULT_PROXY;
  case CURLE_COULDNT_CONNECT:
    return by_proxy(transfer) ? FAULT_PROXY : FAULT_CONNECT;
  case CURLE_COULDNT_RESOLVE_HOST:
    return FAULT_CONNECT;
  case CURLE_OPERATION_TIMEDOUT:
    return FAULT_CONNECT_TIMEOUT; /* the only time limit that libcurl was given */
  case CURLE_SSL_CONNECT_ERROR:
    return FAULT_TLS;
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CRL_BADFILE:
  case CURLE_SSL_ENGINE_INITFAILED:
  case CURLE_SSL_ENGINE_NOTFOUND:
  case CURLE_SSL_ENGINE_SETFAILED:
  case CURLE_SSL_INVALIDCERTSTATUS:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    return FAULT_TRUST;
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_UNKNOWN_OPTION:
  case CURLE_NOT_BUILT_IN:
  case CURLE_BAD_FUNCTION_ARGUMENT:
    /* libcurl says so, too, when the answer is not HTTP. */
    return request_sent(transfer) ? FAULT_CLOSED : FAULT_IMPOSSIBLE;
  default:
    return FAULT_CLOSED;
  }
}

/* Appends at most `size` bytes of text in all, control characters as "\x0a". */
static void append_escaped(char *out, size_t size, const char *text, size_t length) {
  size_t at = strlen(out);
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    int written =
        snprintf(out + at, size - at, byte < 0x20 || byte == 0x7f ? "\\x%02x" : "%c", byte);
    if (written < 0 || (size_t)written >= size - at)
      return;
    at += (size_t)written;
  }
}

/* The proxy's URL as it may be shown: without user and password. */
static void show_proxy(const char *proxy, char *out, size_t size) {
  const char *scheme = strstr(proxy, "://");
  const char *host = strrchr(proxy, '@');
  out[0] = '\0';
  if (host) {
    append_escaped(out, size, proxy, scheme ? (size_t)(scheme + 3 - proxy) : 0);
    append_escaped(out, size, "***:***", 7);
    proxy = host;
  }
  append_escaped(out, size, proxy, strlen(proxy));
}

static void set_proxy_error(gl_transfer *transfer, const char *words) {
  const char *proxy = transfer->pool->proxy;
  char shown[512], reason[2 * CURL_ERROR_SIZE] = "";
  append_escaped(reason, sizeof reason, words, strlen(words));
  if (proxy && *proxy) {
    show_proxy(proxy, shown, sizeof shown);
    gl_error_set(&transfer->error, GL_TRANSPORT, "ProxyConnectionError",
                 "Failed to connect to proxy URL: \"%s\": %s", shown, reason);
    return;
  }
  gl_error_set(&transfer->error, GL_TRANSPORT, "ProxyConnectionError",
               "Failed to connect to proxy URL of the environment for \"%s\": %s",
               gl_buf_string(&transfer->url), reason);
}

void gl_transfer_set_closed(const gl_transfer *transfer, const char *why, gl_error *error) {
  gl_error_set(error, GL_TRANSPORT, "ConnectionClosedError",
               "Connection was closed before we received a valid response from endpoint URL: "
               "\"%s\". %s",
               gl_buf_string(&transfer->url), why);
  error->retryable = 1;
}

static void set_fault(gl_transfer *transfer, fault what, const char *words) {
  const char *url = gl_buf_string(&transfer->url);
  switch (what) {
  case FAULT_CLOSED:
    gl_transfer_set_closed(transfer, words, &transfer->error);
    break;
  case FAULT_CONNECT:
  case FAULT_IMPOSSIBLE:
    gl_error_set(&transfer->error, GL_TRANSPORT, "EndpointConnectionError",
                 "Could not connect to the endpoint URL: \"%s\": %s", url, words);
    break;
  case FAULT_CONNECT_TIMEOUT:
    gl_error_set(&transfer->error, GL_TRANSPORT, "ConnectTimeoutError",
                 "Connect timeout on endpoint URL: \"%s\"", url);
    break;
  case FAULT_PROXY:
    set_proxy_error(transfer, words);
    break;
  case FAULT_TLS:
  case FAULT_TRUST:
    gl_error_set(&transfer->error, GL_TRANSPORT, "SSLError", "SSL validation failed for %s %s", url,
                 words);
    break;
  }
  transfer->error.retryable = what != FAULT_TRUST && what != FAULT_IMPOSSIBLE;
}

/* Before 8.6 libcurl says "out of memory" of a header line that is longer than it takes. */
static int out_of_memory(const gl_transfer *transfer, CURLcode result) {
  if (result != CURLE_OUT_OF_MEMORY)
    return 0;
  int ambiguous = gl_pool_libcurl()->version_num < 0x080600;
  return !ambiguous || transfer->head_done || !request_sent(transfer);
}

/* Of a transfer that a callback of ours stopped. */
static void set_stop(gl_transfer *transfer) {
  int success = transfer->response.status >= 200 && transfer->response.status < 300;
  switch (transfer->stop) {
  case GL_STOP_MEMORY:
    gl_error_memory(&transfer->error);
    break;
  case GL_STOP_HEAD:
    gl_transfer_set_closed(transfer, "Its header fields exceed what is accepted.",
                           &transfer->error);
    break;
  case GL_STOP_BODY:
    if (success) /* an error's body may be cut: only its text is read */
      gl_error_set(&transfer->error, GL_TRANSPORT, "ResponseParserError",
                   "The response from endpoint URL: \"%s\" is longer than the %d bytes that are "
                   "accepted",
                   gl_buf_string(&transfer->url), (int)GL_RESPONSE_BODY_MAX);
    break;
  case GL_STOP_NONE:
    break;
  }
}

/* Before 8.14.1 libcurl with OpenSSL reports a TLS connection that was cut as one that was closed.
 * A body without a length would then end anywhere.  One with a tree hash is checked by that. */
static int end_is_uncertain(const gl_transfer *transfer) {
  const curl_version_info_data *info = gl_pool_libcurl();
  const gl_response *response = &transfer->response;
  if (info->version_num >= 0x080e01 || !info->ssl_version || strstr(info->ssl_version, "GnuTLS"))
    return 0;
  return strncmp(gl_buf_string(&transfer->url), "https:", 6) == 0 && transfer->may_have_body &&
         response->status >= 200 && response->status < 300 && response->status != 204 &&
         !gl_headers_get(&response->headers, "Content-Length") &&
         !gl_headers_get(&response->headers, "Transfer-Encoding") &&
         !gl_headers_get(&response->headers, "x-amz-sha256-tree-hash");
}

void gl_transfer_set_result(gl_transfer *transfer, CURLcode result) {
  transfer->error = (gl_error){0};
  if (transfer->stop != GL_STOP_NONE)
    set_stop(transfer);
  else if (out_of_memory(transfer, result))
    gl_error_memory(&transfer->error);
  else if (result != CURLE_OK)
    set_fault(transfer, fault_of(transfer, result), detail(transfer, result));
  else if (!transfer->head_done) /* libcurl accepts a head that is cut short */
    gl_transfer_set_closed(transfer, "No whole response head came.", &transfer->error);
  else if (end_is_uncertain(transfer))
    gl_transfer_set_closed(transfer, "The end of the body cannot be told from a cut connection.",
                           &transfer->error);
}

void gl_transfer_set_timed_out(gl_transfer *transfer) {
  gl_error_set(&transfer->error, GL_TRANSPORT, "ReadTimeoutError",
               "Read timeout on endpoint URL: \"%s\"", gl_buf_string(&transfer->url));
  transfer->error.retryable = 1;
}
