# ruleid: bash.tls-verification-off
curl -k https://example.org
# ruleid: bash.tls-verification-off
wget --no-check-certificate https://example.org
# ruleid: bash.tls-verification-off
git config http.sslVerify false
# ok: bash.tls-verification-off
curl --cacert authority.pem https://example.org
# ok: bash.tls-verification-off
curl --keepalive-time 2 https://example.org
