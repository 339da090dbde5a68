#include "core/json_text.h"

#include "core/hex.h"
#include "core/utf8.h"

#include <string.h>

enum { LAST_DIGIT = 5 /* the value of `escape` before the fourth digit */ };

void gl_json_text_begin(gl_json_text *text) {
  gl_buf_reset(&text->bytes);
  text->continuation = text->escape = 0;
  text->high = 0;
}

gl_json_text_result gl_json_text_append(gl_json_text *text, const char *bytes, size_t length,
                                        const char **why) {
  if (text->skip)
    return GL_JSON_TEXT_MORE;
  *why = "a text is longer than 1 MiB";
  if (length > GL_JSON_MAX_TEXT - text->bytes.length)
    return GL_JSON_TEXT_FAILED;
  *why = NULL;
  return gl_buf_append(&text->bytes, bytes, length) ? GL_JSON_TEXT_FAILED : GL_JSON_TEXT_MORE;
}

static gl_json_text_result append_character(gl_json_text *text, uint32_t code, const char **why) {
  static const unsigned char leads[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
  char utf8[4];
  size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--, code >>= 6)
    utf8[i] = (char)(0x80 | (code & 0x3F));
  utf8[0] = (char)(leads[size] | code);
  return gl_json_text_append(text, utf8, size, why);
}

/* Replaces a pending high surrogate, which no low surrogate follows, with U+FFFD. */
static gl_json_text_result end_lone_surrogate(gl_json_text *text, const char **why) {
  if (!text->high)
    return GL_JSON_TEXT_MORE;
  text->high = 0;
  return append_character(text, 0xFFFD, why);
}

/* Handles a \u escape after its fourth digit (section 7: UTF-16, pairs of surrogates). */
static gl_json_text_result end_unit(gl_json_text *text, const char **why) {
  uint32_t unit = text->unit, high = text->high;
  int is_high = unit >= 0xD800 && unit <= 0xDBFF, is_low = unit >= 0xDC00 && unit <= 0xDFFF;
  text->escape = 0;
  if (high && is_low) {
    text->high = 0;
    return append_character(text, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), why);
  }
  if (end_lone_surrogate(text, why) == GL_JSON_TEXT_FAILED)
    return GL_JSON_TEXT_FAILED;
  if (!is_high)
    return append_character(text, is_low ? 0xFFFD : unit, why);
  text->high = unit;
  return GL_JSON_TEXT_MORE;
}

static gl_json_text_result read_digit(gl_json_text *text, char byte, const char **why) {
  int value = gl_hex_value(byte);
  *why = "expected a hexadecimal digit";
  if (value < 0)
    return GL_JSON_TEXT_FAILED;
  text->unit = text->unit << 4 | (uint32_t)value;
  return text->escape++ < LAST_DIGIT ? GL_JSON_TEXT_MORE : end_unit(text, why);
}

/* Reads the byte after a backslash. */
static gl_json_text_result read_letter(gl_json_text *text, char byte, const char **why) {
  static const char letters[] = "\"\\/bfnrt", decoded[] = "\"\\/\b\f\n\r\t";
  if (byte == 'u') {
    text->unit = 0;
    text->escape = 2;
    return GL_JSON_TEXT_MORE;
  }
  const char *letter = byte ? strchr(letters, byte) : NULL;
  *why = "invalid escape";
  if (!letter || end_lone_surrogate(text, why) == GL_JSON_TEXT_FAILED)
    return GL_JSON_TEXT_FAILED;
  text->escape = 0;
  return gl_json_text_append(text, &decoded[letter - letters], 1, why);
}

/* Returns whether the byte is valid at this position of a UTF-8 character. */
static int accept_utf8(gl_json_text *text, unsigned char byte) {
  if (!text->continuation) {
    size_t size = gl_utf8_size(byte, &text->lowest, &text->highest);
    text->continuation = size ? (unsigned)size - 1 : 0;
    return size != 0;
  }
  if (byte < text->lowest || byte > text->highest)
    return 0;
  text->lowest = 0x80;
  text->highest = 0xBF;
  text->continuation--;
  return 1;
}

/* Returns the end of the plain bytes from `at` on: a quote, a backslash, an invalid byte, or `end`.
 */
static const char *plain_end(gl_json_text *text, const char *at, const char *end) {
  for (; at < end; at++) {
    unsigned char byte = (unsigned char)*at;
    if (byte >= 0x80 || text->continuation) {
      if (!accept_utf8(text, byte))
        break;
    } else if (byte < 0x20 || byte == '"' || byte == '\\') {
      break;
    }
  }
  return at;
}

/* Reads plain bytes and the quote or backslash after them. */
static gl_json_text_result read_plain(gl_json_text *text, const char **at, const char *end,
                                      const char **why) {
  const char *start = *at, *stop = *at = plain_end(text, start, end);
  if ((stop > start || *stop != '\\') && end_lone_surrogate(text, why) == GL_JSON_TEXT_FAILED)
    return GL_JSON_TEXT_FAILED;
  if (gl_json_text_append(text, start, (size_t)(stop - start), why) == GL_JSON_TEXT_FAILED)
    return GL_JSON_TEXT_FAILED;
  if (stop == end)
    return GL_JSON_TEXT_MORE;
  *why = text->continuation || (unsigned char)*stop >= 0x80 ? "invalid UTF-8"
                                                            : "unescaped control character";
  if (text->continuation || (*stop != '"' && *stop != '\\'))
    return GL_JSON_TEXT_FAILED;
  ++*at;
  text->escape = *stop == '\\';
  return text->escape ? GL_JSON_TEXT_MORE : GL_JSON_TEXT_END;
}

gl_json_text_result gl_json_text_read(gl_json_text *text, const char **at, const char *end,
                                      const char **why) {
  gl_json_text_result result = GL_JSON_TEXT_MORE;
  while (*at < end && result == GL_JSON_TEXT_MORE) {
    if (!text->escape) {
      result = read_plain(text, at, end, why);
      continue;
    }
    result = text->escape == 1 ? read_letter(text, **at, why) : read_digit(text, **at, why);
    *at += result != GL_JSON_TEXT_FAILED;
  }
  return result;
}
