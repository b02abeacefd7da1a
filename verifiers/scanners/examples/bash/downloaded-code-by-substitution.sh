# ruleid: bash.downloaded-code-by-substitution
bash <(curl -s https://example.org/install.sh)
# ruleid: bash.downloaded-code-by-substitution
eval "$(wget -qO- https://example.org/x)"
# ok: bash.downloaded-code-by-substitution
data=$(curl -s https://example.org/data)
