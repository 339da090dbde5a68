/* Sets the options of a libcurl handle for one request. */
#include "core/transport/transfer_private.h"

#include "core/mem.h"
#include "core/transport/libcurl.h"

#include <limits.h>
#include <string.h>

/* In bytes: the size of libcurl's upload buffer for a streamed body, and libcurl's default size. */
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
  return !handle->pool->direct && strncmp(gl_buf_string(&handle->url), "https:", 6) != 0;
}

static int has_origin(const gl_handle *handle, const gl_buf *origin) {
  const gl_buf *current = &handle->origin;
  return origin->length == current->length &&
         memcmp(gl_buf_string(origin), gl_buf_string(current), origin->length) == 0;
}

static CURLcode parse_origin(gl_handle *handle, const gl_buf *origin) {
  if (!handle->parsed && !(handle->parsed = curl_url()))
    return CURLE_OUT_OF_MEMORY;
  CURLUcode code = curl_url_set(handle->parsed, CURLUPART_URL, gl_buf_string(origin), 0);
  return code == CURLUE_OK              ? CURLE_OK
         : code == CURLUE_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY
                                        : CURLE_URL_MALFORMAT;
}

/* Sets the URL to the origin unless it has that value already.  libcurl gets it in parsed form,
 * because it would parse a string again for each transfer.  The string may be an older URL, so it
 * is removed; libcurl then makes a new one from the parsed form. */
static CURLcode set_origin(gl_handle *handle, const gl_buf *origin) {
  CURL *easy = handle->easy;
  if (has_origin(handle, origin))
    return CURLE_OK;
  gl_buf_reset(&handle->origin);
  if (gl_buf_reserve(&handle->origin, origin->length))
    return CURLE_OUT_OF_MEMORY;
  CURLcode code = parse_origin(handle, origin);
  SET(CURLOPT_URL, NULL);
  SET(CURLOPT_CURLU, handle->parsed);
  if (code == CURLE_OK)
    (void)gl_buf_append(&handle->origin, origin->data, origin->length);
  return code;
}

static CURLcode set_url(gl_handle *handle) {
  CURL *easy = handle->easy;
  CURLcode code = CURLE_OK;
  gl_buf_reset(&handle->origin);
  SET(CURLOPT_CURLU, NULL);
  SET(CURLOPT_URL, gl_buf_string(&handle->url));
  return code;
}

/* Sets the URL and the target of the request line.  libcurl 8 and later changes the case of
 * hexadecimal digits in the URL's path, so the target is set separately. */
static CURLcode set_target(gl_handle *handle, const gl_request *request) {
  if (may_send_url(handle))
    return set_url(handle);
  const char *target = gl_buf_string(&handle->url) + request->origin.length;
  CURLcode code = curl_easy_setopt(handle->easy, CURLOPT_REQUEST_TARGET, target);
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

/* How many of the header fields that libcurl may add are suppressed.  A line without a value does
 * that. */
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
  suppress(handle, count, headers, "Accept", "Accept:");
  if (request->has_body)
    suppress(handle, count, headers, "Content-Type", "Content-Type:");
  if (request->streamed || request->body.length > EXPECT_MIN)
    suppress(handle, count, headers, "Expect", "Expect:");
  if (!handle->pool->direct)
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

/* Before libcurl 7.87, OpenSSL writes to the socket itself, without MSG_NOSIGNAL, and may raise
 * SIGPIPE. */
static int may_raise_sigpipe(const gl_handle *handle) {
  const char *proxy = handle->pool->proxy;
  return gl_libcurl_info()->version_num < 0x075700 &&
         (strncmp(gl_buf_string(&handle->url), "https:", 6) == 0 || !proxy ||
          strncmp(proxy, "https:", 6) == 0);
}

CURLcode gl_transfer_set_options(gl_transfer *transfer, const gl_request *request) {
  gl_handle *handle = transfer->handle;
  CURLcode code = gl_transfer_set_up(handle);
  code = code ? code : set_connect_timeout(handle, transfer->timeouts.connect);
  code = code ? code : set_target(handle, request);
  code = code ? code : set_body(handle, request);
  if (may_raise_sigpipe(handle))
    handle->pool->guards_sigpipe = 1;
  return code ? code : set_headers(handle, request);
}
