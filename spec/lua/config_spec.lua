-- How the region and the profile of a client are chosen. The expected values are the results of botocore 1.43 for the
-- same files and environment, unless a comment says otherwise.
local settings = require "spec.support.settings"

local US = { AWS_REGION = "us-west-2" }

describe("glacier.config.resolve", function()
  settings.check(it, "the region is", {
    ["the option's first"] = {
      options = { region = "eu-west-1" }, env = US, config = "[default]\nregion=x", expect = { region = "eu-west-1" },
    },
    ["AWS_REGION's before AWS_DEFAULT_REGION's, as in other SDKs"] = {
      env = { AWS_REGION = "eu-west-1", AWS_DEFAULT_REGION = "eu-west-2" }, expect = { region = "eu-west-1" },
    },
    ["AWS_DEFAULT_REGION's"] = {
      env = { AWS_DEFAULT_REGION = "eu-west-2" }, config = "[default]\nregion=x", expect = { region = "eu-west-2" },
    },
    -- botocore would use an empty AWS_DEFAULT_REGION as the region.
    ["not that of an empty variable"] = {
      env = { AWS_REGION = "", AWS_DEFAULT_REGION = "" }, config = "[default]\nregion=eu-west-3",
      expect = { region = "eu-west-3" },
    },
    ["the profile's"] = {
      env = { AWS_PROFILE = "a" }, config = "[default]\nregion=x\n[profile a]\nregion = eu-west-1",
      expect = { region = "eu-west-1", profile_name = "a", profile_explicit = false },
    },
    ["that of the profile which the option names"] = {
      env = { AWS_PROFILE = "none such" }, options = { profile = "a b" }, config = '[profile "a b"]\nregion=eu-west-1',
      expect = { region = "eu-west-1", profile_name = "a b", profile_explicit = true },
    },
    ["the credentials file's before the config file's"] = {
      config = "[default]\nregion=eu-west-1", credentials = "[default]\nregion=eu-west-2",
      expect = { region = "eu-west-2" },
    },
    ["used as it is written, in any case"] = {
      env = { AWS_REGION = "EU-west-1" }, expect = { region = "EU-west-1" },
    },
    ["the rest of a region with fips-, and the endpoint is the FIPS one"] = {
      env = { AWS_REGION = "fips-us-east-1" },
      expect = { region = "us-east-1", endpoint_url = "https://glacier-fips.us-east-1.amazonaws.com" },
    },
    ["the rest of a region with -fips"] = {
      config = "[default]\nregion = ca-central-1-fips",
      expect = { region = "ca-central-1", endpoint_url = "https://glacier-fips.ca-central-1.amazonaws.com" },
    },
    ["one with the plain endpoint in the GovCloud, where that is the FIPS endpoint"] = {
      env = { AWS_REGION = "fips-us-gov-west-1" },
      expect = { region = "us-gov-west-1", endpoint_url = "https://glacier.us-gov-west-1.amazonaws.com" },
    },
    ["the rest of a region with fips- even if the option forbids FIPS"] = {
      options = { region = "fips-us-east-1", use_fips_endpoint = false },
      expect = { endpoint_url = "https://glacier-fips.us-east-1.amazonaws.com" },
    },
  })
  settings.check_rejected(it, "a region is rejected if it", {
    ["is missing"] = { code = "NoRegionError", message = "You must specify a region." },
    ["is missing although the endpoint is known"] = {
      env = { AWS_ENDPOINT_URL = "http://x.test" }, code = "NoRegionError", message = "You must specify a region.",
    },
    ["is empty in a file"] = {
      config = "[default]\nregion=\n", code = "NoRegionError", message = "You must specify a region.",
    },
    ["names another host"] = {
      env = { AWS_REGION = "x.evil.test/" }, code = "InvalidRegionError",
      message = "Provided region_name 'x.evil.test/' doesn't match a supported format.",
    },
    ["is fips- alone"] = {
      env = { AWS_REGION = "fips-" }, code = "InvalidRegionError",
      message = "Provided region_name 'fips-' doesn't match a supported format.",
    },
    ["has a comment behind it"] = {
      config = "[default]\nregion = us-east-1 # mine", code = "InvalidRegionError",
      message = "Provided region_name 'us-east-1 # mine' doesn't match a supported format.",
    },
    ["is a nested block"] = {
      config = "[default]\nregion =\n  a = b",
      message = "region in @/.aws/config, line 2: a nested block is not a value",
    },
  })
end)

describe("glacier.config.resolve", function()
  local CONFIG = "[default]\nregion=r0\n[profile a]\nregion=r1\n[b]\nregion=r2\n[profile default]\nregion=r3\n"
  settings.check(it, "the profile is", {
    ["the default one"] = { config = CONFIG, expect = { region = "r3", profile_name = "default" } },
    ["AWS_PROFILE's before AWS_DEFAULT_PROFILE's, as in other SDKs"] = {
      env = { AWS_PROFILE = "a", AWS_DEFAULT_PROFILE = "c" }, config = CONFIG, expect = { profile_name = "a" },
    },
    ["the default one where the variables are empty"] = {
      env = { AWS_PROFILE = "", AWS_DEFAULT_PROFILE = "" }, config = CONFIG, expect = { profile_name = "default" },
    },
    ["AWS_DEFAULT_PROFILE's where AWS_PROFILE is empty"] = {
      env = { AWS_PROFILE = "", AWS_DEFAULT_PROFILE = "a" }, config = CONFIG, expect = { profile_name = "a" },
    },
    ["AWS_DEFAULT_PROFILE's"] = { env = { AWS_DEFAULT_PROFILE = "a" }, config = CONFIG, expect = { region = "r1" } },
    ["found where only the credentials file has it"] = {
      env = { AWS_PROFILE = "b" }, config = CONFIG, credentials = "[b]\nregion=r4", expect = { region = "r4" },
    },
    ["not searched for in the user's home directory where the environment is given"] = {
      options = { env = { AWS_REGION = "us-west-2" } }, expect = { region = "us-west-2", profile_name = "default" },
    },
    ["read from the files that the environment names"] = {
      env = { AWS_CONFIG_FILE = "$HOME/.aws/credentials", AWS_SHARED_CREDENTIALS_FILE = "~/.aws/none" },
      config = CONFIG, credentials = "[default]\nregion = r5", expect = { region = "r5" },
    },
  })
  settings.check_rejected(it, "a profile is rejected if", {
    ["it is named and does not exist"] = {
      env = { AWS_PROFILE = "b" }, config = CONFIG, code = "ProfileNotFound",
      message = "The config profile (b) could not be found",
    },
    ["its file breaks the grammar"] = {
      env = US, config = "[default]\nregion\n", code = "ConfigParseError",
      message = "Unable to parse config file: @/.aws/config, line 2: expected '=' or ':' after a key",
    },
  })
end)
