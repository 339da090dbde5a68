/* The endpoint URL of a service, from the endpoint rules of Glacier (its endpoint-rule-set-1) and
 * the partitions of AWS.  The rules of STS, SSO, SSO OIDC and SNS differ only in the first labels
 * of the host name. */
#ifndef GL_CORE_ENDPOINT_H
#define GL_CORE_ENDPOINT_H

#include "core/buf.h"
#include "core/error.h"

typedef struct gl_partition {
  const char *name;            /* such as "aws" or "aws-cn" */
  const char *region_prefixes; /* each followed by a space */
  const char *dns_suffix;      /* such as "amazonaws.com" */
  const char *dualstack_dns_suffix;
  int plain_is_fips; /* the plain endpoint is the FIPS one */
} gl_partition;

/* Returns the partition of `region`, which is not NULL.  A region that no partition contains
 * belongs to "aws". */
const gl_partition *gl_endpoint_partition(const char *region);

typedef struct gl_endpoint_options {
  const char *region;     /* NULL or "" for none */
  const char *custom_url; /* NULL for none */
  int use_fips;
  int use_dualstack;
  const char *service; /* the start of the host name: "sts", "portal.sso"; NULL for Glacier */
} gl_endpoint_options;

/* Appends the URL of the endpoint to `out`: the custom URL unchanged, or else the URL from the
 * rules. Returns 0, GL_MEMORY, or GL_CONFIG with one of these codes: "NoRegionError" without a
 * region, which signing needs even with a custom URL; "InvalidRegionError" for a region that is not
 * a host label; "UnknownEndpointError", with the message of the rules, for options that the rules
 * reject. */
int gl_endpoint_resolve(const gl_endpoint_options *options, gl_buf *out, gl_error *error);

#endif
