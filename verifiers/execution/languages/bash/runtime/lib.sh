# What tests may call: the names of bats, bats-assert and shunit2 that are used most. Sourced by run.sh.

run() {
    local acrisol_want="" acrisol_apart=0 acrisol_keep=0 acrisol_errors acrisol_was=$-
    while [ $# -gt 0 ]; do
        case $1 in
        --separate-stderr) acrisol_apart=1 ;;
        --keep-empty-lines) acrisol_keep=1 ;;
        -- | '!') [ "$1" = -- ] || acrisol_want='!' ;;
        -[0-9]*) acrisol_want=${1#-} ;;
        *) break ;;
        esac
        shift
    done
    set +eET
    if [ "$acrisol_apart" = 1 ]; then
        acrisol_errors=$(mktemp)
        output=$("$@" 2>"$acrisol_errors")
        status=$?
        stderr=$(cat "$acrisol_errors")
        mapfile -t stderr_lines <<<"$stderr"
        rm -f "$acrisol_errors"
    else
        output=$("$@" 2>&1)
        status=$?
    fi
    lines=()
    local acrisol_line
    [ -z "$output" ] || while IFS= read -r acrisol_line || [ -n "$acrisol_line" ]; do
        [ "$acrisol_keep" = 0 ] && [ -z "$acrisol_line" ] || lines+=("$acrisol_line")
    done <<<"$output"
    BATS_RUN_COMMAND=$*
    [[ $acrisol_was != *e* ]] || set -e
    [[ $acrisol_was != *E* ]] || set -E
    [[ $acrisol_was != *T* ]] || set -T
    case $acrisol_want in
    '') ;;
    '!') [ "$status" -ne 0 ] || fail "'$*' should fail, but its exit code is 0: $output" ;;
    *) [ "$status" -eq "$acrisol_want" ] || fail "'$*': expected exit code $acrisol_want, got $status: $output" ;;
    esac
}

fail() {
    [ $# -gt 0 ] && printf '%s\n' "$*" >&2 || cat >&2
    return 1
}

skip() {
    printf '%s' "${1:-}" >"$ACRISOL_STATE/skipped"
    exit 0
}

load() {
    local path
    case $1 in *bats-support* | *bats-assert* | *bats-file*) return 0 ;; esac
    for path in "$1" "$1.bash" "$BATS_TEST_DIRNAME/$1" "$BATS_TEST_DIRNAME/$1.bash" "$BATS_TEST_DIRNAME/$1.sh"; do
        if [ -f "$path" ]; then
            source "$path" "${@:2}"
            return
        fi
    done
    fail "load: there is no file '$1'"
}
bats_load_library() { load "$@"; }
bats_require_minimum_version() { :; }

assert() { "$@" || fail "assertion failed: $*"; }
refute() { ! "$@" || fail "assertion succeeded, but should fail: $*"; }
assert_equal() { [ "$1" = "$2" ] || fail "values do not equal
expected : $2
actual   : $1"; }
assert_not_equal() { [ "$1" != "$2" ] || fail "values equal: $1"; }
assert_success() { [ "$status" -eq 0 ] || fail "command failed with exit code $status: $output"; }
assert_failure() {
    [ "$status" -ne 0 ] || fail "command succeeded, but it should fail: $output" || return
    [ $# -eq 0 ] || [ "$status" -eq "$1" ] || fail "expected exit code $1, got $status: $output"
}

# How a text is compared: MODE is exact, partial or regexp.
acrisol_fits() { # MODE WANTED TEXT
    case $1 in
    partial) [[ $3 == *"$2"* ]] ;;
    regexp) [[ $3 =~ $2 ]] ;;
    *) [ "$3" = "$2" ] ;;
    esac
}

