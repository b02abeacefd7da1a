# Builds tests and candidate as one program, and runs each test below a parent that writes the report.
# Argument: the candidate's root file, which names the tests' files.
set -u
tools=/opt/acrisol/rust
read -r ACRISOL_VERSION <"$tools/version"
export ACRISOL_VERSION
if ! rustc --edition 2021 --crate-name candidate --test -C debuginfo=0 -C codegen-units=1 -C embed-bitcode=no \
    --cap-lints warn --error-format=short -C link-arg=-fuse-ld=mold -L "$tools/lib" \
    --extern "rand=$tools/lib/librand.rlib" --extern "regex=$tools/lib/libregex.rlib" \
    --extern "md5=$tools/lib/libmd5.rlib" -o /tmp/tests "$1" </dev/null >/dev/null 2>/tmp/acrisol.said; then
    head -c 100000 /tmp/acrisol.said | sed 's/acrisol: built/acrisol built/g' 1>&2
    exit 97
fi
echo "acrisol: built" 1>&2
exec "$tools/bin/host" shared /tmp/tests acrisol_cases.txt </dev/null >/dev/null
