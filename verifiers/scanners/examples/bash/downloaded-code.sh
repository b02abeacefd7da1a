# ruleid: bash.downloaded-code
curl -fsSL https://example.org/install.sh | bash
# ruleid: bash.downloaded-code
wget -qO- https://example.org/install.sh | sh
# ok: bash.downloaded-code
curl -fsSL https://example.org/data.json | jq .name
