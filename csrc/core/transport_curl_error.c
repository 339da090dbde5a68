/* What became of a transfer: from libcurl's result to botocore's names and words. */
#include "core/transport_private.h"

#include <stdio.h>
#include <string.h>

typedef enum fault {
  FAULT_CLOSED,
  FAULT_CONNECT,
  FAULT_CONNECT_TIMEOUT,
  FAULT_PROXY,
  FAULT_TLS,       /* a handshake that broke off */
  FAULT_TRUST,     /* a certificate that is refused, or TLS settings of ours that are bad */
  FAULT_IMPOSSIBLE /* libcurl will not even try this URL */
} fault;

/* libcurl's own words, unless they repeat a proxy's password: user information ends with "@". */
static const char *detail(const gl_transfer *transfer, CURLcode result) {
  const char *words = transfer->detail;
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

/* Before 8.7 libcurl tells only in words to whom it could not connect.  Whoever is not the server
 * is the proxy. */
static int names_other_host(const gl_transfer *transfer) {
  static const char words[] = "Failed to connect to ";
  char server[CURL_ERROR_SIZE];
  const char *named = transfer->detail + sizeof words - 1;
  if (strncmp(transfer->detail, words, sizeof words - 1) != 0 ||
      !host_and_port(transfer, server, sizeof server))
    return 0;
  size_t length = strlen(server);
  char behind = strncmp(named, server, length) == 0 ? named[length] : '0';
  return behind >= '0' && behind <= '9';
}
#endif

static int by_proxy(const gl_transfer *transfer) {
  if (strncmp(transfer->detail, "Unsupported proxy", 17) == 0)
    return 1;
#if LIBCURL_VERSION_NUM >= 0x080700
  long used = 0;
  return curl_easy_getinfo(transfer->easy, CURLINFO_USED_PROXY, &used) == CURLE_OK && used;
#else
  return names_other_host(transfer);
#endif
}

/* The status of a proxy's answer to CONNECT, 0 for none. */
static int connect_refused(const gl_transfer *transfer) {
  long status = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  return status >= 300;
}

static int request_sent(const gl_transfer *transfer) {
  long size = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &size);
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
    /* An answer that is no HTTP is an unsupported protocol too: HTTP/0.9. */
    return request_sent(transfer) ? FAULT_CLOSED : FAULT_IMPOSSIBLE;
  default:
    return FAULT_CLOSED;
  }
}

static void set_proxy_error(gl_transfer *transfer, const char *words) {
  const char *proxy = transfer->pool->proxy;
  const char *scheme = proxy ? strstr(proxy, "://") : NULL;
  int scheme_length = scheme ? (int)(scheme + 3 - proxy) : 0;
  const char *password = proxy ? strrchr(proxy, '@') : NULL;
  if (password)
    gl_error_set(&transfer->error, GL_TRANSPORT, "ProxyConnectionError",
                 "Failed to connect to proxy URL: \"%.*s***:***%s\": %s", scheme_length, proxy,
                 password, words);
  else if (proxy && *proxy)
    gl_error_set(&transfer->error, GL_TRANSPORT, "ProxyConnectionError",
                 "Failed to connect to proxy URL: \"%s\": %s", proxy, words);
  else
    gl_error_set(&transfer->error, GL_TRANSPORT, "ProxyConnectionError",
                 "Failed to connect to proxy URL of the environment for \"%s\": %s",
                 gl_buf_string(&transfer->url), words);
}

static void set_closed(const gl_transfer *transfer, const char *words, gl_error *error) {
  gl_error_set(error, GL_TRANSPORT, "ConnectionClosedError",
               "Connection was closed before we received a valid response from endpoint URL: "
               "\"%s\". %s",
               gl_buf_string(&transfer->url), words);
  error->retryable = 1;
}

static void set_fault(gl_transfer *transfer, fault what, const char *words) {
  const char *url = gl_buf_string(&transfer->url);
  switch (what) {
  case FAULT_CLOSED:
    set_closed(transfer, words, &transfer->error);
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
  int ambiguous = curl_version_info(CURLVERSION_NOW)->version_num < 0x080600;
  return !ambiguous || transfer->head_done || !request_sent(transfer);
}

/* Of a transfer that a callback of ours stopped. */
static void judge_stop(gl_transfer *transfer) {
  int success = transfer->response.status >= 200 && transfer->response.status < 300;
  switch (transfer->stop) {
  case GL_STOP_MEMORY:
    gl_error_memory(&transfer->error);
    break;
  case GL_STOP_HEAD:
    set_closed(transfer, "Its header fields exceed what is accepted.", &transfer->error);
    break;
  case GL_STOP_BODY:
    if (success) /* an error's body may well be cut: it is only read for its text */
      gl_error_set(&transfer->error, GL_TRANSPORT, "ResponseParserError",
                   "The response from endpoint URL: \"%s\" is longer than the %d bytes that are "
                   "accepted",
                   gl_buf_string(&transfer->url), (int)GL_RESPONSE_BODY_MAX);
    break;
  case GL_STOP_NONE:
    break;
  }
}

void gl_transfer_judge(gl_transfer *transfer, CURLcode result) {
  transfer->error = (gl_error){0};
  if (transfer->stop != GL_STOP_NONE)
    judge_stop(transfer);
  else if (out_of_memory(transfer, result))
    gl_error_memory(&transfer->error);
  else if (result != CURLE_OK)
    set_fault(transfer, fault_of(transfer, result), detail(transfer, result));
  else if (!transfer->head_done) /* libcurl takes a head that is cut short for a whole one */
    set_closed(transfer, "No whole response head came.", &transfer->error);
}

void gl_transfer_timed_out(gl_transfer *transfer) {
  gl_error_set(&transfer->error, GL_TRANSPORT, "ReadTimeoutError",
               "Read timeout on endpoint URL: \"%s\"", gl_buf_string(&transfer->url));
  transfer->error.retryable = 1;
}

void gl_transfer_given_up(const gl_transfer *transfer, const char *why, gl_error *error) {
  set_closed(transfer, why, error);
}
