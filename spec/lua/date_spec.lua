-- Dates as seconds since the epoch. The expected values are those of `date -u -d … +%s`.
local date = require "glacier.date"

local EPOCHS = {
  ["1970-01-01T00:00:00"] = 0,
  ["1969-12-31T23:59:59"] = -1,
  ["1994-11-06T08:49:37"] = 784111777,
  ["2000-02-28T23:59:59"] = 951782399,
  ["2000-02-29T00:00:00"] = 951782400,
  ["2000-03-01T00:00:00"] = 951868800,
  ["1999-12-31T23:59:59"] = 946684799,
  ["2001-02-28T12:00:00"] = 983361600,
  ["2001-03-01T00:00:00"] = 983404800,
  ["2012-06-01T00:00:00"] = 1338508800,
  ["2024-02-29T12:34:56"] = 1709210096,
  ["2024-12-31T23:59:59"] = 1735689599,
  ["2038-01-19T03:14:08"] = 2147483648,
  ["2100-02-28T23:59:59"] = 4107542399,
  ["2100-03-01T00:00:00"] = 4107542400,
  ["1900-03-01T00:00:00"] = -2203891200,
  ["9999-12-31T23:59:59"] = 253402300799,
}

local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

local function parts_of(text)
  return text:match "^(%d+)%-(%d+)%-(%d+)T(%d+):(%d+):(%d+)$"
end

describe("a date", function()
  for text, epoch in pairs(EPOCHS) do
    it(text .. " is " .. epoch .. " s from the epoch", function()
      assert.are.equal(epoch, date.epoch(parts_of(text)))
      local year, month, day, hour, minute, second = parts_of(text)
      assert.are.equal(epoch, date.epoch(tonumber(year), tonumber(month), tonumber(day), tonumber(hour),
        tonumber(minute), tonumber(second)))
    end)

    it(text .. " is known in a header's form", function()
      local year, month, day, hour, minute, second = parts_of(text)
      local header = ("Sun, %s %s %s %s:%s:%s GMT"):format(day, MONTHS[tonumber(month)], year, hour, minute, second)
      assert.are.equal(epoch, date.http(header))
    end)
  end

  it("of the system's clock is the same in a header", function()
    for _, time in ipairs { 0, 951782400, 1709210096, 4102444799 } do
      assert.are.equal(time, date.http(os.date("!%a, %d %b %Y %H:%M:%S GMT", time)))
    end
  end)

  local NONE = {
    "", " ", "x", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z",
    "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", " Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
  }
  for _, text in ipairs(NONE) do
    it(("is not in a header that says %q"):format(text), function()
      assert.is_nil(date.http(text))
    end)
  end

  it("is not in a header that is not there", function()
    assert.is_nil(date.http(nil))
  end)
end)
