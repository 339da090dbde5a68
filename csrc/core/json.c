#include "core/json.h"

#include "core/error.h"

#include <inttypes.h>
#include <string.h>

static int append_comma(gl_json *json) {
  return json->comma ? gl_buf_append_char(json->out, ',') : 0;
}

/* Ends a step that began where the buffer held `start` bytes: a step that failed is undone. */
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
  const char *found = byte ? strchr(escaped, byte) : NULL;
  if (!found)
    return gl_buf_append_format(out, "\\u%04x", byte);
  char pair[2] = {'\\', letters[found - escaped]};
  return gl_buf_append(out, pair, sizeof pair);
}

static int needs_escape(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F;
}

static int append_quoted(gl_buf *out, const char *bytes, size_t length) {
  int failed = gl_buf_append_char(out, '"');
  size_t plain = 0; /* where the bytes begin that are not written yet */
  for (size_t i = 0; i < length && !failed; i++) {
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

int gl_json_boolean(gl_json *json, int value) {
  size_t start = json->out->length;
  int failed = append_comma(json) || gl_buf_append_string(json->out, value ? "true" : "false");
  return finish(json, start, failed, 1);
}

/* The bytes of the UTF-8 character that `lead` begins, and the range of its second byte, which
 * alone rules out overlong forms, surrogates and what is past U+10FFFF (RFC 3629, section 4).
 * 0 for a byte that begins none. */
static size_t character_size(unsigned char lead, unsigned char *lowest, unsigned char *highest) {
  *lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  *highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (lead < 0x80)
    return 1;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

int gl_utf8_valid(const char *bytes, size_t length) {
  const unsigned char *at = (const unsigned char *)bytes;
  for (size_t size; length > 0; at += size, length -= size) {
    unsigned char lowest, highest;
    size = character_size(at[0], &lowest, &highest);
    if (size == 0 || size > length)
      return 0;
    if (size > 1 && (at[1] < lowest || at[1] > highest))
      return 0;
    for (size_t i = 2; i < size; i++)
      if ((at[i] & 0xC0) != 0x80)
        return 0;
  }
  return 1;
}
