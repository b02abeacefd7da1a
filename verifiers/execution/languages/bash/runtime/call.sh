# The tests' side of a call: sourced by the scripts that stand for the candidate's.
# A call takes along its arguments, standard input, exported variables, folder, and the files that changed below
# /work and /tmp/t; it brings back output, exit status, changed files, variables and where the folder is now.
source "$ACRISOL_HOME/frames.sh"
declare -gA ACRISOL_KEPT=()
while IFS= read -r acrisol_line; do ACRISOL_KEPT[$acrisol_line]=1; done <"$ACRISOL_HOME/kept"
mapfile -t ACRISOL_SHARED <"$ACRISOL_HOME/shared"
mapfile -t ACRISOL_COMPARED <"$ACRISOL_HOME/compared"

acrisol_trouble() { # WHAT
    [ -e "$ACRISOL_STATE/trouble" ] || printf '%s' "$1" >"$ACRISOL_STATE/trouble"
    return 125
}

# Whether a file looks like one that holds what is expected, and no argument of the call speaks of it. Such a file
# is not shown to the candidate, and not changed by it.
acrisol_withheld() { # PATH
    local base=${1##*/} argument name
    for argument in "${acrisol_given[@]}"; do
        argument=${argument%/}
        [[ $argument != *"$base"* && $1/ != "${argument:-/}"/* && $1/ != "$PWD/${argument#./}"/* ]] || return 1
    done
    case $base in
    expect* | want* | golden* | correct* | *.exp | *.expected | *.golden | *.want) return 0 ;;
    esac
    for name in "${ACRISOL_COMPARED[@]}"; do [ "$base" != "$name" ] || return 0; done
    return 1
}

# Changed files of the tests', as a tar archive, and what is gone. What the tests consist of stays here.
acrisol_pack() { # ARCHIVE GONE; without them only notes what there is
    local key path kind listed=() seen=()
    local -A now=() was=()
    [ ! -e "$ACRISOL_STATE/seen" ] || while IFS= read -r -d '' key && IFS= read -r -d '' path; do was[$path]=$key; done <"$ACRISOL_STATE/seen"
    while IFS= read -r -d '' key && IFS= read -r -d '' kind && IFS= read -r -d '' path; do
        [ -z "${ACRISOL_KEPT[$path]:-}" ] || continue
        [ "$kind" = d ] || ! acrisol_withheld "$path" || continue
        now[$path]=1
        seen+=("$key" "$path")
        [ "${was[$path]:-}" = "$key" ] || listed+=("$path")
    done < <(acrisol_list)
    : >"$ACRISOL_STATE/seen"
    [ "${#seen[@]}" -eq 0 ] || printf '%s\0' "${seen[@]}" >"$ACRISOL_STATE/seen"
    [ $# -gt 0 ] || return 0
    : >"$1"
    : >"$2"
    [ "${#listed[@]}" -eq 0 ] || printf '%s\0' "${listed[@]}" | tar -c --no-recursion --null -T - -P -f "$1"
    for path in "${!was[@]}"; do [ -n "${now[$path]:-}" ] || printf '%s\0' "$path" >>"$2"; done
}

# Takes over what the candidate did to files: NUL-separated kind, mode, size, path; and their contents.
acrisol_unpack() { # LIST CONTENTS
    local kind mode size path
    exec 197<"$2"
    while IFS= read -r -d '' kind && IFS= read -r -d '' mode && IFS= read -r -d '' size && IFS= read -r -d '' path; do
        [[ $mode =~ ^[0-7]{1,4}$ && $size =~ ^[0-9]{1,9}$ ]] || return 2
        [[ $path == /work/?* || $path == /tmp/t/?* ]] || return 2
        [[ /$path/ != */../* && /$path/ != */./* && $path != /work/.acrisol* ]] || return 2
        [ "$(realpath -m -- "${path%/*}")" = "${path%/*}" ] && [ ! -L "$path" ] || return 2
        if [ -n "${ACRISOL_KEPT[$path]:-}" ]; then
            acrisol_trouble "the candidate changed a file of the tests: $path"
            return 2
        fi
        if [ "$kind" != d ] && [ -e "$path" ] && acrisol_withheld "$path"; then
            acrisol_trouble "the candidate changed a file that the tests compare with: $path"
            return 2
        fi
        case $kind in
        d) mkdir -p -- "$path" ;;
        g) rm -rf -- "$path" ;;
        f) acrisol_write "$mode" "$((10#$size))" "$path" <&197 ;;
        *) return 2 ;;
        esac || return 2
    done <"$1"
    exec 197<&-
}

acrisol_write() { # MODE SIZE PATH: into the file that is there, which somebody may have open
    [ ! -d "$3" ] || rm -rf -- "$3"
    head -c "$2" >"$3" && chmod "$1" -- "$3"
}

# One call. KIND is program, source or function; NAME the script or the function.
acrisol_call() { # KIND NAME ARGUMENTS...
    local -
    set +eEux +o pipefail
    acrisol_call_now "$@"
}

acrisol_call_now() {
    [ ! -e "$ACRISOL_STATE/trouble" ] || return 125
    local acrisol_c=$ACRISOL_STATE/call.$BASHPID.$SRANDOM acrisol_status acrisol_merged=0 acrisol_v acrisol_given=("${@:3}")
    if [ /dev/stdin -ef /dev/null ]; then : >"$acrisol_c.stdin"; else cat >"$acrisol_c.stdin"; fi
    [ ! /dev/fd/1 -ef /dev/fd/2 ] || acrisol_merged=1
    {
        printf '%s\0' "$1" "$2" "${acrisol_state:-0}" "$PWD" "$acrisol_merged" "$#" "${@:3}"
        for acrisol_v in "${ACRISOL_SHARED[@]}"; do acrisol_variable "$acrisol_v"; done
        printf '\0'
        env -0
    } >"$acrisol_c.meta"
    exec 196>"$ACRISOL_STATE/lock"
    flock 196
    acrisol_pack "$acrisol_c.files" "$acrisol_c.gone"
    acrisol_send "$acrisol_c.meta" "$acrisol_c.stdin" "$acrisol_c.files" "$acrisol_c.gone" && acrisol_receive 5 "$acrisol_c"
    acrisol_status=$?
    printf . >>"$ACRISOL_STATE/asked"
    if [ "$acrisol_status" -eq 2 ]; then
        acrisol_trouble "broke the protocol: an answer that is none"
    elif [ "$acrisol_status" -ne 0 ]; then
        acrisol_trouble "the candidate's process ended"
    elif [ -s "$acrisol_c.4" ]; then
        acrisol_unpack "$acrisol_c.4" "$acrisol_c.5" || acrisol_trouble "broke the protocol: files that are none"
        acrisol_pack # what came from there is known there
    fi
    exec 196>&-
    [ ! -e "$ACRISOL_STATE/trouble" ] || return 125
    local acrisol_all acrisol_at=4
    mapfile -d '' -t acrisol_all <"$acrisol_c.1"
    [[ ${acrisol_all[0]:-} =~ ^[0-9]{1,3}$ && ${acrisol_all[1]:-} =~ ^[0-9]{1,9}$ ]] || acrisol_trouble "broke the protocol: a status that is none" || return 125
    [ ! -s "$acrisol_c.2" ] || cat -- "$acrisol_c.2"
    [ ! -s "$acrisol_c.3" ] || cat -- "$acrisol_c.3" >&2
    acrisol_assign || acrisol_trouble "broke the protocol: variables that are none" || return 125
    acrisol_state=${acrisol_all[1]}
    case ${acrisol_all[2]:-}/ in
    "$PWD"/) ;;
    /work/* | /tmp/t/*) cd -- "${acrisol_all[2]}" 2>/dev/null || true ;;
    esac
    if [ "${acrisol_all[3]:-}" = left ]; then
        # In the shell of the test itself this ends the test before its last line.
        [ "$BASHPID" != "${ACRISOL_SHELL:-}" ] || printf 'the candidate ended the shell of the test by exit' >"$ACRISOL_STATE/left"
        exit "$((10#${acrisol_all[0]}))"
    fi
    return "$((10#${acrisol_all[0]}))"
}
