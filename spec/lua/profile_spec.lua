-- The expected values are the results of botocore 1.43 on CPython 3.11 for the same files.
local profile = require "glacier.config.profile"
local shell = require "spec.support.shell"
local support = require "spec.support.files"

local write = support.write

local temporary = {}

-- Escapes control characters, for the names of tests.
local function printable(text)
  return (text:gsub("[^ -~]", function(byte)
    return ("\\%03d"):format(byte:byte())
  end))
end

local function write_file(text)
  local path = os.tmpname()
  temporary[#temporary + 1] = path
  write(path, text)
  return path
end

local function getter(variables)
  return function(name)
    return variables[name]
  end
end

-- Loads two texts as the config file and the credentials file; nil means a missing file.
local function load(config, credentials)
  local variables = {
    AWS_CONFIG_FILE = config and write_file(config) or "/nonexistent",
    AWS_SHARED_CREDENTIALS_FILE = credentials and write_file(credentials) or "/nonexistent",
  }
  return profile.load { getenv = getter(variables), home = false }, variables
end

-- Returns the error object that loading two texts raises.
local function load_error(...)
  local good, err = pcall(load, ...)
  assert.is_false(good)
  assert.equal("config", err.kind)
  assert.equal("ConfigParseError", err.code)
  return err
end

after_each(function()
  for index, path in ipairs(temporary) do
    os.remove(path)
    temporary[index] = nil
  end
end)

-- Section header of the config file = the profiles that it defines.
local SECTIONS = {
  ["[default]"] = { default = true },
  ["[profile default]"] = { default = true },
  ["[profile a]"] = { a = true },
  ["[profile   a  ]"] = { a = true },
  ["[profile\ta]"] = { a = true },
  ['[profile "my name"]'] = { ["my name"] = true },
  ["[profile 'my name']"] = { ["my name"] = true },
  ["[profile my\\ name]"] = { ["my name"] = true },
  ['[profile a"b"c]'] = { abc = true },
  ['[profile "a\\"b\\n"]'] = { ['a"b\\n'] = true },
  ['[profile ""]'] = { [""] = true },
  ["[profile caf\195\169]"] = { ["caf\195\169"] = true },
  ["[profile a#b]"] = { ["a#b"] = true },
  ["[profilex a]"] = { a = true },
  ["[profile\194\160a]"] = {},
  ["[profile a b]"] = {},
  ["[profile]"] = {},
  ['[profile "a]'] = {},
  ["[profile 'a]"] = {},
  ["[profile a\\]"] = {},
  ['[profile "a\\]'] = {},
  ["[ profile a ]"] = {},
  ["[Profile a]"] = {},
  ["[Default]"] = {},
  ["[a]"] = {},
  ["[DEFAULT]"] = {},
}

describe("glacier.config.profile", function()
  for header, expected in pairs(SECTIONS) do
    it("the shared files define the profiles of " .. printable(header), function()
      local names = {}
      for name, values in pairs(load(header .. "\na=1\n").profiles) do
        names[name] = true
        assert.same({ a = "1" }, values)
      end
      assert.same(expected, names)
    end)
  end

  it("the shared files define a profile by the later of two sections, which are not merged", function()
    local one = load("[default]\na=1\n[profile default]\nb=2\n")
    local other = load("[profile default]\nb=2\n[default]\na=1\n")
    assert.same({ b = "2" }, one.profiles.default)
    assert.same({ a = "1" }, other.profiles.default)
    assert.same({ x = { b = "2" } }, load('[profile x]\na=1\n[profile "x"]\nb=2\n').profiles)
  end)

  it("the shared files define SSO sessions and services by name", function()
    local files = load('[sso-session "s s"]\na=1\n[services x]\nglacier =\n  endpoint_url = u\n')
    assert.same({ ["s s"] = { a = "1" } }, files.sso_sessions)
    assert.same({ x = { glacier = { endpoint_url = "u" } } }, files.services)
    assert.same({}, files.profiles)
  end)

  it("the shared files keep the names of the credentials file unchanged", function()
    local files = load(nil, '[a b]\nx=1\n[ c ]\nx=1\n[profile d]\nx=1\n["e"]\nx=1\n')
    local one = { x = "1" }
    local expected = { ["a b"] = one, [" c "] = one, ["profile d"] = one, ['"e"'] = one }
    assert.same(expected, files.profiles)
    assert.same(expected, files.credentials)
    assert.same({}, files.config)
  end)

  it("the shared files are merged key by key, and the credentials file takes precedence", function()
    local files = load(
      "[profile a]\nx=1\ny=1\nn=\n  p=1\n  q=1\n[profile b]\nx=1\n",
      "[a]\ny=2\nz=2\nn=\n  p=2\n[c]\nx=2\n"
    )
    assert.same({
      a = { x = "1", y = "2", z = "2", n = { p = "2" } },
      b = { x = "1" },
      c = { x = "2" },
    }, files.profiles)
    assert.same({ x = "1", y = "1", n = { p = "1", q = "1" } }, files.config.a)
    assert.same({ y = "2", z = "2", n = { p = "2" } }, files.credentials.a)
    assert.is_nil(files.config.c)
    assert.is_nil(files.credentials.b)
  end)

  it("the shared files record the path and line of every key", function()
    local files, paths = load(
      "[profile a]\nx=1\ny=1\nn=\n  p=1\n[services s]\nglacier=\n  e=1\n",
      "\n[a]\ny=2\nm=\n  q=2\n"
    )
    local config, credentials = paths.AWS_CONFIG_FILE, paths.AWS_SHARED_CREDENTIALS_FILE
    local a = files.profiles.a
    assert.same({ config, 2 }, { files.source("a", "x") })
    assert.same({ config, 2 }, { files.source(a, "x") })
    assert.same({ credentials, 3 }, { files.source("a", "y") })
    assert.same({ config, 3 }, { files.source(files.config.a, "y") })
    assert.same({ credentials, 3 }, { files.source(files.credentials.a, "y") })
    assert.same({ config, 4 }, { files.source("a", "n") })
    assert.same({ config, 5 }, { files.source(a.n, "p") })
    assert.same({ credentials, 5 }, { files.source(a.m, "q") })
    assert.same({ config, 8 }, { files.source(files.services.s.glacier, "e") })
    assert.same({}, { files.source("a", "none") })
    assert.same({}, { files.source("none", "x") })
  end)

  it("the shared files may be missing, may be directories, and may be below a file", function()
    local path = write_file("")
    for _, missing in ipairs { "/nonexistent/config", "/tmp", path .. "/config" } do
      local env = getter { AWS_CONFIG_FILE = missing, AWS_SHARED_CREDENTIALS_FILE = missing }
      local files = profile.load { getenv = env }
      assert.same({}, files.profiles)
      assert.same({}, files.services)
      assert.same({}, files.unreadable)
    end
  end)

  it("the shared files are ~/.aws/config and ~/.aws/credentials unless variables name others", function()
    support.with_directory(function(home)
      shell.run("mkdir " .. home .. "/.aws")
      write(home .. "/.aws/config", "[profile a]\nx=1\n")
      write(home .. "/.aws/credentials", "[a]\ny=1\n")
      write(home .. "/other", "[a]\nz=1\n")
      assert.same({ a = { x = "1", y = "1" } }, profile.load { getenv = getter { HOME = home } }.profiles)
      local env = getter { HOME = home, AWS_SHARED_CREDENTIALS_FILE = "~/$NAME", NAME = "other" }
      assert.same({ a = { x = "1", z = "1" } }, profile.load { getenv = env }.profiles)
      assert.same({ a = { x = "1", y = "1" } }, profile.load { getenv = getter {}, home = home }.profiles)
    end)
  end)
end)

describe("glacier.config.profile", function()
  local broken = "[default]\naws_secret_access_key = SECRET1\nSECRET2\n"

  it("a malformed shared file is an error with its path and line, which does not quote its text", function()
    for _, texts in ipairs { { broken, nil }, { nil, broken }, { "[default]\n", broken } } do
      local err = load_error(texts[1], texts[2])
      local path, line = err.message:match "^Unable to parse config file: (.-), line (%d+): "
      assert.equal(temporary[#temporary], path)
      assert.equal("3", line)
      assert.is_nil(err.message:find("SECRET", 1, true))
    end
  end)

  it("the text of a malformed shared file is never quoted", function()
    for _, text in ipairs {
      "SECRET\n", "[default]\nSECRET\n", "[default]\n=SECRET\n", "[default]\nSECRET=\nSECRET=\n",
      "[SECRET]\n[SECRET]\n", "[default]\nn=\n  SECRET\n", "[default]\na=SECRET\255\n", "[SECRET\n",
    } do
      assert.is_nil(load_error(text).message:upper():find("SECRET", 1, true))
    end
  end)
end)

-- Title = { function that creates an unreadable file at a path, reason in the message }. A file without permissions is
-- not among them, because root can read it.
local UNREADABLE = {
  ["a cycle of links"] = { function(path) shell.run(("ln -s config %s"):format(path)) end, "Too many levels" },
  ["a pipe"] = { function(path) shell.run("mkfifo " .. path) end, "not a regular file" },
  ["an endless device"] = { function(path) shell.run("ln -s /dev/zero " .. path) end, "longer than 16777216" },
  ["a file whose reading fails"] = { function(path) shell.run("ln -s /proc/self/mem " .. path) end, "error" },
}

describe("glacier.config.profile", function()
  for what, case in pairs(UNREADABLE) do
    local function with(use)
      support.with_directory(function(home)
        shell.run("mkdir " .. home .. "/.aws")
        local path = home .. "/.aws/config"
        case[1](path)
        use(home, path)
      end)
    end

    local function assert_error(path, options)
      local good, err = pcall(profile.load, options)
      assert.is_false(good)
      assert.equal("ConfigParseError", err.code)
      assert.equal("Unable to parse config file: " .. path .. ": ", err.message:sub(1, #path + 31))
      assert.truthy(err.message:find(case[2], 1, true), err.message)
    end

    it(("a shared file at the default path that cannot be read has no sections: %s"):format(what), function()
      with(function(home, path)
        write(home .. "/.aws/credentials", "[a]\nx=1\n")
        local files = profile.load { getenv = getter { HOME = home } }
        assert.same({ a = { x = "1" } }, files.profiles)
        assert.equal(path .. ": ", files.unreadable.config:sub(1, #path + 2))
        assert.truthy(files.unreadable.config:find(case[2], 1, true), files.unreadable.config)
        assert.is_nil(files.unreadable.credentials)
      end)
    end)

    it(("a shared file that cannot be read is an error if a variable names it: %s"):format(what), function()
      with(function(home, path) assert_error(path, { getenv = getter { HOME = home, AWS_CONFIG_FILE = path } }) end)
    end)

    it(("a shared file that cannot be read is an error if a profile is chosen in code: %s"):format(what), function()
      with(function(home, path) assert_error(path, { getenv = getter { HOME = home }, profile = "a" }) end)
    end)

    it(("a shared file that cannot be read is named if the profile is not found: %s"):format(what), function()
      with(function(home, path)
        local env = getter { HOME = home, AWS_PROFILE = "a" }
        local good, err = pcall(profile.select, profile.load { getenv = env }, nil, env)
        assert.is_false(good)
        local start = "The config profile (a) could not be found: cannot read " .. path .. ": "
        assert.equal(start, err.message:sub(1, #start))
      end)
    end)
  end

  it("a shared file is an error if a variable names it by a path that is too long or has a NUL byte", function()
    for path, reason in pairs { [("x"):rep(300)] = "name too long", ["/etc/passwd\0"] = "contains a NUL byte" } do
      local good, err = pcall(profile.load, { getenv = getter { AWS_CONFIG_FILE = path } })
      assert.is_false(good)
      assert.truthy(err.message:find(reason, 1, true), err.message)
    end
  end)

  it("a shared file has no sections if the path of the home directory is too long", function()
    assert.same({}, profile.load { getenv = getter { HOME = "/" .. ("x"):rep(5000) } }.profiles)
  end)
end)

describe("glacier.config.profile", function()
  local config = "[profile x]\na=x\n[profile y]\na=y\n"

  -- Returns the name and values of the selected profile, or the error message.
  local function select(text, explicit, variables)
    local good, name, result = pcall(profile.select, load(text), explicit, getter(variables or {}))
    if good then return name, result end
    assert.equal("config", name.kind)
    assert.equal("ProfileNotFound", name.code)
    return name.message
  end

  it("the profile is the default one if none is named, and empty if there is no default", function()
    assert.same({ "default", { a = "d" } }, { select("[default]\na=d\n") })
    assert.same({ "default", {} }, { select(config) })
  end)

  it("the profile is named by the caller, else AWS_PROFILE, else AWS_DEFAULT_PROFILE", function()
    local both = { AWS_PROFILE = "x", AWS_DEFAULT_PROFILE = "y" }
    assert.same({ "y", { a = "y" } }, { select(config, "y", { AWS_PROFILE = "x" }) })
    assert.same({ "x", { a = "x" } }, { select(config, nil, both) })
    assert.same({ "y", { a = "y" } }, { select(config, nil, { AWS_DEFAULT_PROFILE = "y" }) })
  end)

  it("the profile must exist if it is named, even the default one", function()
    local message = "The config profile (%s) could not be found"
    assert.equal(message:format("z"), select(config, "z"))
    assert.equal(message:format("z"), select(config, nil, { AWS_PROFILE = "z" }))
    assert.equal(message:format("default"), select(config, nil, { AWS_PROFILE = "default" }))
    assert.equal(message:format("default"), select(config, "default"))
  end)
end)
