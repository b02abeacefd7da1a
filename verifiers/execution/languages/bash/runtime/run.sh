# Runs the tests and writes the report to stderr. Arguments: "apart" (the link is stdin and stdout; scripts that
# stand for the candidate's lie in their places) or "together" (the nonce comes by stdin); then for each file of
# tests its path, its style (functions or script), the file to run, and a file of its tests: id, function, name.
set -u
ACRISOL_HOME=/work/.acrisol ACRISOL_STATE=/tmp/acrisol
export ACRISOL_HOME ACRISOL_STATE TMPDIR=/tmp/t BATS_TMPDIR=/tmp/t BATS_RUN_TMPDIR=/tmp/t
mkdir -p "$ACRISOL_STATE" /tmp/t
mode=$1
shift
exec 195>&2
if [ "$mode" = apart ]; then
    exec 198<&0 199>&1
    nonce=$ACRISOL_NONCE
else
    IFS= read -r nonce
fi
unset ACRISOL_NONCE
exec 0</dev/null 1>/dev/null 2>&1
source "$ACRISOL_HOME/call.sh"

quoted() { # TEXT
    printf '%s' "$1" | head -c 3000 | LC_ALL=C tr -cd '\011\012\040-\176' |
        sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'
}

report() { # ID OUTCOME MESSAGE PATH LINE
    printf '\n{"nonce":"%s","test":"%s","outcome":"%s","message":"%s","path":"%s","line":%d}\n' \
        "$nonce" "$(quoted "$1")" "$2" "$(quoted "$3")" "$(quoted "$4")" "$5" >&195
}

finish() { # WHY_GONE
    local gone=null
    [ -z "$1" ] || gone="\"$(quoted "$1")\""
    printf '\n{"nonce":"%s","end":true,"gone":%s,"versions":{"bash":"%s"}}\n' "$nonce" "$gone" "$BASH_VERSION" >&195
    exit 0
}

# One test: whatever it says goes to a file; it has passed if it came to its end.
outcome() { # ID STATUS PATH SAID
    local said line=0 asked=0
    said=$(cat "$4")
    [ ! -e "$ACRISOL_STATE/line" ] || line=$(cat "$ACRISOL_STATE/line")
    [ ! -e "$ACRISOL_STATE/asked" ] || asked=1
    if [ -e "$ACRISOL_STATE/trouble" ]; then
        report "$1" failed "$(cat "$ACRISOL_STATE/trouble")" "$3" "$line"
    elif [ -e "$ACRISOL_STATE/left" ]; then
        report "$1" failed "$(cat "$ACRISOL_STATE/left")" "$3" "$line"
    elif [ -e "$ACRISOL_STATE/skipped" ] && [ "$2" -eq 0 ]; then
        [ "$asked" = 0 ] && report "$1" skipped "$(cat "$ACRISOL_STATE/skipped")" "$3" 0 ||
            report "$1" skipped-by-candidate "$(cat "$ACRISOL_STATE/skipped")" "$3" 0
    elif [ "$2" -eq 0 ] && [ -e "$ACRISOL_STATE/done" ]; then
        report "$1" passed "" "$3" 0
    else
        report "$1" failed "exit code $2${said:+: }$said" "$3" "$line"
    fi
    rm -f "$ACRISOL_STATE"/{line,asked,skipped,done,left}
}

main=$$
{
    sleep "${ACRISOL_WALL:-86400}"
    printf '\n{"nonce":"%s","end":true,"gone":"the candidate did not answer in time","versions":{}}\n' "$nonce" >&195
    kill -KILL "$main"
} 198<&- 199>&- &
watch=$!

functions() { # PATH CONVERTED ENTRIES: each test in a shell of its own, forked from one that has read the file
    local id function name number=0
    export BATS_TEST_FILENAME=/work/$1 BATS_TEST_DIRNAME
    BATS_TEST_DIRNAME=$(dirname "/work/$1") BATS_FILE_TMPDIR=$(mktemp -d)
    cd /work
    source "$ACRISOL_HOME/lib.sh"
    source "$2" >"$ACRISOL_STATE/said" 2>&1
    for name in setup_file oneTimeSetUp; do
        ! declare -F "$name" >/dev/null || "$name" >>"$ACRISOL_STATE/said" 2>&1
    done
    rm -f "$ACRISOL_STATE"/{line,done,left}
    while IFS=$'\t' read -r id function name <&194; do
        number=$((number + 1))
        (
            exec 195>&- 194<&-
            ACRISOL_SHELL=$BASHPID BATS_TEST_NUMBER=$number BATS_TEST_NAME=$function BATS_TEST_DESCRIPTION=$name
            BATS_TEST_TMPDIR=$(mktemp -d)
            trap 'acrisol_code=$?; trap - EXIT ERR; set +eET; acrisol_after; exit "$acrisol_code"' EXIT
            acrisol_after() {
                for acrisol_hook in teardown tearDown; do ! declare -F "$acrisol_hook" >/dev/null || "$acrisol_hook"; done
            }
            trap 'acrisol_note "$BASH_COMMAND"' ERR
            acrisol_note() {
                local at
                for at in "${!BASH_SOURCE[@]}"; do
                    [ "${BASH_SOURCE[at]}" != "$acrisol_file" ] || { [ -e "$ACRISOL_STATE/line" ] || printf '%s' "${BASH_LINENO[at - 1]}" >"$ACRISOL_STATE/line"; break; }
                done
                printf 'failed: %s\n' "$1" >&2
            }
            acrisol_file=$2
            set -eET
            for acrisol_hook in setup setUp; do
                if declare -F "$acrisol_hook" >/dev/null; then "$acrisol_hook"; fi
            done
            "$function"
            : >"$ACRISOL_STATE/done"
        ) >"$ACRISOL_STATE/said" 2>&1 &
        wait $!
        outcome "$id" $? "$1" "$ACRISOL_STATE/said"
    done 194<"$3"
    for name in teardown_file oneTimeTearDown; do
        ! declare -F "$name" >/dev/null || "$name" >/dev/null 2>&1
    done
}

script() { # PATH CONVERTED ENTRIES: the whole file is one test
    local id rest
    IFS=$'\t' read -r id rest <"$3"
    (
        cd /work
        exec 195>&-
        export ACRISOL_SHELL=$BASHPID # the same process after exec
        exec bash "$2"
    ) >"$ACRISOL_STATE/said" 2>&1 &
    wait $!
    local status=$?
    : >"$ACRISOL_STATE/done"
    outcome "$id" "$status" "$1" "$ACRISOL_STATE/said"
}

while [ $# -gt 0 ]; do
    if [ "$2" = script ]; then script "$1" "$3" "$4"; else (functions "$1" "$3" "$4"); fi
    shift 4
done
kill "$watch" 2>/dev/null
if [ "$mode" = apart ]; then
    [ -e "$ACRISOL_STATE/trouble" ] || acrisol_call ping ping >/dev/null
    [ ! -e "$ACRISOL_STATE/trouble" ] || finish "$(cat "$ACRISOL_STATE/trouble")"
fi
finish ""
