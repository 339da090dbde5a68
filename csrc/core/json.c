#include "core/json.h"

#include "core/error.h"
#include "core/word.h"

#include <inttypes.h>
#include <string.h>

static int append_comma(gl_json *json) {
  return json->comma ? gl_buf_append_char(json->out, ',') : 0;
}

/* Ends a step that began when the buffer held `start` bytes.  If it failed, undoes it. */
static int finish(gl_json *json, size_t start, int failed, int comma) {
  if (failed) {
    gl_buf_truncate(json->out, start);
    return GL_MEMORY;
  }
  json->comma = comma;
  return 0;
}

int gl_json_open(gl_json *json, char bracket) {
  if (gl_buf_reserve(json->out, 2))
    return GL_MEMORY;
  char *to = json->out->data + json->out->length;
  if (json->comma)
    *to++ = ',';
  *to++ = bracket;
  gl_buf_end(json->out, to);
  json->comma = 0;
  return 0;
}

int gl_json_close(gl_json *json, char bracket) {
  return finish(json, json->out->length, gl_buf_append_char(json->out, bracket), 1);
}

static int append_escape(gl_buf *out, unsigned char byte) {
  static const char escaped[] = "\"\\\b\f\n\r\t";
  static const char letters[] = "\"\\bfnrt";
  const char *at = byte ? strchr(escaped, byte) : NULL;
  if (!at)
    return gl_buf_append_format(out, "\\u%04x", byte);
  char pair[2] = {'\\', letters[at - escaped]};
  return gl_buf_append(out, pair, sizeof pair);
}

static int needs_escape(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F;
}

/* Returns whether one of the GL_WORD_SIZE bytes needs an escape. */
static int word_needs_escape(const char *bytes) {
  uint64_t word = gl_word_load(bytes);
  return (gl_word_has_control(word) | gl_word_has(word, '"') | gl_word_has(word, '\\')) != 0;
}

/* Returns the number of bytes before the first one that needs an escape.  The last word of a text
 * may overlap the one before. */
static size_t count_plain(const char *bytes, size_t length) {
  size_t i = 0;
  while (length - i >= GL_WORD_SIZE && !word_needs_escape(bytes + i))
    i += GL_WORD_SIZE;
  if (i > 0 && length - i < GL_WORD_SIZE && !word_needs_escape(bytes + length - GL_WORD_SIZE))
    return length;
  while (i < length && !needs_escape((unsigned char)bytes[i]))
    i++;
  return i;
}

/* Appends the rest of a string, whose first byte needs an escape, and the closing quote. */
static int append_escaped(gl_buf *out, const char *bytes, size_t length) {
  int failed = 0;
  while (length > 0 && !failed) {
    size_t plain = count_plain(bytes + 1, length - 1);
    failed = append_escape(out, (unsigned char)*bytes) || gl_buf_append(out, bytes + 1, plain);
    bytes += plain + 1, length -= plain + 1;
  }
  return failed || gl_buf_append_char(out, '"');
}

/* Appends a comma, if one is needed, and a string.  Few strings need escapes. */
static int append_quoted(gl_json *json, const char *bytes, size_t length) {
  gl_buf *out = json->out;
  size_t plain = count_plain(bytes, length);
  if (gl_buf_reserve(out, plain + 3))
    return GL_MEMORY;
  char *to = out->data + out->length;
  if (json->comma)
    *to++ = ',';
  *to++ = '"';
  if (plain > 0)
    to = gl_put(to, bytes, plain);
  if (plain == length)
    *to++ = '"';
  gl_buf_end(out, to);
  return plain == length ? 0 : append_escaped(out, bytes + plain, length - plain);
}

int gl_json_key(gl_json *json, const char *name, size_t length) {
  size_t start = json->out->length;
  int failed = append_quoted(json, name, length) || gl_buf_append_char(json->out, ':');
  return finish(json, start, failed, 0);
}

int gl_json_string(gl_json *json, const char *bytes, size_t length) {
  size_t start = json->out->length;
  return finish(json, start, append_quoted(json, bytes, length), 1);
}

int gl_json_integer(gl_json *json, int64_t value) {
  size_t start = json->out->length;
  int failed = append_comma(json) || gl_buf_append_format(json->out, "%" PRId64, value);
  return finish(json, start, failed, 1);
}

int gl_json_raw(gl_json *json, const char *text, size_t length) {
  size_t start = json->out->length;
  int failed = append_comma(json) || gl_buf_append(json->out, text, length);
  return finish(json, start, failed, 1);
}

int gl_json_boolean(gl_json *json, int value) {
  size_t start = json->out->length;
  int failed = append_comma(json) || gl_buf_append_string(json->out, value ? "true" : "false");
  return finish(json, start, failed, 1);
}
