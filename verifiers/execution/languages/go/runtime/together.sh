# Builds tests and candidate as one program and runs it below a parent that writes the report to stderr.
# Arguments: the import path of the candidate's own package or ""; how many of the files are the candidate's; the
# source files, the candidate's first.
set -u
read -r ACRISOL_START _ </proc/uptime
export ACRISOL_START
tools=/opt/acrisol/go
config=$tools/full.cfg
path=$1 own=$2
shift 2
export GOGC=off GOMEMLIMIT=300MiB
if [ -n "$path" ]; then
    "$tools/bin/compile" -p "$path" -complete -dwarf=false -importcfg "$config" -o /tmp/candidate.a -pack "${@:1:$own}" 1>&2 || exit 97
    { cat "$config"; echo "packagefile $path=/tmp/candidate.a"; } >/tmp/packages.cfg
    config=/tmp/packages.cfg
    shift "$own"
fi
"$tools/bin/compile" -p main -complete -dwarf=false -importcfg "$config" -o /tmp/all.a -pack "$@" 1>&2 || exit 97
"$tools/bin/link" -importcfg "$config" -s -w -o /tmp/all /tmp/all.a 1>&2 || exit 97
unset GOGC GOMEMLIMIT
echo "acrisol: built" 1>&2
exec "$tools/bin/parent" /tmp/all 0</dev/null 1>/dev/null
