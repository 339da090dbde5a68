-- Sets the notifications of a vault in Neovim. Its arguments are environment variables: GLACIER_LUA and GLACIER_MODULE
-- (directories), VAULT, and those of the service. It prints what the spec compares.
-- luacheck: globals vim
local directory, module = os.getenv "GLACIER_LUA", os.getenv "GLACIER_MODULE"
package.path = ("%s/?.lua;%s/?/init.lua;%s"):format(directory, directory, package.path)
package.cpath = ("%s/?.so;%s"):format(module, package.cpath)

local glacier = require "glacier"

local client = glacier.client { wait = require "glacier.hosts.luv" }
local answered = false

local function note(line)
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { line })
end

local function set_notifications()
  local config = { SNSTopic = "arn:aws:sns:us-west-2:012345678901:mytopic", Events = { "ArchiveRetrievalCompleted" } }
  local response = client:set_vault_notifications {
    vaultName = os.getenv "VAULT", vaultNotificationConfig = config,
  }
  note("status " .. response.ResponseMetadata.HTTPStatusCode)
  note(client:get_vault_notifications { vaultName = os.getenv "VAULT" }.vaultNotificationConfig.Events[1])
  answered = true
end

coroutine.wrap(set_notifications)()
note(answered and "the editor was blocked" or "the editor goes on")
vim.wait(60000, function() return answered end, 5)
io.stdout:write(table.concat(vim.api.nvim_buf_get_lines(0, 1, -1, false), "\n"), "\n")
