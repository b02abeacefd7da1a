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
command -v shellcheck >/dev/null && shellcheck -s bash -f gcc -- "$@" 1>&2
[ "$mode" = serve ] || exit 0
echo "acrisol: built" 1>&2
exec 198<&0 199>&1 0</dev/null 1>/dev/null
source "$ACRISOL_HOME/frames.sh"
mapfile -t shared <"$ACRISOL_HOME/shared"
mkdir -p /tmp/t /tmp/s
state=0
: >/tmp/s/0

# Runs in the bash of the call, after the candidate's code: what a later call has to know.
cat >/tmp/s/run.sh <<'END'
acrisol_dump() {
    local acrisol_status=$? acrisol_v acrisol_all
    trap - EXIT
    {
        printf '%s\0' "$PWD" "$acrisol_end"
        for acrisol_v in "${acrisol_shared[@]}"; do
            acrisol_all=$(declare -p "$acrisol_v" 2>/dev/null) || continue
            if [[ $acrisol_all == "declare -"*a* ]]; then
                local -n acrisol_array=$acrisol_v
                printf '%s\0' "$acrisol_v" "${#acrisol_array[@]}" "${acrisol_array[@]}"
                unset -n acrisol_array
            elif [ -n "${!acrisol_v+set}" ]; then
                printf '%s\0' "$acrisol_v" -1 "${!acrisol_v}"
            fi
        done
    } >"$acrisol_to.said"
    {
        declare -p | grep -v -E '^declare -[-A-Za-z]* (BASH|acrisol_|EUID|PPID|UID|SHELLOPTS|DIRSTACK|FUNCNAME|GROUPS|PIPESTATUS|_=|LINENO|SECONDS|RANDOM|EPOCH|SRANDOM)' |
            sed -E 's/^declare -([A-Za-z]*)r/declare -\1/; s/^declare - /declare -- /; s/^declare -(-|[A-Za-z]+) /declare -g -\1 /; s/^declare -g -- /declare -g /'
        declare -f
        shopt -p
        set +o
    } >"$acrisol_to" 2>/dev/null
    exit "$acrisol_status"
}
END

