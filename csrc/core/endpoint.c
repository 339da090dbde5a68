#include "core/endpoint.h"

#include "core/model.h"

#include <string.h>

/* The partitions of the AWS SDKs.  In a region, "<word>-<digits>" follows the prefix. */
static const gl_partition partitions[] = {
    {"aws", "us- eu- ap- sa- ca- me- af- il- mx- ", "amazonaws.com", "api.aws", 0},
    {"aws-cn", "cn- ", "amazonaws.com.cn", "api.amazonwebservices.com.cn", 0},
    {"aws-eusc", "eusc-de- ", "amazonaws.eu", "api.amazonwebservices.eu", 0},
    {"aws-iso", "us-iso- ", "c2s.ic.gov", "api.aws.ic.gov", 0},
    {"aws-iso-b", "us-isob- ", "sc2s.sgov.gov", "api.aws.scloud", 0},
    {"aws-iso-e", "eu-isoe- ", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", 0},
    {"aws-iso-f", "us-isof- ", "csp.hci.ic.gov", "api.aws.hci.ic.gov", 0},
    {"aws-us-gov", "us-gov- ", "amazonaws.com", "api.aws", 1},
};

enum { COUNT = sizeof partitions / sizeof *partitions };

/* Returns whether `tail` is "<word>-<digits>", as in us-west-2.  A word has no hyphen. */
static int is_region_tail(const char *tail) {
  size_t word = strcspn(tail, "-");
  size_t digits = tail[word] ? strspn(tail + word + 1, "0123456789") : 0;
  return word > 0 && digits > 0 && tail[word + 1 + digits] == '\0';
}

static int partition_has(const gl_partition *candidate, const char *region) {
  size_t name_length = strlen(candidate->name);
  if (!strncmp(region, candidate->name, name_length) && !strcmp(region + name_length, "-global"))
    return 1;
  for (const char *prefix = candidate->region_prefixes; *prefix;
       prefix += strcspn(prefix, " ") + 1) {
    size_t length = strcspn(prefix, " ");
    if (!strncmp(region, prefix, length) && is_region_tail(region + length))
      return 1;
  }
  return 0;
}

const gl_partition *gl_endpoint_partition(const char *region) {
  for (size_t i = 0; i < COUNT; i++)
    if (partition_has(&partitions[i], region))
      return &partitions[i];
  return &partitions[0];
}

/* isalnum would depend on the locale of the host program. */
static int is_letter_or_digit(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9');
}

/* A region becomes a label of the host name (RFC 1123), but it must not consist of digits only. */
static int is_host_label(const char *text) {
  size_t length = strlen(text);
  if (length == 0 || length > 63 || text[0] == '-' || text[length - 1] == '-')
    return 0;
  for (size_t i = 0; i < length; i++)
    if (!is_letter_or_digit(text[i]) && text[i] != '-')
      return 0;
  return strspn(text, "0123456789") < length;
}

static int check_custom(const gl_endpoint_options *options, gl_error *error) {
  if (options->use_fips)
    return gl_error_set(error, GL_CONFIG, "UnknownEndpointError",
                        "Invalid Configuration: FIPS and custom endpoint are not supported");
  if (options->use_dualstack)
    return gl_error_set(error, GL_CONFIG, "UnknownEndpointError",
                        "Invalid Configuration: Dualstack and custom endpoint are not supported");
  return 0;
}

int gl_endpoint_resolve(const gl_endpoint_options *options, gl_buf *out, gl_error *error) {
  const char *region = options->region;
  if (!region || !*region)
    return gl_error_set(error, GL_CONFIG, "NoRegionError", "You must specify a region.");
  if (!is_host_label(region))
    return gl_error_set(error, GL_CONFIG, "InvalidRegionError",
                        "Provided region_name '%s' doesn't match a supported format.", region);
  if (options->custom_url) {
    int kind = check_custom(options, error);
    if (kind)
      return kind;
    return gl_buf_append_string(out, options->custom_url) ? gl_error_memory(error) : 0;
  }
  const gl_partition *in = gl_endpoint_partition(region);
  int fips_host = options->use_fips && (options->use_dualstack || !in->plain_is_fips);
  if (gl_buf_append_format(out, "https://%s%s.%s.%s",
                           options->service ? options->service : GL_SERVICE,
                           fips_host ? "-fips" : "", region,
                           options->use_dualstack ? in->dualstack_dns_suffix : in->dns_suffix))
    return gl_error_memory(error);
  return 0;
}