# Reads the options of the assertions on output into acrisol_mode, acrisol_index and acrisol_wanted.
acrisol_options() {
    acrisol_mode=exact acrisol_index="" acrisol_wanted="" acrisol_given=$#
    while [ $# -gt 0 ]; do
        case $1 in
        -p | --partial) acrisol_mode=partial ;;
        -e | --regexp) acrisol_mode=regexp ;;
        -n | --index) acrisol_index=$2 && shift ;;
        -) acrisol_wanted=$(cat) ;;
        --) ;;
        *) acrisol_wanted=$1 ;;
        esac
        shift
    done
}

assert_output() {
    acrisol_options "$@"
    if [ "$acrisol_given" -eq 0 ]; then
        [ -n "$output" ] || fail "expected output, but there is none"
        return
    fi
    acrisol_fits "$acrisol_mode" "$acrisol_wanted" "$output" || fail "output differs ($acrisol_mode)
expected : $acrisol_wanted
actual   : $output"
}
refute_output() {
    acrisol_options "$@"
    if [ "$acrisol_given" -eq 0 ]; then
        [ -z "$output" ] || fail "expected no output, but got: $output"
        return
    fi
    ! acrisol_fits "$acrisol_mode" "$acrisol_wanted" "$output" || fail "output should not be: $output"
}
acrisol_has_line() {
    local line
    if [ -n "$acrisol_index" ]; then
        acrisol_fits "$acrisol_mode" "$acrisol_wanted" "${lines[acrisol_index]-}"
        return
    fi
    for line in "${lines[@]}"; do
        if acrisol_fits "$acrisol_mode" "$acrisol_wanted" "$line"; then return 0; fi
    done
    return 1
}
assert_line() {
    acrisol_options "$@"
    acrisol_has_line || fail "there is no such line ($acrisol_mode): $acrisol_wanted
output : $output"
}
refute_line() {
    acrisol_options "$@"
    ! acrisol_has_line || fail "there should be no such line ($acrisol_mode): $acrisol_wanted
output : $output"
}
assert_file_exist() { [ -e "$1" ] || fail "there is no file $1"; }
assert_file_exists() { assert_file_exist "$1"; }
assert_file_not_exist() { [ ! -e "$1" ] || fail "there is a file $1"; }
assert_file_contains() { grep -q -e "$2" -- "$1" || fail "file $1 does not contain $2"; }

# shunit2's take an optional message first.
acrisol_pair() { [ $# -ge "$((acrisol_n + 1))" ] && acrisol_message="$1 " && shift || acrisol_message=""; acrisol_args=("$@"); }
assertEquals() { acrisol_n=2 acrisol_pair "$@"; [ "${acrisol_args[0]}" = "${acrisol_args[1]}" ] || fail "${acrisol_message}expected:<${acrisol_args[0]}> but was:<${acrisol_args[1]}>"; }
assertSame() { assertEquals "$@"; }
assertNotEquals() { acrisol_n=2 acrisol_pair "$@"; [ "${acrisol_args[0]}" != "${acrisol_args[1]}" ] || fail "${acrisol_message}values equal: ${acrisol_args[0]}"; }
assertContains() { acrisol_n=2 acrisol_pair "$@"; [[ ${acrisol_args[0]} == *"${acrisol_args[1]}"* ]] || fail "${acrisol_message}${acrisol_args[1]} is not in ${acrisol_args[0]}"; }
assertNull() { acrisol_n=1 acrisol_pair "$@"; [ -z "${acrisol_args[0]-}" ] || fail "${acrisol_message}not empty: ${acrisol_args[0]}"; }
assertNotNull() { acrisol_n=1 acrisol_pair "$@"; [ -n "${acrisol_args[0]-}" ] || fail "${acrisol_message}is empty"; }
acrisol_holds() { case $1 in 0) return 0 ;; [0-9]*) return 1 ;; *) eval "$1" ;; esac; }
assertTrue() { acrisol_n=1 acrisol_pair "$@"; acrisol_holds "${acrisol_args[0]}" || fail "${acrisol_message}not true: ${acrisol_args[0]}"; }
assertFalse() { acrisol_n=1 acrisol_pair "$@"; ! acrisol_holds "${acrisol_args[0]}" || fail "${acrisol_message}not false: ${acrisol_args[0]}"; }
