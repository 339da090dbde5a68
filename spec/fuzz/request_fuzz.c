/* URLs: an accepted URL has one host, and is accepted again in the form in which it is sent. */
#include "fuzz.h"

#include "core/request.h"

static void check_accepted(const gl_request *request) {
  gl_request again = {0};
  gl_buf url = {0};
  gl_error error;
  const char *host = gl_request_host(request);
  CHECK(*host && !strpbrk(host, "@/?#\\ \t\r\n"));
  CHECK(request->path.length > 0 && request->path.data[0] == '/');
  CHECK(gl_request_url(request, &url, &error) == 0);
  CHECK(gl_request_set_url(&again, "GET", gl_buf_string(&url), url.length, &error) == 0);
  CHECK(!strcmp(gl_buf_string(&again.origin), gl_buf_string(&request->origin)));
  gl_buf_clear(&url);
  gl_request_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  gl_request request = {0};
  gl_error error;
  if (gl_request_set_url(&request, "PUT", (const char *)data, size, &error) == 0)
    check_accepted(&request);
  else
    CHECK(error.kind == GL_CONFIG && error.message[0]);
  gl_request_clear(&request);
  return 0;
}
