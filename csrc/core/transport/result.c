/* Converts libcurl's results to botocore's exceptions and messages. */
#include "core/transport/transfer_private.h"

#include "core/mem.h"
#include "core/transport/libcurl.h"

#include <stdio.h>
#include <string.h>

typedef enum fault {
  FAULT_CLOSED,
  FAULT_CONNECT,
  FAULT_CONNECT_TIMEOUT,
  FAULT_PROXY,
  FAULT_TLS,   /* the handshake failed */
  FAULT_TRUST, /* the certificate was rejected, or our TLS settings are invalid */
  FAULT_URL    /* libcurl rejects the URL */
} fault;

static const char *url_of(const gl_transfer *transfer) {
  return transfer->handle ? gl_buf_string(&transfer->handle->url) : "";
}

/* Returns libcurl's error message.  Returns a general one if the message is empty or contains "@",
 * because it may then contain a proxy's password. */
static const char *detail(const gl_transfer *transfer, CURLcode result) {
  const char *words = transfer->handle->detail;
  return words[0] && !strchr(words, '@') ? words : curl_easy_strerror(result);
}

/* ---- proxy errors ------------------------------------------------------------------------ */

#if LIBCURL_VERSION_NUM < 0x080700
/* Writes the URL's host and port as "HOST port PORT".  Returns 0 if the URL is not absolute or
 * `size` is too small. */
