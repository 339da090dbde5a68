-- Certificates and signatures, as the Lua layer sees them.
local core = require "glacier.core"

-- A self-signed certificate, valid in 2026. It was created for this spec with the command openssl.
local PEM = [[
-----BEGIN CERTIFICATE-----
MIICoDCCAYgCAQEwDQYJKoZIhvcNAQELBQAwFjEUMBIGA1UEAwwLc25zLmV4YW1w
bGUwHhcNMjYwMTAxMDAwMDAwWhcNMjcwMTAxMDAwMDAwWjAWMRQwEgYDVQQDDAtz
bnMuZXhhbXBsZTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAM7iozN5
ab+XfeCqCrBoI5XYDrJP3qQliNOuszS7ITNcMH5yuPUwHma1RocfncwPHB19zF+e
KTBCKiYrzQgewcRr2Tu4Qw5/IPGuYbIJyOHqhy//tCMrFn+QTEO5mjvh3rXECzA9
0DByIc2XN5a2IWmZjtFHcxQ4d2cfzEG/DJEQJpPHwLfsEGbpKNl6ZLZzMpvQ+dhN
nGFbA3IiWvGeiqYtUZyMy6oCxSlAUbv6V4A0U374T0zfE5BLs8c3ShtIfRdveJCn
L2tO+l6jg3VTf17AbFO3RuHwWPGBM7nxMDqMorxrKuDfX0zRfnZS/Z19FGwICjNn
QlOO3DJnNNjU4xECAwEAATANBgkqhkiG9w0BAQsFAAOCAQEAhG3jz/5q44ZrPBKp
F/8680Dbu4pAdhxwgFCfJAPzCEK20G9b4dCLAeQuBNvkjH8H0RQtzFGmYmZQ6ZRe
MPW0q/qx1ZN2kydMfbNeScRgdaMhoaS4DTYUpMOBNbzJz2faXcVIH6ICi/2Gv5C4
bfrLv82keEJ4d13HhXMi8ZsK42sot4o5/Xoqm4UMl9jcPQEVEDBhD6nG7eNY5udc
S0E3w0EiY6GMQS0jR+JsHh/OrSe8rsYQuCyb8PShjwDKPItZSfoEiMF4E3R0zt5Y
wmn7+4pRjz/+GXfa2PFsgNHv++eizTe/q6evV1eCPXdKdPI54czmuvM4sVuJC2fk
1JMzcQ==
-----END CERTIFICATE-----]]
local SIGNATURE = "VBRc/wFRXE33lHpX+8fJrpcw+WmJ5bsCDcwDepZuj5VDfuywtbQrREjEBXqDRdtXRCO795KMU8pOSpFioVweOn"
  .. "ZuH4+RkW6uG+CxbkQEE/nbJf8BohjjdPgD775VnwlOKlgLx4L+Essv1PE6i43R+QF9wfepC0oFS+lwrAQNPGo8"
  .. "KdXYI2IaCARpqFy0eJEcEeEUL9q5QGqgBAZ6J0HQrQLQgeaTs/UAvsSwmLaNI4y7UrdWC98rReieWaMVoAn6Ul"
  .. "bTOVkJ6IOV10QumkyZvRacpvJngFfWi0ShoOFT/2Rfn6QQ17L/9QC18hS3qu2O1DKeJ5XQFXldwRPUGSM7sA=="

describe("a certificate", function()
  it("verifies a signature", function()
    assert.is_true(core.certificate(PEM):verify("the message\n", SIGNATURE, "sha256"))
  end)

  it("says why it rejects a signature", function()
    local certificate = core.certificate(PEM)
    assert.are.same({ nil, "the signature does not match" }, { certificate:verify("other", SIGNATURE, "sha256") })
    assert.are.same({ nil, "the signature is not valid base64" }, { certificate:verify("other", "?", "sha1") })
  end)

  it("is valid between its dates", function()
    local certificate = core.certificate(PEM)
    assert.is_true(certificate:valid_at(1780000000))
    assert.are.same({ nil, "the certificate is not valid yet" }, { certificate:valid_at(0) })
    assert.are.same({ nil, "the certificate has expired" }, { certificate:valid_at(1800000000.5) })
  end)

  it("is rejected unless it is PEM", function()
    assert.are.same({ nil, "the text is not a PEM certificate" }, { core.certificate "junk" })
  end)
end)
