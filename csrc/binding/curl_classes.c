/* The classes that glacier.curl takes over from glacier.core, which has registered them with their
 * methods.  Linked into glacier.curl in place of the files that define them in full. */
#include "binding/request.h"
#include "binding/response.h"

const gl_box_class gl_request_box = {.name = "glacier.request", .size = sizeof(gl_request)};
const gl_box_class gl_response_box = {.name = "glacier.response", .size = sizeof(gl_response)};
