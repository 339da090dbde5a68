/* Sets the options of a libcurl handle for a request.  Options that never change are set once per
 * handle. */
#include "core/transport/transfer_private.h"

#include "core/mem.h"
#include "core/transport/drive.h"
#include "core/transport/libcurl.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sets an option unless an earlier one failed.  Requires the locals `easy` and `code`. */
#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))

/* ---- once per handle --------------------------------------------------------------------- */

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
 * closed.  So the transfer is not connected now, and `up_threshold` is set. */
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

/* HTTP/1.1 without changes to the signed request. */
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

/* Does not send the request's headers to the proxy, and does not pass the headers of the proxy's
 * response to our callbacks. */
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

/* Before libcurl 7.87, OpenSSL writes to the socket itself, without MSG_NOSIGNAL, and may raise
 * SIGPIPE. */
static int may_raise_sigpipe(const gl_handle *handle) {
  const char *proxy = handle->pool->proxy;
  return gl_libcurl_info()->version_num < 0x075700 &&
         (strncmp(gl_buf_string(&handle->url), "https:", 6) == 0 || !proxy ||
          strncmp(proxy, "https:", 6) == 0);
}

static CURLcode prepare(gl_handle *handle) {
  CURLcode code = handle->prepared ? CURLE_OK : set_callbacks(handle);
  if (handle->prepared)
    return code;
  code = code ? code : set_rules(handle->easy);
  code = code ? code : set_tls(handle->easy, handle->pool);
  code = code ? code : set_proxy(handle->easy, handle->pool);
  handle->prepared = code == CURLE_OK;
  return code;
}

/* ---- once per request -------------------------------------------------------------------- */

/* Bytes that libcurl reads at a time from a streamed body, and libcurl's default. */
enum { LARGE_UPLOAD_BUFFER = 256 * 1024, UPLOAD_BUFFER = 64 * 1024 };

static CURLcode set_upload_buffer(gl_handle *handle, long size) {
  CURLcode code = CURLE_OK;
#if LIBCURL_VERSION_NUM >= 0x073e00
  if (handle->upload_buffer != size)
    code = curl_easy_setopt(handle->easy, CURLOPT_UPLOAD_BUFFERSIZE, size);
  handle->upload_buffer = size;
#endif
  return code;
}

static CURLcode set_body(gl_handle *handle, const gl_request *request) {
  CURL *easy = handle->easy;
  CURLcode code = CURLE_OK;
  const char *method = gl_buf_string(&request->method);
  if (request->streamed) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
  } else if (request->has_body) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    SET(CURLOPT_POSTFIELDS, gl_buf_string(&request->body));
  } else if (strcmp(method, "HEAD") == 0) {
    SET(CURLOPT_NOBODY, 1L);
  } else {
    SET(CURLOPT_HTTPGET, 1L);
  }
  SET(CURLOPT_CUSTOMREQUEST, method);
  long size = request->streamed ? LARGE_UPLOAD_BUFFER : UPLOAD_BUFFER;
  return code ? code : set_upload_buffer(handle, size);
}

/* Returns whether a proxy may receive the request as plain http.  Then the target of the request
 * line is the whole URL. */
static int may_send_url(const gl_handle *handle) {
  const char *proxy = handle->pool->proxy;
  return !(proxy && !*proxy) && strncmp(gl_buf_string(&handle->url), "https:", 6) != 0;
}

/* Sets CURLOPT_URL to the origin unless it has that value already. */
static CURLcode set_origin(gl_handle *handle, const gl_buf *origin) {
  gl_buf *current = &handle->origin;
  if (origin->length == current->length &&
      memcmp(gl_buf_string(origin), gl_buf_string(current), origin->length) == 0)
    return CURLE_OK;
  gl_buf_reset(current);
  if (gl_buf_reserve(current, origin->length))
    return CURLE_OUT_OF_MEMORY;
  CURLcode code = curl_easy_setopt(handle->easy, CURLOPT_URL, gl_buf_string(origin));
  if (code == CURLE_OK)
    (void)gl_buf_append(current, origin->data, origin->length);
  return code;
}

