/* Responses: any lines of a head give valid header fields, and any body is accepted after them. */
#include "fuzz.h"

#include "core/error.h"
#include "core/response.h"

static void check_headers(const gl_response *response) {
  for (size_t i = 0; i < response->headers.count; i++) {
    const gl_header *header = &response->headers.items[i];
    CHECK(header->lower[0] && gl_header_value_valid(header->value, strlen(header->value)));
    CHECK(gl_headers_get(&response->headers, header->lower) != NULL);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  gl_response response = {0};
  fuzz_lines lines = fuzz_split(data, size);
  while (lines.first_length > 0) {
    CHECK(gl_response_head_line(&response, lines.first, lines.first_length) == 0);
    lines = fuzz_split((const uint8_t *)lines.rest, lines.rest_length);
  }
  CHECK(response.status >= 0 && response.status <= 999);
  check_headers(&response);
  int result = gl_response_body(&response, lines.rest, lines.rest_length);
  CHECK(result == 0 || result == GL_RESPONSE_FULL);
  gl_response_clear(&response);
  return 0;
}
