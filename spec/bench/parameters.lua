-- The measured call and the client that makes it. Neither depends on the machine's settings.

return {
  call = {
    vaultName = "examplevault",
    vaultNotificationConfig = {
      SNSTopic = "arn:aws:sns:us-west-2:012345678901:mytopic",
      Events = { "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted" },
    },
  },

  --- Returns the options of a client for the endpoint `url`.
  -- @param transport function or nil: sends the requests
  -- @return table
  client = function(url, transport)
    return {
      endpoint_url = url,
      region = "us-west-2",
      credentials = {
        access_key_id = "AKIAIOSFODNN7EXAMPLE",
        secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      },
      ca_bundle = os.getenv "BENCH_CA",
      transport = transport,
      env = {},
    }
  end,
}
