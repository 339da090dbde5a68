#include "core/uri.h"

#include "core/error.h"
#include "core/hex.h"
#include "core/mem.h"
#include "core/word.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Letters, digits and -._~ (RFC 3986, 2.3). */
static const gl_byte_set unreserved = {{0x00000000, 0x03FF6000, 0x87FFFFFE, 0x47FFFFFE, 0x00000000,
                                        0x00000000, 0x00000000, 0x00000000}};

/* Reserves memory for `length` bytes, even if each one is encoded, and for `extra` others.
 * Appending cannot fail afterwards, so a caller that fails has changed nothing. */
static int reserve_encoded(gl_buf *out, size_t length, size_t extra) {
  if (length > (SIZE_MAX - extra) / 3)
    return GL_MEMORY;
  return gl_buf_reserve(out, 3 * length + extra);
}

static void encode_byte(gl_buf *out, unsigned char byte, const char *safe) {
  static const char digits[] = "0123456789ABCDEF";
  char *to = out->data + out->length;
  if (gl_byte_set_has(&unreserved, byte) || (byte && strchr(safe, byte))) {
    to[0] = (char)byte;
    out->length += 1;
  } else {
    to[0] = '%';
    to[1] = digits[byte >> 4];
    to[2] = digits[byte & 15];
    out->length += 3;
  }
  out->data[out->length] = '\0';
}

/* Copies runs of unreserved bytes, which most text consists of. */
static void encode(gl_buf *out, const char *bytes, size_t length, const char *safe) {
  for (size_t i = 0, start; i < length; i++) {
    for (start = i; i < length && gl_byte_set_has(&unreserved, (unsigned char)bytes[i]); i++) {
    }
    memcpy(out->data + out->length, bytes + start, i - start);
    out->length += i - start;
    if (i < length)
      encode_byte(out, (unsigned char)bytes[i], safe);
  }
  out->data[out->length] = '\0';
}

int gl_uri_encode(gl_buf *out, const void *bytes, size_t length, const char *safe) {
  if (reserve_encoded(out, length, 0))
    return GL_MEMORY;
  encode(out, bytes, length, safe ? safe : "");
  return 0;
}

int gl_uri_add_query(gl_buf *query, const char *name, const void *value, size_t length) {
  size_t name_length = strlen(name);
  if (length > SIZE_MAX - name_length || reserve_encoded(query, name_length + length, 2))
    return GL_MEMORY;
  if (query->length)
    gl_buf_append_char(query, '&');
  encode(query, name, name_length, "");
  gl_buf_append_char(query, '=');
  encode(query, value, length, "");
  return 0;
}

/* Removes the last "/segment" after `start`. */
static void drop_segment(gl_buf *out, size_t start) {
  size_t length = out->length;
  while (length > start && out->data[--length] != '/') {
  }
  gl_buf_truncate(out, length);
}

static void append_segment(gl_buf *out, size_t start, const char *segment, size_t length) {
  if (length == 0 || (length == 1 && segment[0] == '.'))
    return;
  if (length == 2 && segment[0] == '.' && segment[1] == '.') {
    drop_segment(out, start);
    return;
  }
  out->data[out->length++] = '/';
  encode(out, segment, length, "");
}

static void append_normalized(gl_buf *out, const char *path, size_t length) {
  size_t start = out->length;
  for (size_t from = 0, to; from < length; from = to + 1) {
    const char *slash = memchr(path + from, '/', length - from);
    to = slash ? (size_t)(slash - path) : length;
    append_segment(out, start, path + from, to - from);
  }
  if (out->length == start || path[length - 1] == '/')
    gl_buf_append_char(out, '/');
}

int gl_uri_canonical_path(gl_buf *out, const char *path, size_t length, int normalize) {
  /* Normalizing may add one slash: at the beginning, or in place of an empty path. */
  if (reserve_encoded(out, length, 1))
    return GL_MEMORY;
  if (normalize)
    append_normalized(out, path, length);
  else if (length == 0)
    gl_buf_append_char(out, '/');
  else
    encode(out, path, length, "/");
  return 0;
}

/* One encoded parameter.  Both strings end in a NUL, because a NUL inside them is encoded as "%00".
 */
typedef struct parameter {
  const char *name;
  const char *value;
} parameter;

static int compare_parameters(const void *left, const void *right) {
  const parameter *a = left, *b = right;
  int order = strcmp(a->name, b->name);
  return order ? order : strcmp(a->value, b->value);
}

/* Decodes `bytes`, encodes them again and appends them with a NUL to a buffer that has enough room.
 * Returns where they begin.  A "%" without two hexadecimal digits is a percent sign. */
static const char *recode(gl_buf *scratch, const char *bytes, size_t length) {
  size_t start = scratch->length;
  for (size_t i = 0; i < length; i++) {
    int high = -1, low = -1;
    if (bytes[i] == '%' && length - i > 2) {
      high = gl_hex_value(bytes[i + 1]);
      low = gl_hex_value(bytes[i + 2]);
    }
    if (high >= 0 && low >= 0) {
      encode_byte(scratch, (unsigned char)(high * 16 + low), "");
      i += 2;
    } else {
      encode_byte(scratch, (unsigned char)bytes[i], "");
    }
  }
  gl_buf_append_char(scratch, '\0');
  return scratch->data + start;
}

/* Splits `query` into `parameters`, whose strings lie in `scratch`.  Returns their number. */
static size_t split_query(parameter *parameters, gl_buf *scratch, const char *query,
                          size_t length) {
  size_t count = 0;
  for (size_t from = 0, to; from < length; from = to + 1) {
    const char *ampersand = memchr(query + from, '&', length - from);
    to = ampersand ? (size_t)(ampersand - query) : length;
    if (to == from)
      continue;
    const char *equals = memchr(query + from, '=', to - from);
    size_t middle = equals ? (size_t)(equals - query) : to;
    size_t value = equals ? middle + 1 : to;
    parameters[count].name = recode(scratch, query + from, middle - from);
    parameters[count].value = recode(scratch, query + value, to - value);
    count++;
  }
  return count;
}

static void join_query(gl_buf *out, const parameter *parameters, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      gl_buf_append_char(out, '&');
    gl_buf_append_string(out, parameters[i].name);
    gl_buf_append_char(out, '=');
    gl_buf_append_string(out, parameters[i].value);
  }
}

static size_t count_parameters(const char *query, size_t length) {
  size_t count = 1;
  for (size_t i = 0; i < length; i++)
    count += query[i] == '&';
  return count;
}

int gl_uri_canonical_query(gl_buf *out, const char *query, size_t length) {
  if (length == 0)
    return 0;
  size_t most = count_parameters(query, length);
  gl_buf scratch = {0};
  int result = GL_MEMORY;
  parameter *parameters = gl_mem_zalloc(most, sizeof *parameters);
  /* The encoded form of a byte has at most three bytes.  Each parameter may get an "=" in `out`,
   * and it needs two NULs in `scratch`. */
  if (parameters && reserve_encoded(&scratch, length, 2 * most) == 0 &&
      reserve_encoded(out, length, 2 * most) == 0) {
    size_t count = split_query(parameters, &scratch, query, length);
    qsort(parameters, count, sizeof *parameters, compare_parameters);
    join_query(out, parameters, count);
    result = 0;
  }
  gl_mem_free(parameters);
  gl_buf_clear(&scratch);
  return result;
}
