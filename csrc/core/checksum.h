/* Sets the two checksums that Glacier requires for every upload ("Computing Checksums", developer
 * guide): x-amz-content-sha256, which is also signed as the hash of the payload, and
 * x-amz-sha256-tree-hash.  A header that the request already has is kept.  Each function returns 0
 * or the kind in `error`. */
#ifndef GL_CORE_CHECKSUM_H
#define GL_CORE_CHECKSUM_H

#include "core/request.h"
#include "core/tree_hash.h"

/* Sets the checksums of `request->body`. */
int gl_checksum_body(gl_request *request, gl_error *error);

/* Makes the request streamed.  Sets the length of its body in bytes, and the checksums, which are
 * NUL-terminated and hexadecimal. */
int gl_checksum_stream(gl_request *request, uint64_t length, const char *tree, const char *linear,
                       gl_error *error);

#endif
