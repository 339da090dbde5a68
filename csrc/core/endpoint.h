/* Where a service is: the endpoint rules of Glacier (its endpoint-rule-set-1) over the partitions
 * of AWS.  The rules of STS, SSO, SSO OIDC and SNS differ in the first labels of the host name
 * only. */
#ifndef GL_CORE_ENDPOINT_H
#define GL_CORE_ENDPOINT_H

#include "core/buf.h"
#include "core/error.h"

typedef struct gl_partition {
  const char *name; /* "aws", "aws-cn" */
  const char *region_prefixes;
  const char *dns_suffix; /* "amazonaws.com" */
  const char *dualstack_dns_suffix;
  int plain_is_fips; /* the plain endpoint is the FIPS one */
} gl_partition;

/* The partition of a region, which is not NULL; "aws" for a region that none knows. */
const gl_partition *gl_endpoint_partition(const char *region);

typedef struct gl_endpoint_options {
  const char *region;     /* NULL or "" for none */
  const char *custom_url; /* NULL for none */
  int use_fips;
  int use_dualstack;
  const char *service; /* begins the host name: "sts", "portal.sso"; NULL for Glacier */
} gl_endpoint_options;

/* Appends the URL of the endpoint to `out`: the custom one as it was given, else that of the rules.
 * Each error is GL_CONFIG: "NoRegionError" without a region (signing needs one, even with a custom
 * URL), "InvalidRegionError" for a region that is no host label, "UnknownEndpointError" with the
 * message of the rules for what they refuse. */
int gl_endpoint_resolve(const gl_endpoint_options *options, gl_buf *out, gl_error *error);

#endif
