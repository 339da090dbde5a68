-- How the endpoint of a client is chosen. The expected values are the results of botocore 1.43 for the same files and
-- environment, unless a comment says otherwise.
local settings = require "spec.support.settings"

local US = { AWS_REGION = "us-west-2" }

describe("glacier.config.endpoint", function()
  local GLOBAL = "[default]\nregion=us-west-2\nendpoint_url = http://file.test\nservices = s\n"
  local SERVICES = "[services s]\nglacier =\n  endpoint_url = http://services.test\n"
  settings.check(it, "the endpoint is", {
    ["the region's"] = { env = US, expect = { endpoint_url = "https://glacier.us-west-2.amazonaws.com" } },
    ["the option's first"] = {
      options = { endpoint_url = "http://option.test" }, env = { AWS_ENDPOINT_URL_GLACIER = "http://own.test" },
      config = GLOBAL .. SERVICES, expect = { endpoint_url = "http://option.test" },
    },
    ["AWS_ENDPOINT_URL_GLACIER's before AWS_ENDPOINT_URL's"] = {
      env = { AWS_ENDPOINT_URL_GLACIER = "http://own.test", AWS_ENDPOINT_URL = "http://all.test" },
      config = GLOBAL .. SERVICES, expect = { endpoint_url = "http://own.test" },
    },
    ["AWS_ENDPOINT_URL's before the files'"] = {
      env = { AWS_ENDPOINT_URL = "http://all.test" }, config = GLOBAL .. SERVICES,
      expect = { endpoint_url = "http://all.test" },
    },
    ["that of the [services] section before the profile's"] = {
      config = GLOBAL .. SERVICES, expect = { endpoint_url = "http://services.test" },
    },
    ["that of a quoted [services] section"] = {
      config = GLOBAL .. '[services "s"]\nglacier =\n  endpoint_url = http://services.test\n',
      expect = { endpoint_url = "http://services.test" },
    },
    ["the profile's where the [services] section has other services"] = {
      config = GLOBAL .. "[services s]\ns3 =\n  endpoint_url = http://s3.test\n",
      expect = { endpoint_url = "http://file.test" },
    },
    ["the profile's where that of the [services] section is empty"] = {
      config = GLOBAL .. "[services s]\nglacier =\n  endpoint_url =\n", expect = { endpoint_url = "http://file.test" },
    },
    ["the profile's where the [services] section has a URL outside of a block"] = {
      config = GLOBAL .. "[services s]\nendpoint_url = http://stray.test\n",
      expect = { endpoint_url = "http://file.test" },
    },
    ["not an empty one"] = {
      env = { AWS_REGION = "us-west-2", AWS_ENDPOINT_URL = "", AWS_ENDPOINT_URL_GLACIER = "" },
      config = "[default]\nendpoint_url =\n", expect = { endpoint_url = "https://glacier.us-west-2.amazonaws.com" },
    },
    ["not searched for in a missing [services] section where the environment has one"] = {
      env = { AWS_ENDPOINT_URL = "http://all.test" }, config = GLOBAL, expect = { endpoint_url = "http://all.test" },
    },
    ["the region's where configured ones are ignored"] = {
      env = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "TRUE", AWS_ENDPOINT_URL = "http://all.test" }, config = GLOBAL,
      expect = { endpoint_url = "https://glacier.us-west-2.amazonaws.com" },
    },
    ["the option's even where configured ones are ignored"] = {
      options = { endpoint_url = "http://option.test" },
      config = "[default]\nregion=us-west-2\nignore_configured_endpoint_urls = true",
      expect = { endpoint_url = "http://option.test" },
    },
    ["the configured one where the environment overrides a file that ignores it"] = {
      env = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "false" },
      config = "[default]\nregion=us-west-2\nignore_configured_endpoint_urls = true\nendpoint_url = http://file.test",
      expect = { endpoint_url = "http://file.test" },
    },
    ["the FIPS one"] = {
      env = { AWS_REGION = "us-east-1", AWS_USE_FIPS_ENDPOINT = "True" },
      expect = { endpoint_url = "https://glacier-fips.us-east-1.amazonaws.com" },
    },
    ["not the FIPS one where the option says no"] = {
      env = { AWS_REGION = "us-east-1", AWS_USE_FIPS_ENDPOINT = "true" }, options = { use_fips_endpoint = false },
      expect = { endpoint_url = "https://glacier.us-east-1.amazonaws.com" },
    },
    ["the dual-stack one of the FIPS ones"] = {
      env = { AWS_REGION = "us-east-1", AWS_USE_DUALSTACK_ENDPOINT = "true" },
      config = "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = false",
      expect = { endpoint_url = "https://glacier-fips.us-east-1.api.aws" },
    },
  })
  settings.check_rejected(it, "an endpoint is rejected", {
    -- botocore accepts the next three. It ignores FIPS or dual-stack and gives no warning.
    ["if it is given together with FIPS"] = {
      env = { AWS_REGION = "us-west-2", AWS_ENDPOINT_URL = "http://x.test", AWS_USE_FIPS_ENDPOINT = "true" },
      code = "UnknownEndpointError", message = "Invalid Configuration: FIPS and custom endpoint are not supported",
    },
    ["if it is given with a region that has fips-"] = {
      env = { AWS_REGION = "fips-us-east-1", AWS_ENDPOINT_URL = "http://x.test" },
      code = "UnknownEndpointError", message = "Invalid Configuration: FIPS and custom endpoint are not supported",
    },
    ["if it is given together with dual-stack"] = {
      env = { AWS_REGION = "us-west-2", AWS_ENDPOINT_URL = "http://x.test", AWS_USE_DUALSTACK_ENDPOINT = "true" },
      code = "UnknownEndpointError", message = "Invalid Configuration: Dualstack and custom endpoint are not supported",
    },
    ["if its [services] section is missing"] = {
      config = GLOBAL, message = "services in @/.aws/config, line 4: the section [services s] is missing or empty",
    },
    ["if its [services] section is empty"] = {
      config = GLOBAL .. "[services s]\n",
      message = "services in @/.aws/config, line 4: the section [services s] is missing or empty",
    },
    ["if a [services] section has text instead of a block"] = {
      config = GLOBAL .. "[services s]\nglacier = http://services.test\n",
      message = 'glacier in @/.aws/config, line 6: a value is not a nested block',
    },
    ["if it is a nested block"] = {
      config = "[default]\nregion=us-west-2\nendpoint_url =\n  a = b",
      message = "endpoint_url in @/.aws/config, line 3: a nested block is not a value",
    },
    ["if a variable gives it without http or https"] = {
      env = { AWS_REGION = "us-west-2", AWS_ENDPOINT_URL_GLACIER = "x.test" },
      message = "AWS_ENDPOINT_URL_GLACIER in the environment: Invalid endpoint: x.test (neither http nor https)",
    },
    ["if a file gives it without http or https"] = {
      env = US, config = "[default]\nendpoint_url = ftp://x.test",
      message = "endpoint_url in @/.aws/config, line 2: Invalid endpoint: ftp://x.test (neither http nor https)",
    },
    ["if the option gives it without http or https"] = {
      env = US, options = { endpoint_url = "x.test" }, message = "Invalid endpoint: x.test (neither http nor https)",
    },
    ["if the option gives it with a query, which is not shown"] = {
      env = US, options = { endpoint_url = "http://x.test/a?token=secret" },
      message = "Invalid endpoint: http://x.test/a (a query)",
    },
  })
end)
