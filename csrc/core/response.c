#include "core/response.h"

#include "core/error.h"

#include <string.h>

static int is_blank(char byte) {
  return byte == ' ' || byte == '\t';
}

static int is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/* Returns the length without the line break. */
static size_t line_length(const char *line, size_t length) {
  if (length > 0 && line[length - 1] == '\n')
    length--;
  if (length > 0 && line[length - 1] == '\r')
    length--;
  return length;
}

/* Returns the three digits in "HTTP/1.1 404 Not Found" (RFC 9112, 4), or NULL. */
static const char *find_status(const char *line, size_t length) {
  if (length < 5 || memcmp(line, "HTTP/", 5) != 0)
    return NULL;
  const char *end = line + length;
  const char *at = memchr(line, ' ', length);
  while (at && at < end && *at == ' ')
    at++;
  if (!at || end - at < 3 || !is_digit(at[0]) || !is_digit(at[1]) || !is_digit(at[2]))
    return NULL;
  return end - at == 3 || at[3] == ' ' ? at : NULL;
}

static void read_status_line(gl_response *response, const char *status) {
  gl_response_clear(response);
  response->status = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
}

static int read_field(gl_response *response, const char *line, size_t length) {
  const char *colon = memchr(line, ':', length);
  if (!colon)
    return 0;
  const char *value = colon + 1, *end = line + length;
  while (value < end && is_blank(*value))
    value++;
  while (end > value && is_blank(end[-1]))
    end--;
  int result = gl_headers_add(&response->headers, line, (size_t)(colon - line), value,
                              (size_t)(end - value));
  return result == GL_MEMORY ? GL_MEMORY : 0;
}

int gl_response_head_line(gl_response *response, const char *line, size_t length) {
  length = line_length(line, length);
  const char *status = find_status(line, length);
  if (!status)
    return read_field(response, line, length);
  read_status_line(response, status);
  return 0;
}

static size_t body_bound(const gl_response *response) {
  int success = response->status >= 200 && response->status < 300;
  return success ? GL_RESPONSE_BODY_MAX : GL_RESPONSE_ERROR_BODY_MAX;
}

int gl_response_body(gl_response *response, const void *bytes, size_t length) {
  size_t room = body_bound(response) - response->body.length;
  int over = length > room;
  if (gl_buf_append(&response->body, bytes, over ? room : length))
    return GL_MEMORY;
  if (over)
    response->truncated = 1;
  return over ? GL_RESPONSE_FULL : 0;
}

void gl_response_drop(gl_response *response) {
  gl_headers_clear(&response->headers);
  gl_buf_clear(&response->body);
}

void gl_response_clear(gl_response *response) {
  gl_response_drop(response);
  *response = (gl_response){0};
}
