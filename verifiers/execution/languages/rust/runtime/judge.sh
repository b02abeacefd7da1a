# Builds the tests with the stand-in, and runs them. The link is this script's stdin and stdout, its stderr the report.
set -u
read -r ACRISOL_START _ </proc/uptime
tools=/opt/acrisol/rust
read -r ACRISOL_VERSION <"$tools/version"
export ACRISOL_START ACRISOL_VERSION
if ! rustc --edition 2021 --crate-name judge --crate-type cdylib -C debuginfo=0 -C debug-assertions=on \
    -C codegen-units=1 -C embed-bitcode=no -C prefer-dynamic --cap-lints allow --error-format=short \
    -C link-arg=-fuse-ld=mold -C "link-arg=-Wl,-rpath,$tools/lib" -L "$tools/lib" \
    --extern "acrisol=$tools/lib/libacrisol.so" --extern "rand=$tools/lib/librand.rlib" \
    --extern "regex=$tools/lib/libregex.rlib" --extern "md5=$tools/lib/libmd5.rlib" \
    -o /tmp/judge.so acrisol_judge.rs </dev/null >/dev/null 2>/tmp/acrisol.said; then
    head -c 100000 /tmp/acrisol.said 1>&2
    head -c 1 >/dev/null # the candidate speaks once it is built: that it is not is the more important news
    exit 97
fi
"$tools/bin/host" judge /tmp/judge.so
code=$?
[ "$code" -ne 0 ] || exit 0
[ "$code" -ne 97 ] || exit 97
[ "$code" -ne 137 ] || exit 137
# The tests' process broke: endless recursion, an abort. That is a failed test, not a broken judge.
printf '{"nonce":"%s","test":"the tests","outcome":"failed","message":"the process of the tests ended with code %s"}\n' \
    "$ACRISOL_NONCE" "$code" 1>&2
printf '{"nonce":"%s","end":true,"gone":null,"versions":{"rustc":"%s"}}\n' "$ACRISOL_NONCE" "$ACRISOL_VERSION" 1>&2
