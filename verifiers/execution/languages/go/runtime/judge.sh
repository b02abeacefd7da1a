# Builds the tests with the stand-in, and runs them. The link is this script's stdin and stdout, its stderr the
# report. Arguments: "light" or "full" (tests that need all of testify); the import path of the stand-in's own
# package or ""; the stand-in; the other source files.
set -u
read -r ACRISOL_START _ </proc/uptime
export ACRISOL_START
tools=/opt/acrisol/go
kind=$1 path=$2 standin=$3
shift 3
export GOGC=off GOMEMLIMIT=300MiB

# What the compiler says of the last try goes to stderr; two tries cost nothing where the first one fits.
build() { # CONFIG
    config=$tools/$1.cfg
    if [ -n "$path" ]; then
        "$tools/bin/compile" -p "$path" -complete -dwarf=false -importcfg "$config" -o /tmp/standin.a -pack "$standin" || return
        { cat "$config"; echo "packagefile $path=/tmp/standin.a"; } >/tmp/packages.cfg
        config=/tmp/packages.cfg
        set -- "$@"
    fi
    shift
    "$tools/bin/compile" -p main -complete -dwarf=false -importcfg "$config" -o /tmp/judge.a -pack "$@" &&
        "$tools/bin/link" -importcfg "$config" -s -w -o /tmp/judge /tmp/judge.a
}
[ -n "$path" ] || set -- "$standin" "$@"
[ "$kind" = light ] && build light "$@" >/tmp/said 2>&1 || build full "$@" >/tmp/said 2>&1 || {
    # That the tests do not compile is told only after the candidate has shown whether it does: the guest's script
    # sends a frame when it has built.
    cat /tmp/said 1>&2
    head -c 1 >/dev/null
    exit 97
}
unset GOGC GOMEMLIMIT
exec 3<&0 4>&1 5>&2 0</dev/null 1>/tmp/acrisol.printed 2>/tmp/acrisol.crash
/tmp/judge
code=$?
[ "$code" -ne 137 ] || exit 137
[ ! -e /tmp/acrisol.ended ] || exit 0
# The tests' process broke: a panic in a goroutine, endless recursion, a fatal error of Go's.
said=$(head -c 1500 /tmp/acrisol.crash | tr -cd '\012\040-\176' | sed 's/\\/\\\\/g; s/"/\\"/g' | tr '\012' '~' | sed 's/~/\\n/g')
printf '\n{"nonce":"%s","test":"the tests","outcome":"failed","message":"the tests ended with exit code %s: %s"}\n' \
    "$ACRISOL_NONCE" "$code" "$said" >&5
printf '{"nonce":"%s","end":true,"gone":null,"versions":{}}\n' "$ACRISOL_NONCE" >&5
