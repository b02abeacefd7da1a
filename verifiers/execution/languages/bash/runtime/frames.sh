# Frames on the link, for both sides: a line with the lengths of the parts, then the parts. Every part is a file.
# Descriptors 198 (read) and 199 (write) are the link. Programs are started as rarely as can be: a call should
# take milliseconds.

acrisol_most=33554432 # bytes of one frame

acrisol_send() { # FILE...
    local sizes
    sizes=$(stat -L -c %s -- "$@") || return 1
    {
        printf '%s\n' "${sizes//$'\n'/ }"
        cat -- "$@"
    } >&199 2>/dev/null
}

# Reads a frame of COUNT parts into PREFIX.1, PREFIX.2, ... 1: the link has ended. 2: that is no frame.
acrisol_receive() { # COUNT PREFIX
    local sizes size sum=0 at=0 files=() found
    IFS= read -r -n 400 sizes <&198 || return 1
    [[ $sizes =~ ^[0-9]{1,9}(\ [0-9]{1,9})*$ ]] || return 2
    read -r -a sizes <<<"$sizes"
    [ "${#sizes[@]}" -eq "$1" ] || return 2
    for size in "${sizes[@]}"; do sum=$((sum + 10#$size)); done
    [ "$sum" -le "$acrisol_most" ] || return 2
    for size in "${sizes[@]}"; do
        at=$((at + 1))
        files+=("$2.$at")
        if [ "$((10#$size))" -eq 0 ]; then
            : >"$2.$at"
        else
            head -c "$((10#$size))" <&198 >"$2.$at" || return 1
        fi
    done
    found=$(stat -c %s -- "${files[@]}") || return 1
    at=0
    for size in $found; do
        [ "$size" -eq "$((10#${sizes[at]}))" ] || return 1 # the link ended in the middle
        at=$((at + 1))
    done
}

# Files and folders below the two shared places, as NUL-separated key, kind and path. A key changes with the file.
acrisol_list() {
    find /work /tmp/t -mindepth 1 -path /work/.acrisol -prune -o \( -type f -o -type d \) \
        -printf '%m.%s.%T@.%i\0%y\0%p\0' 2>/dev/null
}

# Writes a variable as NUL-separated name, number of elements (-1: it is no array), elements; nothing if unset.
acrisol_variable() { # NAME
    local -n acrisol_r=$1
    if [[ ${acrisol_r[*]@a} == *a* ]]; then
        printf '%s\0' "$1" "${#acrisol_r[@]}" "${acrisol_r[@]}"
    elif [ -n "${acrisol_r+set}" ]; then
        printf '%s\0' "$1" -1 "$acrisol_r"
    elif [[ $(declare -p "$1" 2>/dev/null) == "declare -"*a*'=()' ]]; then
        printf '%s\0' "$1" 0
    fi
}

# Sets variables from such a list in acrisol_all, from acrisol_at on. A name that is not shared is refused.
acrisol_assign() {
    local acrisol_count acrisol_name
    while [ "$acrisol_at" -lt "${#acrisol_all[@]}" ]; do
        acrisol_name=${acrisol_all[acrisol_at]} acrisol_count=${acrisol_all[acrisol_at + 1]:-}
        [[ " ${ACRISOL_SHARED[*]} " == *" $acrisol_name "* && $acrisol_name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || return 1
        [[ $acrisol_count =~ ^(-1|[0-9]{1,6})$ ]] || return 1
        if [ "$acrisol_count" -eq -1 ]; then
            printf -v "$acrisol_name" %s "${acrisol_all[acrisol_at + 2]:-}" || return 1
            acrisol_at=$((acrisol_at + 3))
        else
            local -n acrisol_array=$acrisol_name
            acrisol_array=("${acrisol_all[@]:acrisol_at + 2:10#$acrisol_count}") || return 1
            unset -n acrisol_array
            acrisol_at=$((acrisol_at + 2 + 10#$acrisol_count))
        fi
    done
}
