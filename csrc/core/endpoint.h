/* Where the service is: the endpoint rules of Glacier (its endpoint-rule-set-1) over the partitions
 * of AWS. */
#ifndef GL_CORE_ENDPOINT_H
#define GL_CORE_ENDPOINT_H

#include "core/buf.h"
#include "core/error.h"

typedef struct gl_endpoint_options {
  const char *region;     /* NULL or "" for none */
  const char *custom_url; /* NULL for none */
  int use_fips;
  int use_dualstack;
} gl_endpoint_options;

/* Appends the endpoint's URL to `out`: the custom one as it was given, else the rules'.  Each error
 * is GL_CONFIG: "NoRegionError" without a region (signing needs one, even with a custom URL),
 * "InvalidRegionError" for one that is no host label, "UnknownEndpointError" with the rules' own
 * words for what they refuse. */
int gl_endpoint_resolve(const gl_endpoint_options *options, gl_buf *out, gl_error *error);

#endif