static int host_and_port(const gl_transfer *transfer, char *out, size_t size) {
  const char *url = url_of(transfer);
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

/* Returns whether libcurl's message names a host other than the server, which must be the proxy.
 * Before 8.7, only this message shows whether a proxy was used. */
static int names_other_host(const gl_transfer *transfer) {
  static const char words[] = "Failed to connect to ";
  char address[CURL_ERROR_SIZE];
  const char *named = transfer->handle->detail + sizeof words - 1;
  if (strncmp(transfer->handle->detail, words, sizeof words - 1) != 0 ||
      !host_and_port(transfer, address, sizeof address))
    return 0;
  size_t length = strlen(address);
  char next = strncmp(named, address, length) == 0 ? named[length] : '0';
  return next >= '0' && next <= '9';
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

/* Returns whether the proxy rejected a CONNECT request. */
static int proxy_rejected_connect(const gl_transfer *transfer) {
  long status = 0;
  curl_easy_getinfo(transfer->handle->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  return status >= 300;
}

static int request_sent(const gl_transfer *transfer) {
  long size = 0;
  curl_easy_getinfo(transfer->handle->easy, CURLINFO_REQUEST_SIZE, &size);
  return size > 0;
}

/* ---- faults ------------------------------------------------------------------------------ */

static fault fault_of(const gl_transfer *transfer, CURLcode result) {
  if (proxy_rejected_connect(transfer))
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
    return FAULT_CONNECT_TIMEOUT; /* the only timeout that is set in libcurl */
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
    /* libcurl also returns these codes if the response is not HTTP. */
    return request_sent(transfer) ? FAULT_CLOSED : FAULT_URL;
  default:
    return FAULT_CLOSED;
  }
}

/* Appends text to a string in a buffer of `size` bytes.  Writes control characters as "\x0a". */
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

/* Writes the proxy's URL without its user name and password. */
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

static void set_proxy_error(const gl_transfer *transfer, const char *words, gl_error *error) {
  const char *proxy = transfer->pool->proxy;
  char shown[512], reason[2 * CURL_ERROR_SIZE] = "";
  append_escaped(reason, sizeof reason, words, strlen(words));
  if (proxy && *proxy) {
    show_proxy(proxy, shown, sizeof shown);
    gl_error_set(error, GL_TRANSPORT, "ProxyConnectionError",
                 "Failed to connect to proxy URL: \"%s\": %s", shown, reason);
    return;
  }
  gl_error_set(error, GL_TRANSPORT, "ProxyConnectionError",
               "Failed to connect to proxy URL from the environment for \"%s\": %s",
               url_of(transfer), reason);
}

void gl_transfer_set_closed(const gl_transfer *transfer, const char *why, gl_error *error) {
  gl_error_set(error, GL_TRANSPORT, "ConnectionClosedError",
               "Connection was closed before we received a valid response from endpoint URL: "
               "\"%s\". %s",
               url_of(transfer), why);
  error->retryable = 1;
}

static void set_fault(const gl_transfer *transfer, fault what, const char *words, gl_error *error) {
  const char *url = url_of(transfer);
  switch (what) {
  case FAULT_CLOSED:
    gl_transfer_set_closed(transfer, words, error);
    break;
  case FAULT_CONNECT:
  case FAULT_URL:
    gl_error_set(error, GL_TRANSPORT, "EndpointConnectionError",
                 "Could not connect to the endpoint URL: \"%s\": %s", url, words);
    break;
  case FAULT_CONNECT_TIMEOUT:
    gl_error_set(error, GL_TRANSPORT, "ConnectTimeoutError",
                 "Connect timeout on endpoint URL: \"%s\"", url);
    break;
  case FAULT_PROXY:
    set_proxy_error(transfer, words, error);
    break;
  case FAULT_TLS:
  case FAULT_TRUST:
    gl_error_set(error, GL_TRANSPORT, "SSLError", "SSL validation failed for %s %s", url, words);
    break;
  }
  error->retryable = what != FAULT_TRUST && what != FAULT_URL;
}

/* Before 8.6, libcurl also returns CURLE_OUT_OF_MEMORY if a header line is too long. */
static int out_of_memory(const gl_transfer *transfer, CURLcode result) {
  if (result != CURLE_OUT_OF_MEMORY)
    return 0;
  int ambiguous = gl_libcurl_info()->version_num < 0x080600;
  return !ambiguous || transfer->head_done || !request_sent(transfer);
}

/* Sets the error of a transfer that one of our callbacks stopped. */
static void set_stop(const gl_transfer *transfer, gl_error *error) {
  int success = transfer->response.status >= 200 && transfer->response.status < 300;
  switch (transfer->stop) {
  case GL_STOP_MEMORY:
    gl_error_memory(error);
    break;
  case GL_STOP_HEAD:
    gl_transfer_set_closed(transfer, "The response headers are too large.", error);
    break;
  case GL_STOP_BODY:
    if (success) /* an error response may be truncated, because only its message is used */
      gl_error_set(error, GL_TRANSPORT, "ResponseParserError",
                   "The response from endpoint URL: \"%s\" is longer than the limit of %d bytes",
                   url_of(transfer), (int)GL_RESPONSE_BODY_MAX);
    break;
  case GL_STOP_INPUT:
    if (transfer->error)
      *error = *transfer->error;
    else
      gl_error_memory(error);
    break;
  case GL_STOP_NONE:
    break;
  }
}

/* Returns whether a body may be truncated without an error from libcurl.  Before 8.14.1, libcurl
 * with OpenSSL does not detect that a TLS connection ended without a close notification.  So a body
 * without a length may be incomplete.  If the response has a tree hash, that is checked instead. */
static int may_be_truncated(const gl_transfer *transfer) {
  const curl_version_info_data *info = gl_libcurl_info();
  const gl_response *response = &transfer->response;
  if (info->version_num >= 0x080e01 || !info->ssl_version || strstr(info->ssl_version, "GnuTLS"))
    return 0;
  return strncmp(url_of(transfer), "https:", 6) == 0 && transfer->may_have_body &&
         response->status >= 200 && response->status < 300 && response->status != 204 &&
         !gl_headers_get(&response->headers, "Content-Length") &&
         !gl_headers_get(&response->headers, "Transfer-Encoding") &&
         !gl_headers_get(&response->headers, "x-amz-sha256-tree-hash");
}

int gl_transfer_result(const gl_transfer *transfer, CURLcode result, gl_error *error) {
  error->kind = GL_OK;
  if (transfer->stop != GL_STOP_NONE)
    set_stop(transfer, error);
  else if (out_of_memory(transfer, result))
    gl_error_memory(error);
  else if (result != CURLE_OK)
    set_fault(transfer, fault_of(transfer, result), detail(transfer, result), error);
  else if (!transfer->head_done) /* libcurl accepts a truncated head */
    gl_transfer_set_closed(transfer, "The response head is incomplete.", error);
  else if (may_be_truncated(transfer))
    gl_transfer_set_closed(
        transfer, "The body may be truncated: it has no length, and the connection was closed.",
        error);
  return error->kind;
}

void gl_transfer_set_timed_out(const gl_transfer *transfer, gl_error *error) {
  gl_error_set(error, GL_TRANSPORT, "ReadTimeoutError", "Read timeout on endpoint URL: \"%s\"",
               url_of(transfer));
  error->retryable = 1;
}

void gl_transfer_keep_error(gl_transfer *transfer, const gl_error *error) {
  if (!transfer->error)
    transfer->error = gl_mem_realloc(NULL, sizeof *error);
  if (transfer->error)
    *transfer->error = *error;
}
