# ruleid: bash.predictable-temporary-file
echo data > /tmp/data.txt
# ruleid: bash.predictable-temporary-file
echo data > /tmp/data.$$
file=$(mktemp)
# ok: bash.predictable-temporary-file
echo data > "$file"
