# The tests' side of a call: sourced by the scripts that stand for the candidate's.
# A call takes along its arguments, standard input, exported variables, folder, and the files that changed below
# /work and /tmp/t; it brings back output, exit status, changed files, variables and where the folder is now.
source "$ACRISOL_HOME/frames.sh"
declare -gA ACRISOL_KEPT=()
while IFS= read -r acrisol_line; do ACRISOL_KEPT[$acrisol_line]=1; done <"$ACRISOL_HOME/kept"
mapfile -t ACRISOL_SHARED <"$ACRISOL_HOME/shared"

acrisol_trouble() { # WHAT
    [ -e "$ACRISOL_STATE/trouble" ] || printf '%s' "$1" >"$ACRISOL_STATE/trouble"
    return 125
}

# Changed files of the tests', as a tar archive. What the tests and the harness consist of stays here.
acrisol_pack() { # ARCHIVE; without one only notes what there is
    local path key listed=() gone=()
    local -A now=() was=()
    [ ! -e "$ACRISOL_STATE/seen" ] || while IFS= read -r -d '' key && IFS= read -r -d '' path; do was[$path]=$key; done <"$ACRISOL_STATE/seen"
    : >"$ACRISOL_STATE/seen"
    while IFS= read -r -d '' key && IFS= read -r -d '' path; do
        [ -z "${ACRISOL_KEPT[$path]:-}" ] || continue
        now[$path]=1
        printf '%s\0%s\0' "$key" "$path" >>"$ACRISOL_STATE/seen"
        [ "${was[$path]:-}" = "$key" ] || listed+=("$path")
    done < <(find /work /tmp/t -mindepth 1 -path /work/.acrisol -prune -o \( -type f -o -type d \) -printf '%m.%s.%T@.%i\0%p\0' 2>/dev/null)
    [ $# -gt 0 ] || return 0
    for path in "${!was[@]}"; do [ -n "${now[$path]:-}" ] || gone+=("$path"); done
    : >"$1"
    [ "${#listed[@]}" -eq 0 ] || printf '%s\0' "${listed[@]}" | tar -c --no-recursion --null -T - -P -f "$1"
    : >"$1.gone"
    [ "${#gone[@]}" -eq 0 ] || printf '%s\0' "${gone[@]}" >"$1.gone"
}

# Takes over what the candidate did to files: NUL-separated kind, mode, size, path; and their contents.
acrisol_unpack() { # LIST CONTENTS
    local kind mode size path
    exec 197<"$2"
    while IFS= read -r -d '' kind && IFS= read -r -d '' mode && IFS= read -r -d '' size && IFS= read -r -d '' path; do
        [[ $mode =~ ^[0-7]{3,4}$ && $size =~ ^[0-9]{1,9}$ ]] || return 2
        [[ $path == /work/?* || $path == /tmp/t/?* ]] || return 2
        [[ /$path/ != */../* && /$path/ != */./* && $path != /work/.acrisol* ]] || return 2
        [ "$(realpath -m -- "${path%/*}")" = "${path%/*}" ] && [ ! -L "$path" ] || return 2
        if [ -n "${ACRISOL_KEPT[$path]:-}" ]; then
            acrisol_trouble "the candidate changed a file of the tests: $path"
            return 2
        fi
        case $kind in
        d) mkdir -p -- "$path" ;;
        g) rm -rf -- "$path" ;;
        f) rm -rf -- "$path" && head -c "$((10#$size))" <&197 >"$path" && chmod "$mode" -- "$path" ;;
        *) return 2 ;;
        esac || return 2
    done <"$1"
    exec 197<&-
}

# One call. KIND is program, source or function; NAME the script or the function.
acrisol_call() { # KIND NAME ARGUMENTS...
    local -
    set +eEux +o pipefail
    acrisol_call_now "$@"
}

acrisol_call_now() {
    local acrisol_kind=$1 acrisol_name=$2 acrisol_folder acrisol_status acrisol_merged=0
    shift 2
    if [ -e "$ACRISOL_STATE/trouble" ]; then return 125; fi
    acrisol_folder=$(mktemp -d "$ACRISOL_STATE/call.XXXXXX")
    [ /dev/stdin -ef /dev/null ] && : >"$acrisol_folder/stdin" || cat >"$acrisol_folder/stdin"
    [ ! /dev/fd/1 -ef /dev/fd/2 ] || acrisol_merged=1
    : >"$acrisol_folder/arguments"
    [ $# -eq 0 ] || printf '%s\0' "$@" >"$acrisol_folder/arguments"
    env -0 | grep -z -v -E '^(ACRISOL|BATS|PWD=|OLDPWD=|SHLVL=|_=)' >"$acrisol_folder/environment"
    printf '%s\0' "$acrisol_kind" "$acrisol_name" "${acrisol_state:-0}" "$PWD" "$acrisol_merged" "$(umask)" >"$acrisol_folder/meta"
    acrisol_variables >"$acrisol_folder/variables"
    exec 196>"$ACRISOL_STATE/lock"
    flock 196
    acrisol_pack "$acrisol_folder/files"
    mkdir "$acrisol_folder/back"
    acrisol_send "$acrisol_folder"/{meta,arguments,environment,variables,stdin,files,files.gone} &&
        acrisol_receive 6 "$acrisol_folder/back"
    acrisol_status=$?
    printf . >>"$ACRISOL_STATE/asked"
    if [ "$acrisol_status" -eq 0 ]; then
        acrisol_unpack "$acrisol_folder/back/5" "$acrisol_folder/back/6" || acrisol_trouble "broke the protocol: files that are none"
        acrisol_pack # what came from there is known there
    elif [ "$acrisol_status" -eq 2 ]; then
        acrisol_trouble "broke the protocol: an answer that is none"
    else
        acrisol_trouble "the candidate's process ended"
    fi
    exec 196>&-
    [ ! -e "$ACRISOL_STATE/trouble" ] || return 125
    local acrisol_answer
    mapfile -d '' -t acrisol_answer <"$acrisol_folder/back/1"
    [[ ${acrisol_answer[0]:-} =~ ^[0-9]{1,3}$ && ${acrisol_answer[1]:-} =~ ^[0-9]{1,9}$ ]] || acrisol_trouble "broke the protocol: a status that is none" || return 125
    cat -- "$acrisol_folder/back/3"
    cat -- "$acrisol_folder/back/4" >&2
    acrisol_assign "$acrisol_folder/back/2" || acrisol_trouble "broke the protocol: variables that are none" || return 125
    acrisol_state=${acrisol_answer[1]}
    [ "${acrisol_answer[2]:-$PWD}" = "$PWD" ] || cd -- "${acrisol_answer[2]}" 2>/dev/null || true
    rm -rf -- "$acrisol_folder"
    if [ "${acrisol_answer[3]:-}" = left ]; then
        # In the shell of the test itself this ends the test before its last line.
        [ "$BASHPID" != "${ACRISOL_SHELL:-}" ] || printf 'the candidate ended the shell of the test by exit' >"$ACRISOL_STATE/left"
        exit "${acrisol_answer[0]}"
    fi
    return "${acrisol_answer[0]}"
}

# Variables that the tests and the candidate both name, as NAME, count of elements or -1, elements.
acrisol_variables() {
    local acrisol_v
    for acrisol_v in "${ACRISOL_SHARED[@]}"; do
        [ -n "${!acrisol_v+set}" ] || [[ $(declare -p "$acrisol_v" 2>/dev/null) == "declare -"*a* ]] || continue
        if [[ $(declare -p "$acrisol_v" 2>/dev/null) == "declare -"*a* ]]; then
            local -n acrisol_array=$acrisol_v
            printf '%s\0' "$acrisol_v" "${#acrisol_array[@]}" "${acrisol_array[@]}"
            unset -n acrisol_array
        else
            printf '%s\0' "$acrisol_v" -1 "${!acrisol_v}"
        fi
    done
}

# Sets them from what came back; any other name is refused.
acrisol_assign() { # FILE
    local acrisol_all acrisol_at=0 acrisol_count acrisol_name
    mapfile -d '' -t acrisol_all <"$1"
    while [ "$acrisol_at" -lt "${#acrisol_all[@]}" ]; do
        acrisol_name=${acrisol_all[acrisol_at]} acrisol_count=${acrisol_all[acrisol_at + 1]:-}
        [[ " ${ACRISOL_SHARED[*]} " == *" $acrisol_name "* && $acrisol_name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || return 1
        [[ $acrisol_count =~ ^(-1|[0-9]{1,6})$ ]] || return 1
        if [ "$acrisol_count" -eq -1 ]; then
            printf -v "$acrisol_name" %s "${acrisol_all[acrisol_at + 2]:-}" || return 1
            acrisol_at=$((acrisol_at + 3))
        else
            local -n acrisol_array=$acrisol_name
            acrisol_array=("${acrisol_all[@]:acrisol_at + 2:acrisol_count}") || return 1
            unset -n acrisol_array
            acrisol_at=$((acrisol_at + 2 + acrisol_count))
        fi
    done
}
