#include "core/request.h"

#include <stdio.h>
#include <string.h>

/* A reset request keeps the memory of its body up to this size, in bytes. */
enum { KEPT_BODY = 16 * 1024 };

typedef struct url_parts {
  const char *authority, *path, *query; /* pointers into the URL */
  size_t authority_length, path_length, query_length;
  int is_https;
} url_parts;

enum { SHOWN = 512 /* bytes of a URL in a message */ };

/* Copies the start of a URL, with control characters as "\x0a". */
static void escape(const char *url, size_t length, char out[SHOWN + 1]) {
  size_t used = 0;
  for (size_t i = 0; i < length && used + 4 <= SHOWN; i++) {
    unsigned char byte = (unsigned char)url[i];
    if (byte < ' ' || byte == 0x7F)
      used += (size_t)snprintf(out + used, 5, "\\x%02x", byte);
    else
      out[used++] = (char)byte;
  }
  out[used] = '\0';
}

/* Returns the part of a URL from its last "@" on, or the whole URL. */
static const char *find_host(const char *url, size_t length) {
  for (size_t i = length; i > 0; i--)
    if (url[i - 1] == '@')
      return url + i - 1;
  return url;
}

/* The message shows neither the part before an "@", because it may contain a password, nor a query,
 * because it may contain a token.  A "?" before the "@" may belong to either. */
static int bad_url(gl_error *error, const char *url, size_t length, const char *why) {
  char shown[SHOWN + 1];
  const char *start = find_host(url, length), *end = url + length;
  const char *query = memchr(url, '?', length), *rest = end;
  if (query)
    rest = (query < start ? start : query) + 1;
  escape(start, (size_t)(rest - start), shown);
  return gl_error_set(error, GL_CONFIG, "InvalidConfigError", "Invalid endpoint: %s%s%s (%s)",
                      start > url ? "***" : "", shown, rest < end ? "***" : "", why);
}

static int has_prefix(const char *text, size_t length, const char *prefix) {
  size_t size = strlen(prefix);
  for (size_t i = 0; i < size; i++) {
    if (i >= length)
      return 0;
    char letter = text[i];
    if (letter >= 'A' && letter <= 'Z')
      letter = (char)(letter - 'A' + 'a');
    if (letter != prefix[i])
      return 0;
  }
  return 1;
}

/* White space and control characters could end the request line.  "#" and "\" could hide the host.
 */
static const char *check_bytes(const char *url, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)url[i];
    if (byte <= ' ' || byte == 0x7f)
      return "white space or a control character";
    if (byte == '#')
      return "a fragment";
    if (byte == '\\')
      return "a backslash";
  }
  return NULL;
}

static const char *check_port(const char *port, size_t length) {
  long value = 0;
  for (size_t i = 0; i < length; i++) {
    if (port[i] < '0' || port[i] > '9' || value > 65535)
      return "a malformed port";
    value = value * 10 + (port[i] - '0');
  }
  return value >= 1 && value <= 65535 ? NULL : "a malformed port";
}

/* Returns the length of the host in "host:port".  An IPv6 address has brackets. */
static size_t host_length(const char *authority, size_t length) {
  if (length > 0 && authority[0] == '[') {
    const char *end = memchr(authority, ']', length);
    return end ? (size_t)(end - authority) + 1 : 0;
  }
  const char *colon = memchr(authority, ':', length);
  return colon ? (size_t)(colon - authority) : length;
}

static int is_host_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_';
}

static const char *check_authority(const char *authority, size_t length) {
  if (memchr(authority, '@', length))
    return "user information";
  size_t host = host_length(authority, length);
  if (host == 0)
    return "no host";
  if (authority[0] == '[') {
    if (host < 4 || strspn(authority + 1, "0123456789abcdefABCDEF:.") != host - 2)
      return "a malformed IPv6 address";
  } else {
    for (size_t i = 0; i < host; i++)
      if (!is_host_byte(authority[i]))
        return "a malformed host";
  }
  if (host == length)
    return NULL;
  return authority[host] == ':' ? check_port(authority + host + 1, length - host - 1)
                                : "a malformed host";
}

static const char *split_url(const char *url, size_t length, url_parts *parts) {
  const char *why = check_bytes(url, length);
  if (why)
    return why;
  parts->is_https = has_prefix(url, length, "https://");
  if (!parts->is_https && !has_prefix(url, length, "http://"))
    return "neither http nor https";
  const char *end = url + length;
  const char *at = parts->authority = url + (parts->is_https ? 8 : 7);
  while (at < end && *at != '/' && *at != '?')
    at++;
  parts->authority_length = (size_t)(at - parts->authority);
  parts->path = at;
  while (at < end && *at != '?')
    at++;
  parts->path_length = (size_t)(at - parts->path);
  parts->query = at < end ? at + 1 : at;
  parts->query_length = (size_t)(end - parts->query);
  return check_authority(parts->authority, parts->authority_length);
}

