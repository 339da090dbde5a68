/* Signing: the first line is a URL, the others are header fields.  Signing the request twice gives
 * the same signature. */
#include "fuzz.h"

#include "core/sigv4.h"

static void add_field(gl_request *request, const char *line, size_t length) {
  char name[64];
  gl_error error;
  const char *colon = memchr(line, ':', length);
  size_t name_length = colon ? (size_t)(colon - line) : 0;
  if (name_length == 0 || name_length >= sizeof name)
    return;
  memcpy(name, line, name_length);
  name[name_length] = '\0';
  (void)gl_request_set_header(request, name, colon + 1, length - name_length - 1, &error);
}

static void sign(gl_request *request, gl_signer *signer) {
  static const gl_sigv4_options options = {"us-west-2", "glacier", 1337904293, 0};
  gl_error error;
  CHECK(gl_sigv4_sign(request, signer, &options, &error) == 0);
  CHECK(strlen(signer->hex) == 64);
  CHECK(gl_headers_get(&request->headers, "Authorization") != NULL);
}

static void sign_twice(gl_request *request) {
  gl_signer signer = {0};
  gl_error error;
  char first[GL_SHA256_HEX_SIZE];
  CHECK(gl_signer_set_credentials(&signer, "AKIDEXAMPLE", "secret", NULL, &error) == 0);
  sign(request, &signer);
  memcpy(first, signer.hex, sizeof first);
  sign(request, &signer);
  CHECK(!strcmp(first, signer.hex));
  gl_signer_clear(&signer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  gl_request request = {0};
  gl_error error;
  fuzz_lines lines = fuzz_split(data, size);
  if (gl_request_set_url(&request, "PUT", lines.first, lines.first_length, &error) == 0) {
    while (lines.rest_length > 0) {
      lines = fuzz_split((const uint8_t *)lines.rest, lines.rest_length);
      add_field(&request, lines.first, lines.first_length);
    }
    sign_twice(&request);
  }
  gl_request_clear(&request);
  return 0;
}
