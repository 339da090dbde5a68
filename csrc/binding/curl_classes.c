/* Two classes that glacier.curl shares with glacier.core.  glacier.core has registered them with
 * their methods, so glacier.curl needs only their names and sizes.  glacier.curl is linked with
 * this file instead of the files that define the classes completely. */
#include "binding/request.h"
#include "binding/response.h"

const gl_box_class gl_request_box = {.name = "glacier.request", .size = sizeof(gl_request)};
const gl_box_class gl_response_box = {.name = "glacier.response", .size = sizeof(gl_response)};
