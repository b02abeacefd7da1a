# Builds the candidate with its dispatcher, and becomes them. The link is this script's stdin and stdout.
# Arguments: the candidate's root file with a line for the dispatcher, and the same file as it was.
set -u
tools=/opt/acrisol/rust
build() {
    rustc --edition 2021 --crate-name candidate -C debuginfo=0 -C debug-assertions=on -C codegen-units=1 \
        -C embed-bitcode=no --cap-lints warn --error-format=short -L "$tools/lib" --extern "acrisol=$tools/lib/libacrisol.so" \
        --extern "rand=$tools/lib/librand.rlib" --extern "regex=$tools/lib/libregex.rlib" \
        --extern "md5=$tools/lib/libmd5.rlib" "$@" </dev/null >/dev/null 2>/tmp/acrisol.said
}
# More than a few warnings help nobody, and the line that says that it is built has to get through, once it is.
tell() { [ ! -s /tmp/acrisol.said ] || head -c 100000 /tmp/acrisol.said | sed 's/acrisol: built/acrisol built/g' 1>&2; }
if build --crate-type cdylib -C prefer-dynamic -C link-arg=-fuse-ld=mold \
    -C "link-arg=-Wl,-rpath,$tools/lib" -o /tmp/guest.so "$1"; then
    tell
    echo "acrisol: built" 1>&2 # what follows on stderr is the candidate's
    exec "$tools/bin/host" guest /tmp/guest.so
fi
# Is it the candidate, or does the dispatcher not fit what we took its declarations for?
cp "$2" "$1"
if build --crate-type lib --emit metadata -o /tmp/candidate.rmeta "$1"; then
    echo "acrisol: built" 1>&2
    exec "$tools/bin/host" unfit
fi
tell
exit 97
