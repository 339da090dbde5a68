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
  size_t start = json->out->length;
  int failed = append_comma(json) || gl_buf_append_char(json->out, bracket);
  return finish(json, start, failed, 0);
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
  return (gl_word_has_less(word, 0x20) | gl_word_has(word, '"') | gl_word_has(word, '\\') |
          gl_word_has(word, 0x7F)) != 0;
}

static int append_quoted(gl_buf *out, const char *bytes, size_t length) {
  int failed = gl_buf_append_char(out, '"');
  size_t plain = 0; /* start of the bytes that are not written yet */
  for (size_t i = 0; i < length && !failed; i++) {
    while (length - i > GL_WORD_SIZE && !word_needs_escape(bytes + i))
      i += GL_WORD_SIZE;
    unsigned char byte = (unsigned char)bytes[i];
    if (!needs_escape(byte))
      continue;
    failed = gl_buf_append(out, bytes + plain, i - plain) || append_escape(out, byte);
    plain = i + 1;
  }
  return failed || (plain < length && gl_buf_append(out, bytes + plain, length - plain)) ||
         gl_buf_append_char(out, '"');
}

int gl_json_key(gl_json *json, const char *name, size_t length) {
  size_t start = json->out->length;
  int failed = append_comma(json) || append_quoted(json->out, name, length) ||
               gl_buf_append_char(json->out, ':');
  return finish(json, start, failed, 0);
}

int gl_json_string(gl_json *json, const char *bytes, size_t length) {
  size_t start = json->out->length;
  int failed = append_comma(json) || append_quoted(json->out, bytes, length);
  return finish(json, start, failed, 1);
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
