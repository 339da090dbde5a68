/* Requests as userdata: they are built, signed, and passed to a transport. */
#ifndef GL_BINDING_REQUEST_H
#define GL_BINDING_REQUEST_H

#include "binding/box.h"
#include "core/request.h"

extern const gl_box_class gl_request_box; /* boxes that contain a gl_request */

/* core.endpoint{ region=, endpoint_url=, use_fips=, use_dualstack=, service= } -> URL (string).
 * `service` is the start of the host name, such as "sts"; by default that of Glacier.  Raises the
 * errors of gl_endpoint_resolve, and "InvalidConfigError" for a URL that cannot be an endpoint. */
int gl_lua_endpoint(lua_State *L);

/* core.partition(region) -> name ("aws", "aws-cn", …), DNS suffix ("amazonaws.com") */
int gl_lua_partition(lua_State *L);

/* core.prepare(operation, params, endpoint_url, user_agent, spare) -> request.  `operation` is an
 * API or method name.  With `user_agent` the request gets User-Agent and amz-sdk-invocation-id; nil
 * sets neither.
 * `spare` is a request that is not used any more, whose memory is reused; or nil.  Raises
 * ParamValidationError with every problem.  The upvalues are the table of gl_lua_check_operation
 * and the pool of identifiers. */
int gl_lua_prepare(lua_State *L);

/* core.request{ method=, url=, headers={…}, body= } -> request.  It is for requests that are not an
 * operation of the model, such as those of the credential providers.  `body` is a string or nil. */
int gl_lua_request(lua_State *L);

#endif