/* Appends the scheme, the host in lower case, and the port unless it is the scheme's default. */
static int append_origin(gl_buf *out, const url_parts *parts) {
  size_t host = host_length(parts->authority, parts->authority_length);
  const char *port = parts->authority + host;
  size_t port_length = parts->authority_length - host;
  const char *usual = parts->is_https ? ":443" : ":80";
  if (gl_buf_append_string(out, parts->is_https ? "https://" : "http://"))
    return GL_MEMORY;
  size_t start = out->length;
  if (gl_buf_append(out, parts->authority, host))
    return GL_MEMORY;
  for (size_t i = start; i < out->length; i++)
    if (out->data[i] >= 'A' && out->data[i] <= 'Z')
      out->data[i] = (char)(out->data[i] + 32);
  if (port_length == strlen(usual) && !memcmp(port, usual, port_length))
    return 0;
  return gl_buf_append(out, port, port_length);
}

static int set_target(gl_request *request, const char *method, const char *path,
                      size_t path_length) {
  gl_buf_reset(&request->method);
  gl_buf_reset(&request->path);
  gl_buf_reset(&request->query);
  return gl_buf_append_string(&request->method, method) ||
         (path_length ? gl_buf_append(&request->path, path, path_length)
                      : gl_buf_append_char(&request->path, '/'));
}

/* Remembers the URL, unless it has a query, which may contain secrets. */
static int remember_url(gl_request *request, const char *url, const url_parts *parts) {
  request->last_path = (size_t)(parts->path - url);
  return parts->query_length
             ? 0
             : gl_buf_append(&request->last_url, url, request->last_path + parts->path_length);
}

static int set_parts(gl_request *request, const char *method, const char *url,
                     const url_parts *parts) {
  gl_buf_reset(&request->last_url);
  gl_buf_reset(&request->origin);
  return append_origin(&request->origin, parts) ||
         set_target(request, method, parts->path, parts->path_length) ||
         gl_buf_append(&request->query, parts->query, parts->query_length) ||
         remember_url(request, url, parts);
}

int gl_request_set_url(gl_request *request, const char *method, const char *url, size_t length,
                       gl_error *error) {
  const gl_buf *last = &request->last_url;
  if (length > 0 && length == last->length && !memcmp(url, last->data, length))
    return set_target(request, method, last->data + request->last_path, length - request->last_path)
               ? gl_error_memory(error)
               : 0;
  url_parts parts;
  const char *why = split_url(url, length, &parts);
  if (why)
    return bad_url(error, url, length, why);
  return set_parts(request, method, url, &parts) ? gl_error_memory(error) : 0;
}

const char *gl_request_host(const gl_request *request) {
  const char *origin = gl_buf_string(&request->origin);
  if (!*origin)
    return origin;
  return origin + (origin[strlen("http")] == 's' ? strlen("https://") : strlen("http://"));
}

int gl_request_url(const gl_request *request, gl_buf *out, gl_error *error) {
  int failed = gl_buf_append(out, request->origin.data, request->origin.length) ||
               gl_buf_append(out, request->path.data, request->path.length);
  if (!failed && request->query.length > 0)
    failed = gl_buf_append_char(out, '?') ||
             gl_buf_append(out, request->query.data, request->query.length);
  return failed ? gl_error_memory(error) : 0;
}

int gl_request_set_header(gl_request *request, const char *name, const char *value, size_t length,
                          gl_error *error) {
  switch (gl_headers_set(&request->headers, name, strlen(name), value, length)) {
  case 0:
    return 0;
  case GL_HEADER_BAD:
    return gl_error_set(error, GL_VALIDATION, "ParamValidationError",
                        "Invalid header %s: its name is not a token, or its value has a control "
                        "character",
                        name);
  default:
    return gl_error_memory(error);
  }
}

void gl_request_reset(gl_request *request) {
  gl_buf_reset(&request->method);
  gl_buf_reset(&request->path);
  gl_buf_reset(&request->query);
  gl_headers_reset(&request->headers);
  if (request->body.capacity > KEPT_BODY)
    gl_buf_clear(&request->body);
  gl_buf_reset(&request->body);
  request->has_body = request->streamed = 0;
  request->body_length = 0;
}

void gl_request_clear(gl_request *request) {
  gl_buf_clear(&request->method);
  gl_buf_clear(&request->origin);
  gl_buf_clear(&request->path);
  gl_buf_clear(&request->query);
  gl_headers_clear(&request->headers);
  gl_buf_clear(&request->body);
  gl_buf_clear(&request->last_url);
  request->last_path = 0;
  request->has_body = request->streamed = 0;
  request->body_length = 0;
}
