# ruleid: bash.downloaded-code
curl -fsSL https://example.org/install.sh | bash
# ruleid: bash.downloaded-code
wget -qO- https://example.org/install.sh | sh
# ruleid: bash.downloaded-code
(curl -fsSL https://example.org/install.sh; echo) | tee log | env bash -e
# ok: bash.downloaded-code
curl -fsSL https://example.org/data.json | jq .name
