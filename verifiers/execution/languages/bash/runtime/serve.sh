# The candidate's side: checks the scripts, then answers calls until the tests are done. Each call runs in a bash
# of its own. Arguments: "serve" or "only" (check and end); the candidate's scripts.
set -u
ACRISOL_HOME=/work/.acrisol
mode=$1
shift
bad=0
for script in "$@"; do
    bash -n -- "$script" || bad=1
done 1>&2
[ "$bad" -eq 0 ] || exit 97
! command -v shellcheck >/dev/null || shellcheck -s bash -f gcc -- "$@" 1>&2
[ "$mode" = serve ] || exit 0
echo "acrisol: built" 1>&2
exec 198<&0 199>&1 0</dev/null 1>/dev/null
source "$ACRISOL_HOME/frames.sh"
mkdir -p /tmp/t /tmp/s
state=0
calls=0
: >/tmp/s/0
declare -A old=()

# What there is, before the candidate's code runs.
note() {
    local key kind path
    old=()
    while IFS= read -r -d '' key && IFS= read -r -d '' kind && IFS= read -r -d '' path; do old[$path]=$key; done < <(acrisol_list)
}

# What the call did to files since.
changes() { # PREFIX
    local key path kind
    local -A new=()
    : >"$1.list"
    : >"$1.contents"
    while IFS= read -r -d '' key && IFS= read -r -d '' kind && IFS= read -r -d '' path; do
        new[$path]=$key
        [ "${old[$path]:-}" != "$key" ] || continue
        if [ "$kind" = f ]; then
            printf '%s\0' f "${key%%.*}" "$(stat -c %s -- "$path")" "$path" >>"$1.list"
            cat -- "$path" >>"$1.contents"
        elif [ -z "${old[$path]:-}" ]; then
            printf '%s\0' d 755 0 "$path" >>"$1.list"
        fi
    done < <(acrisol_list)
    for path in "${!old[@]}"; do
        [ -n "${new[$path]:-}" ] || printf '%s\0' g 755 0 "$path" >>"$1.list"
    done
    old=()
    for path in "${!new[@]}"; do old[$path]=${new[$path]}; done
}

# Splits what came: arguments, variables of the tests, environment.
arguments=() variables=() environment=()
split() { # META...
    local at count=$(($6 - 2))
    arguments=("${@:7:count}") variables=() environment=()
    shift $((6 + count))
    # The variables end with an empty name; their values are counted.
    while [ $# -gt 0 ] && [ -n "$1" ]; do
        at=$(($2 < 0 ? 3 : 2 + $2))
        variables+=("${@:1:at}")
        shift "$at"
    done
    shift
    for at in "$@"; do
        case $at in
        ACRISOL* | BATS* | PWD=* | OLDPWD=* | SHLVL=* | _=*) ;;
        *) environment+=("$at") ;;
        esac
    done
}

program() { # SCRIPT: sets run
    local first=""
    IFS= read -r -n 2 first <"$1"
    if [ "$first" = '#!' ]; then
        [ -x "$1" ] || chmod u+x -- "$1"
        run=("$1")
    else
        run=(bash "$1")
    fi
}

answer() { # PREFIX
    local c=$1 meta path status=0 to=$((state + 1)) run=() said=() now cwd end=returned
    mapfile -d '' -t meta <"$c.1"
    split "${meta[@]}"
    now=${meta[2]} cwd=${meta[3]}
    if [ -s "$c.3" ] || [ -s "$c.4" ]; then
        while IFS= read -r -d '' path; do rm -rf -- "$path"; done <"$c.4"
        [ ! -s "$c.3" ] || tar -x -P -f "$c.3" 2>/dev/null
        note
    fi
    : >"$c.stdout"
    : >"$c.stderr"
    case ${meta[0]} in
    ping) run=(true) ;;
    program) program "${meta[1]}" ;;
    *)
        : >"$c.given"
        [ "${#variables[@]}" -eq 0 ] || printf '%s\0' "${variables[@]}" >"$c.given"
        run=(bash "$ACRISOL_HOME/function.sh" "/tmp/s/$to" "/tmp/s/$now" "$c.given" "${meta[0]}" "${meta[1]}")
        end=left
        ;;
    esac
    (
        cd -- "$cwd" 2>/dev/null || cd /work
        exec 196>&- 198<&- 199>&- <"$c.2" >"$c.stdout" 2>"$c.stderr"
        [ "${meta[4]}" = 0 ] || exec 2>&1
        exec env -i "${environment[@]}" "${run[@]}" "${arguments[@]}"
    )
    status=$?
    # Killed, or out of its CPU time: that is the end of the candidate, and the sandbox tells why.
    [ "$status" -ne 137 ] && [ "$status" -ne 152 ] || exit "$status"
    if [ "$end" = left ] && [ -s "/tmp/s/$to.said" ]; then
        mapfile -d '' -t said <"/tmp/s/$to.said"
        cwd=${said[0]} end=${said[1]} now=$to state=$to
    fi
    printf '%s\0' "$status" "$now" "$cwd" "$end" "${said[@]:2}" >"$c.meta"
    changes "$c"
    acrisol_send "$c.meta" "$c.stdout" "$c.stderr" "$c.list" "$c.contents"
}

note
while :; do
    calls=$((calls + 1))
    acrisol_receive 4 "/tmp/s/call.$calls" || exit 0
    answer "/tmp/s/call.$calls" || exit 1
    [ $((calls % 50)) -ne 0 ] || rm -f -- /tmp/s/call.*
done