answer() { # FOLDER
    local folder=$1 meta arguments environment path status=0 to
    mapfile -d '' -t meta <"$folder/1"
    mapfile -d '' -t arguments <"$folder/2"
    mapfile -d '' -t environment <"$folder/3"
    while IFS= read -r -d '' path; do rm -rf -- "$path"; done <"$folder/7"
    [ ! -s "$folder/6" ] || tar -x -P -f "$folder/6" 2>/dev/null
    find /work /tmp/t -mindepth 1 -path /work/.acrisol -prune -o \( -type f -o -type d \) -printf '%m.%s.%T@.%i\0%p\0' >"$folder/old" 2>/dev/null
    to=$((state + 1))
    local run=(env -i "${environment[@]}") err=$folder/stderr
    [ "${meta[4]}" = 0 ] || err="&1"
    : >"$folder/stderr"
    case ${meta[0]} in
    ping) : >"$folder/stdout" ;;
    program)
        local first=""
        IFS= read -r -n 2 first <"${meta[1]}"
        if [ "$first" = '#!' ]; then
            chmod u+x -- "${meta[1]}"
            run+=("${meta[1]}")
        else
            run+=(bash "${meta[1]}")
        fi
        ;;
    *)
        run+=(bash -c '
            acrisol_to=$1 acrisol_from=$2 acrisol_kind=$3 acrisol_name=$4 acrisol_end=left
            mapfile -t acrisol_shared <"$5"
            acrisol_given=$6
            shift 6
            source /tmp/s/run.sh
            declare -px | sed "s/^declare -/declare -g -/" >"$acrisol_to.env"
            [ ! -s "$acrisol_from" ] || source "$acrisol_from" 2>/dev/null
            source "$acrisol_to.env" 2>/dev/null # what the tests export now wins over what was
            acrisol_at=0
            mapfile -d "" -t acrisol_new <"$acrisol_given"
            while [ "$acrisol_at" -lt "${#acrisol_new[@]}" ]; do
                if [ "${acrisol_new[acrisol_at + 1]}" -eq -1 ]; then
                    printf -v "${acrisol_new[acrisol_at]}" %s "${acrisol_new[acrisol_at + 2]}"
                    acrisol_at=$((acrisol_at + 3))
                else
                    declare -n acrisol_array=${acrisol_new[acrisol_at]}
                    acrisol_array=("${acrisol_new[@]:acrisol_at + 2:acrisol_new[acrisol_at + 1]}")
                    unset -n acrisol_array
                    acrisol_at=$((acrisol_at + 2 + acrisol_new[acrisol_at + 1]))
                fi
            done
            unset acrisol_new acrisol_at
            trap acrisol_dump EXIT
            set +e
            if [ "$acrisol_kind" = source ]; then source "$acrisol_name" "$@"; else "$acrisol_name" "$@"; fi
            acrisol_code=$?
            acrisol_end=returned
            exit "$acrisol_code"' bash /tmp/s/$to "/tmp/s/${meta[2]}" "${meta[0]}" "${meta[1]}" "$ACRISOL_HOME/shared" "$folder/4")
        ;;
    esac
    if [ "${meta[0]}" != ping ]; then
        umask "${meta[5]}"
        (
            cd -- "${meta[3]}" 2>/dev/null || cd /work
            if [ "$err" = "&1" ]; then
                exec "${run[@]}" "${arguments[@]+"${arguments[@]}"}" <"$folder/5" >"$folder/stdout" 2>&1 196>&- 198<&- 199>&-
            fi
            exec "${run[@]}" "${arguments[@]+"${arguments[@]}"}" <"$folder/5" >"$folder/stdout" 2>"$err" 196>&- 198<&- 199>&-
        )
        status=$?
        umask 022
        # Killed, or out of its CPU time: that is the end of the candidate, and the sandbox tells why.
        [ "$status" -ne 137 ] && [ "$status" -ne 152 ] || exit "$status"
    fi
    local said=() now=${meta[2]} cwd=${meta[3]} end=returned
    if [ "${meta[0]}" = source ] || [ "${meta[0]}" = function ]; then
        end=left
        if [ -s "/tmp/s/$to.said" ]; then
            mapfile -d '' -t said <"/tmp/s/$to.said"
            cwd=${said[0]} end=${said[1]} now=$to
            state=$to
        fi
    fi
    printf '%s\0' "$status" "$now" "$cwd" "$end" >"$folder/meta"
    : >"$folder/variables"
    [ "${#said[@]}" -le 2 ] || printf '%s\0' "${said[@]:2}" >"$folder/variables"
    changes "$folder"
    truncate -s '<8M' "$folder/stdout" "$folder/stderr"
    acrisol_send "$folder/meta" "$folder/variables" "$folder/stdout" "$folder/stderr" "$folder/list" "$folder/contents"
}

# What the call did to files.
changes() { # FOLDER
    local key path kind
    local -A old=() new=()
    while IFS= read -r -d '' key && IFS= read -r -d '' path; do old[$path]=$key; done <"$1/old"
    : >"$1/list"
    : >"$1/contents"
    while IFS= read -r -d '' key && IFS= read -r -d '' kind && IFS= read -r -d '' path; do
        new[$path]=1
        if [ "$kind" = d ]; then
            [ -n "${old[$path]:-}" ] || printf '%s\0' d 755 0 "$path" >>"$1/list"
        elif [ "${old[$path]:-}" != "$key" ]; then
            printf '%s\0' f "${key%%.*}" "$(stat -c %s -- "$path")" "$path" >>"$1/list"
            cat -- "$path" >>"$1/contents"
        fi
    done < <(find /work /tmp/t -mindepth 1 -path /work/.acrisol -prune -o \( -type f -o -type d \) -printf '%m.%s.%T@.%i\0%y\0%p\0' 2>/dev/null)
    for path in "${!old[@]}"; do
        [ -n "${new[$path]:-}" ] || printf '%s\0' g 755 0 "$path" >>"$1/list"
    done
}

while :; do
    folder=$(mktemp -d /tmp/s/call.XXXXXX)
    acrisol_receive 7 "$folder" || exit 0
    answer "$folder" || exit 1
    rm -rf -- "$folder"
done