/* Sets the URL and the target of the request line.  libcurl 8 and later changes the case of
 * hexadecimal digits in the URL's path, so the target is set separately.  Then the URL is only the
 * origin, which libcurl parses faster. */
static CURLcode set_target(gl_handle *handle, const gl_request *request) {
  const char *url = gl_buf_string(&handle->url);
  if (may_send_url(handle)) {
    gl_buf_reset(&handle->origin);
    return curl_easy_setopt(handle->easy, CURLOPT_URL, url);
  }
  CURLcode code =
      curl_easy_setopt(handle->easy, CURLOPT_REQUEST_TARGET, url + request->origin.length);
  return code ? code : set_origin(handle, &request->origin);
}

/* For libcurl, 0 means its default of five minutes.  So INT_MAX stands for no limit. */
static CURLcode set_connect_timeout(gl_handle *handle, long wait) {
  CURLcode code = CURLE_OK;
  if (wait <= 0 || wait > INT_MAX)
    wait = INT_MAX;
  if (handle->connect_timeout != wait)
    code = curl_easy_setopt(handle->easy, CURLOPT_CONNECTTIMEOUT_MS, wait);
  handle->connect_timeout = wait;
  return code;
}

/* ---- header fields ----------------------------------------------------------------------- */

/* Header fields that libcurl may add on its own.  A line without a value prevents that. */
enum { SUPPRESSED_MAX = 4 };

/* No version of libcurl adds Expect for a body of up to EXPECT_MIN bytes. */
enum { EXPECT_MIN = 1024 };

/* Reserves memory for all header fields of a request, so that adding them cannot fail. */
static int reserve_fields(gl_handle *handle, const gl_headers *headers) {
  size_t count = headers->count + SUPPRESSED_MAX;
  if (count <= handle->fields_capacity)
    return 0;
  struct curl_slist *larger = gl_mem_realloc(handle->fields, count * sizeof *larger);
  if (!larger)
    return GL_MEMORY;
  handle->fields = larger;
  handle->fields_capacity = count;
  return 0;
}

/* libcurl only reads the list, so its nodes can be elements of our array and refer to the lines of
 * the request. */
static void add_field(gl_handle *handle, size_t *count, char *line) {
  struct curl_slist *field = &handle->fields[*count];
  *field = (struct curl_slist){.data = line};
  if (*count > 0)
    field[-1].next = field;
  (*count)++;
}

static void suppress(gl_handle *handle, size_t *count, const gl_headers *headers, const char *name,
                     const char *line) {
  if (!gl_headers_get(headers, name))
    add_field(handle, count, (char *)line);
}

static void suppress_additions(gl_handle *handle, size_t *count, const gl_request *request) {
  const gl_headers *headers = &request->headers;
  const char *proxy = handle->pool->proxy;
  suppress(handle, count, headers, "Accept", "Accept:");
  if (request->has_body)
    suppress(handle, count, headers, "Content-Type", "Content-Type:");
  if (request->streamed || request->body.length > EXPECT_MIN)
    suppress(handle, count, headers, "Expect", "Expect:");
  if (!proxy || *proxy)
    suppress(handle, count, headers, "Proxy-Connection", "Proxy-Connection:");
}

static CURLcode set_headers(gl_handle *handle, const gl_request *request) {
  const gl_headers *headers = &request->headers;
  size_t count = 0;
  if (reserve_fields(handle, headers))
    return CURLE_OUT_OF_MEMORY;
  for (size_t i = 0; i < headers->count; i++)
    add_field(handle, &count, headers->items[i].line);
  suppress_additions(handle, &count, request);
  return curl_easy_setopt(handle->easy, CURLOPT_HTTPHEADER, handle->fields);
}

CURLcode gl_transfer_set_options(gl_transfer *transfer, const gl_request *request) {
  gl_handle *handle = transfer->handle;
  CURLcode code = prepare(handle);
  code = code ? code : set_connect_timeout(handle, transfer->timeouts.connect);
  code = code ? code : set_target(handle, request);
  code = code ? code : set_body(handle, request);
  if (may_raise_sigpipe(handle))
    handle->pool->guards_sigpipe = 1;
  return code ? code : set_headers(handle, request);
}
