/* Strings in JSON: valid UTF-8 is written without raw control characters, and only the last quote
 * ends the string. */
#include "fuzz.h"

#include "core/json.h"
#include "core/utf8.h"

static void check_quoted(const gl_buf *out) {
  CHECK(out->length >= 2 && out->data[0] == '"' && out->data[out->length - 1] == '"');
  size_t i = 1;
  while (i < out->length - 1) {
    unsigned char byte = (unsigned char)out->data[i];
    CHECK(byte >= 0x20 && byte != '"');
    i += byte == '\\' ? 2 : 1;
  }
  CHECK(i == out->length - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  gl_buf out = {0};
  gl_json json = {&out, 0};
  if (gl_utf8_valid(text, size)) {
    CHECK(gl_json_string(&json, text, size) == 0);
    check_quoted(&out);
  }
  gl_buf_clear(&out);
  return 0;
}
