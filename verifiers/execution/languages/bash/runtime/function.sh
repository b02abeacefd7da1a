# The bash of one sourced script or function, on the candidate's side. Arguments: where its state goes, where the
# state before it lies, a list of variables that the tests have set, "source" or "function", the name, arguments.
acrisol_to=$1 acrisol_from=$2 acrisol_given=$3 acrisol_kind=$4 acrisol_name=$5 acrisol_end=left
shift 5
source /work/.acrisol/frames.sh
mapfile -t ACRISOL_SHARED </work/.acrisol/shared

acrisol_dump() {
    local acrisol_status=$? acrisol_v
    trap - EXIT
    {
        printf '%s\0' "$PWD" "$acrisol_end"
        for acrisol_v in "${ACRISOL_SHARED[@]}"; do acrisol_variable "$acrisol_v"; done
    } >"$acrisol_to.said"
    {
        declare -p | grep -v -E '^declare -[-A-Za-z]* (BASH|acrisol_|ACRISOL_|EUID|PPID|UID|SHELLOPTS|DIRSTACK|FUNCNAME|GROUPS|PIPESTATUS|_=|LINENO|SECONDS|RANDOM|EPOCH|SRANDOM)' |
            sed -E 's/^declare -([A-Za-z]*)r/declare -\1/; s/^declare - /declare -- /; s/^declare -(-|[A-Za-z]+) /declare -g -\1 /; s/^declare -g -- /declare -g /'
        declare -f
        shopt -p
        set +o
    } >"$acrisol_to" 2>/dev/null
    exit "$acrisol_status"
}

declare -px | sed "s/^declare -/declare -g -/" >"$acrisol_to.env"
[ ! -s "$acrisol_from" ] || source "$acrisol_from" 2>/dev/null
source "$acrisol_to.env" 2>/dev/null # what the tests export now wins over what was
acrisol_at=0
mapfile -d '' -t acrisol_all <"$acrisol_given"
acrisol_assign
unset acrisol_all acrisol_at
trap acrisol_dump EXIT
set +e
if [ "$acrisol_kind" = source ]; then source "$acrisol_name" "$@"; else "$acrisol_name" "$@"; fi
acrisol_code=$?
acrisol_end=returned
exit "$acrisol_code"
