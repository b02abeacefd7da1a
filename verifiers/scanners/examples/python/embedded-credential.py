# ruleid: python.embedded-credential
key = "-----BEGIN RSA PRIVATE KEY-----"
# ruleid: python.embedded-credential
aws = "AKIAIOSFODNN7EXAMPLE"
# ok: python.embedded-credential
public = "-----BEGIN PUBLIC KEY-----"
# ok: python.embedded-credential
word = "AKIA"
