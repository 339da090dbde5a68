/* The two checksums that Glacier requires of every upload ("Computing Checksums", developer guide):
 * x-amz-content-sha256, which is also signed as the payload's hash, and x-amz-sha256-tree-hash.  A
 * header that the request has already stays.  Each function returns 0 or the kind in `error`. */
#ifndef GL_CORE_CHECKSUM_H
#define GL_CORE_CHECKSUM_H

#include "core/request.h"
#include "core/tree_hash.h"

/* Sets the checksums of the request's own body. */
int gl_checksum_body(gl_request *request, gl_error *error);

/* Sets the checksums and the length of a body that `hash` has read and that will be streamed. */
int gl_checksum_stream(gl_request *request, const gl_tree_hash *hash, gl_error *error);

#endif
