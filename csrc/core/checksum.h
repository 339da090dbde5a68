/* The two checksums that Glacier wants with every upload ("Computing Checksums", developer guide):
 * x-amz-content-sha256, which is also what gets signed as the payload's hash, and
 * x-amz-sha256-tree-hash.  A header that the request has already stays. */
#ifndef GL_CORE_CHECKSUM_H
#define GL_CORE_CHECKSUM_H

#include "core/digest.h"
#include "core/request.h"

/* Of the request's own body.  0 or the kind in `error`. */
int gl_checksum_body(gl_request *request, gl_error *error);

/* Of a body that `tree` has read, which the request will be fed: announces its length, too. */
int gl_checksum_stream(gl_request *request, const gl_tree *tree, gl_error *error);

#endif
