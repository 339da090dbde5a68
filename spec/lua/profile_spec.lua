-- The expected values are what botocore 1.43 makes of the same files on CPython 3.11.
local profile = require "glacier.config.profile"
local write = require("spec.support.files").write

local temporary = {}

-- For the names of tests.
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

-- Loads two texts as the config and the credentials file; nil stands for a missing one.
local function load(config, credentials)
  local variables = {
    AWS_CONFIG_FILE = config and write_file(config) or "",
    AWS_SHARED_CREDENTIALS_FILE = credentials and write_file(credentials) or "",
  }
  local files, problem = profile.load { env = getter(variables), home = false }
  return files, problem, variables
end

-- The paths that are tried with these variables, the config file first.
local function tried_paths(variables, home)
  local paths, open = {}, io.open
  io.open = function(path, mode) -- luacheck: ignore 122
    if path == "/etc/passwd" or path == "/proc/self/status" then
      return open(path, mode)
    end
    paths[#paths + 1] = path
    return nil, path .. ": No such file or directory", 2
  end
  local ok, problem = pcall(profile.load, { env = getter(variables), home = home })
  io.open = open -- luacheck: ignore 122
  assert(ok, problem)
  return paths
end

after_each(function()
  for index, path in ipairs(temporary) do
    os.remove(path)
    temporary[index] = nil
  end
end)

-- Config files with one option, and the profiles they give.
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

local WORDS = {
  [""] = {},
  [" \t "] = {},
  ["a  b\tc\nd"] = { "a", "b", "c", "d" },
  ["'a b' \"c d\""] = { "a b", "c d" },
  ["a' 'b\" \"c"] = { "a b c" },
  ["'' \"\" x"] = { "", "", "x" },
  ["a\\ b \\' \\\\"] = { "a b", "'", "\\" },
  ["'\\' '\"'"] = { "\\", '"' },
  ['"\\" \\\\ \\x \'"'] = { "\" \\ \\x '" },
  ["a#b # $HOME *"] = { "a#b", "#", "$HOME", "*" },
  ["\\\195\169"] = { "\195\169" },
}

-- A value of AWS_CONFIG_FILE and the path it names, with HOME=/h and D=/d.
local PATHS = {
  ["/a/config"] = "/a/config",
  ["rel"] = "rel",
  ["~/x"] = "/h/x",
  ["~"] = "/h",
  ["x~/y"] = "x~/y",
  ["~root/x"] = "/root/x",
  ["~no-such-user/x"] = "~no-such-user/x",
  ["$D/x"] = "/d/x",
  ["${D}x"] = "/dx",
  ["$Dx"] = "$Dx",
  ["$D$D.${D}"] = "/d/d./d",
  ["$$D"] = "$/d",
  ["${D"] = "${D",
  ["${}$D"] = "${}/d",
  ["${A$D}$D"] = "${A$D}/d",
  ["${A B}"] = "/ab",
  ["$TILDE/x"] = "/h/x",
  ["$NAMED"] = "$D",
  ["a$"] = "a$",
}

describe("the shared files", function()
  for header, expected in pairs(SECTIONS) do
    it("give the right profiles for " .. printable(header), function()
      local names = {}
      for name, values in pairs(assert(load(header .. "\na=1\n")).profiles) do
        names[name] = true
        assert.same({ a = "1" }, values)
      end
      assert.same(expected, names)
    end)
  end

  it("take the later of two sections for one profile, unmerged", function()
    local one = load("[default]\na=1\n[profile default]\nb=2\n")
    local other = load("[profile default]\nb=2\n[default]\na=1\n")
    assert.same({ b = "2" }, one.profiles.default)
    assert.same({ a = "1" }, other.profiles.default)
    assert.same({ x = { b = "2" } }, load('[profile x]\na=1\n[profile "x"]\nb=2\n').profiles)
  end)

  it("give SSO sessions and services by name", function()
    local files = load('[sso-session "s s"]\na=1\n[services x]\nglacier =\n  endpoint_url = u\n')
    assert.same({ ["s s"] = { a = "1" } }, files.sso_sessions)
    assert.same({ x = { glacier = { endpoint_url = "u" } } }, files.services)
    assert.same({}, files.profiles)
  end)

  it("take the names in the credentials file as they stand", function()
    local files = load(nil, '[a b]\nx=1\n[ c ]\nx=1\n[profile d]\nx=1\n["e"]\nx=1\n')
    local one = { x = "1" }
    local expected = { ["a b"] = one, [" c "] = one, ["profile d"] = one, ['"e"'] = one }
    assert.same(expected, files.profiles)
    assert.same(expected, files.credentials)
    assert.same({}, files.config)
  end)

  it("let the credentials file win key by key, whole blocks at once", function()
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

  it("know the path and line of every key", function()
    local files, _, paths = load(
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

  it("may be missing, be directories, or lie below a file", function()
    local path = write_file("")
    local paths = { "", "/nonexistent/config", "/tmp", path .. "/config", "/etc/passwd\0" }
    for _, missing in ipairs(paths) do
      local env = getter { AWS_CONFIG_FILE = missing, AWS_SHARED_CREDENTIALS_FILE = missing }
      local files = assert(profile.load { env = env })
      assert.same({}, files.profiles)
      assert.same({}, files.services)
    end
  end)
end)

describe("a shared file that cannot be read", function()
  local broken = "[default]\naws_secret_access_key = SECRET1\nSECRET2\n"

  it("is an error with its path and line and nothing of its text", function()
    for _, texts in ipairs { { broken, nil }, { nil, broken }, { "[default]\n", broken } } do
      local files, problem, paths = load(texts[1], texts[2])
      assert.is_nil(files)
      assert.equal("config", problem.kind)
      assert.equal("ConfigParseError", problem.code)
      local path = texts[2] and paths.AWS_SHARED_CREDENTIALS_FILE or paths.AWS_CONFIG_FILE
      local start = "Unable to parse config file: " .. path .. ", line 3: "
      assert.equal(start, problem.message:sub(1, #start))
      assert.is_nil(problem.message:find("SECRET", 1, true))
    end
  end)

  it("is never quoted, whatever is wrong with it", function()
    local texts = {
      "SECRET\n", "[default]\nSECRET\n", "[default]\n=SECRET\n", "[default]\nSECRET=\nSECRET=\n",
      "[SECRET]\n[SECRET]\n", "[default]\nn=\n  SECRET\n", "[default]\na=SECRET\255\n", "[SECRET\n",
    }
    for _, text in ipairs(texts) do
      local files, problem = load(text)
      assert.is_nil(files)
      assert.is_nil(problem.message:upper():find("SECRET", 1, true))
    end
  end)

  -- What io.open answers for a path whose file, or whose directory, is closed to us.
  local function load_denied(errno_as_directory)
    local open = io.open
    io.open = function(path) -- luacheck: ignore 122
      if path == "/shut/config/." then
        return nil, path, errno_as_directory
      end
      return nil, path .. ": Permission denied", 13
    end
    local env = getter { AWS_CONFIG_FILE = "/shut/config", AWS_SHARED_CREDENTIALS_FILE = "" }
    local ok, files, problem = pcall(profile.load, { env = env })
    io.open = open -- luacheck: ignore 122
    assert(ok, files)
    return files, problem
  end

  it("is an error where the file is closed to us", function()
    local files, problem = load_denied(20)
    assert.is_nil(files)
    assert.equal("ConfigParseError", problem.code)
    assert.equal("Unable to parse config file: /shut/config: Permission denied", problem.message)
  end)

  it("is a missing file where the directory is closed to us", function()
    assert.same({}, assert(load_denied(13)).profiles)
  end)

  it("is an error where reading fails, or finds no end", function()
    for path, words in pairs { ["/proc/self/mem"] = "error$", ["/dev/zero"] = "longer than" } do
      local env = getter { AWS_CONFIG_FILE = path, AWS_SHARED_CREDENTIALS_FILE = "" }
      local files, problem = profile.load { env = env }
      assert.is_nil(files)
      assert.matches("^Unable to parse config file: " .. path .. ": .*" .. words, problem.message)
    end
  end)
end)

describe("the paths of the shared files", function()
  for value, expected in pairs(PATHS) do
    it("are expanded in " .. value, function()
      local paths = tried_paths {
        HOME = "/h", D = "/d", TILDE = "~", NAMED = "$D", ["A B"] = "/ab", AWS_CONFIG_FILE = value,
      }
      assert.same({ expected, "/h/.aws/credentials" }, paths)
    end)
  end

  it("are ~/.aws/config and ~/.aws/credentials where nothing is said", function()
    assert.same({ "/h/.aws/config", "/h/.aws/credentials" }, tried_paths { HOME = "/h" })
    assert.same({ "/h/.aws/config", "/s" },
      tried_paths { HOME = "/h//", AWS_SHARED_CREDENTIALS_FILE = "/s" })
    assert.same({ "/.aws/config", "/.aws/credentials" }, tried_paths { HOME = "/" })
    assert.same({ "/.aws/config", "/.aws/credentials" }, tried_paths { HOME = "" })
    assert.equal("/", tried_paths({ HOME = "/", AWS_CONFIG_FILE = "~" })[1])
  end)

  it("take the home given, or the password file's, where HOME is not set", function()
    assert.same({ "/g/.aws/config", "/g/.aws/credentials" }, tried_paths({}, "/g"))
    assert.same({ "/h/.aws/config", "/h/.aws/credentials" }, tried_paths({ HOME = "/h" }, "/g"))
    assert.same({ "~/.aws/config", "~/.aws/credentials" }, tried_paths({}, false))
    local pipe = assert(io.popen("getent passwd $(id -u)"))
    local home = pipe:read("*l"):match("([^:]*):[^:]*$")
    pipe:close()
    assert.same({ home .. "/.aws/config", home .. "/.aws/credentials" }, tried_paths {})
  end)
end)

describe("the profile", function()
  local config = "[profile x]\na=x\n[profile y]\na=y\n"

  -- The name and values selected, or the message of the refusal.
  local function select(text, explicit, variables)
    local name, result = profile.select(assert(load(text)), explicit, getter(variables or {}))
    if name then
      return name, result
    end
    assert.equal("config", result.kind)
    assert.equal("ProfileNotFound", result.code)
    return result.message
  end

  it("is the default one where none is named, empty where there is none", function()
    assert.same({ "default", { a = "d" } }, { select("[default]\na=d\n") })
    assert.same({ "default", {} }, { select(config) })
  end)

  it("is named by the caller, then AWS_PROFILE, then AWS_DEFAULT_PROFILE", function()
    local both = { AWS_PROFILE = "x", AWS_DEFAULT_PROFILE = "y" }
    assert.same({ "y", { a = "y" } }, { select(config, "y", { AWS_PROFILE = "x" }) })
    assert.same({ "x", { a = "x" } }, { select(config, nil, both) })
    assert.same({ "y", { a = "y" } }, { select(config, nil, { AWS_DEFAULT_PROFILE = "y" }) })
  end)

  it("has to exist where it is named, the default one too", function()
    local message = "The config profile (%s) could not be found"
    assert.equal(message:format("z"), select(config, "z"))
    assert.equal(message:format("z"), select(config, nil, { AWS_PROFILE = "z" }))
    assert.equal(message:format("default"), select(config, nil, { AWS_PROFILE = "default" }))
    assert.equal(message:format("default"), select(config, "default"))
  end)

  it("may be named by the other variable where one is empty, but not be empty", function()
    local x, empty = { "x", { a = "x" } }, "The config profile () could not be found"
    assert.same(x, { select(config, nil, { AWS_PROFILE = "", AWS_DEFAULT_PROFILE = "x" }) })
    assert.same(x, { select(config, nil, { AWS_PROFILE = "x", AWS_DEFAULT_PROFILE = "" }) })
    assert.equal(empty, select(config, nil, { AWS_PROFILE = "" }))
    assert.equal(empty, select(config, nil, { AWS_DEFAULT_PROFILE = "" }))
    assert.equal(empty, select(config, ""))
  end)
end)

describe("splitting words as a shell does", function()
  for text, words in pairs(WORDS) do
    it("splits " .. printable(text), function()
      assert.same(words, profile.split_words(text))
    end)
  end

  it("refuses quotes that stay open and a last backslash", function()
    for _, text in ipairs { "'a", '"a', "a'", 'a\\', '"a\\', '"a\\"', "'a\\'b'" } do
      local words, problem = profile.split_words(text)
      assert.is_nil(words)
      assert.is_string(problem)
    end
  end)
end)
