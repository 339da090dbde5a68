-- The call that is measured, and the client that makes it: nothing of either comes from the machine.

return {
  call = {
    vaultName = "examplevault",
    vaultNotificationConfig = {
      SNSTopic = "arn:aws:sns:us-west-2:012345678901:mytopic",
      Events = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" },
    },
  },
  client = function(url, transport)
    return {
      endpoint_url = url,
      region = "us-west-2",
      credentials = {
        access_key_id = "AKIAIOSFODNN7EXAMPLE",
        secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      },
      transport = transport,
      env = {},
    }
  end,
}
