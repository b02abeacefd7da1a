# Frames on the link, for both sides: a line with the lengths of the parts, then the parts. Every part is a file.
# Descriptors 198 (read) and 199 (write) are the link.

acrisol_most=33554432 # bytes of one frame

acrisol_send() { # FILE...
    local sizes
    sizes=$(stat -L -c %s -- "$@") || return 1
    {
        printf '%s\n' "${sizes//$'\n'/ }"
        cat -- "$@"
    } >&199 2>/dev/null
}

# Reads a frame of COUNT parts into FOLDER/1, FOLDER/2, ... 1: the link has ended. 2: that is no frame.
acrisol_receive() { # COUNT FOLDER
    local sizes size sum=0 at=0
    IFS= read -r -n 400 sizes <&198 || return 1
    [[ $sizes =~ ^[0-9]{1,9}(\ [0-9]{1,9})*$ ]] || return 2
    read -r -a sizes <<<"$sizes"
    [ "${#sizes[@]}" -eq "$1" ] || return 2
    for size in "${sizes[@]}"; do sum=$((sum + 10#$size)); done
    [ "$sum" -le "$acrisol_most" ] || return 2
    for size in "${sizes[@]}"; do
        at=$((at + 1))
        if [ "$((10#$size))" -eq 0 ]; then
            : >"$2/$at"
        else
            head -c "$((10#$size))" <&198 >"$2/$at" || return 1
            [ "$(stat -c %s "$2/$at")" -eq "$((10#$size))" ] || return 1
        fi
    done
}
