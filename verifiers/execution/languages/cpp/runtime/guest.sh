# The guest: the candidate and its dispatcher become one program.
# guest.sh c|c++ STD C-STD HEADERS LIBRARIES
set -u
language=$1 std=$2 cstd=$3 headers=$4 libraries=$5
. /opt/acrisol/cpp/compile.sh
warnings='-Wall -Wextra -I candidate'
choose_ready "$headers"
objects=
built=true
if [ "$language" = c ]; then
    c guest.c /tmp/candidate.o $warnings $checks || exit 97
    choose_ready "$headers"
    cpp checked dispatcher.cpp /tmp/dispatcher.o $checks 2>/tmp/said || built=false
    objects='/tmp/candidate.o /tmp/dispatcher.o'
else
    cpp checked guest.cpp /tmp/candidate.o $warnings $checks 2>/tmp/said || built=false
    if $built; then
        cat /tmp/said >&2
    else
        # Whose fault is it? The candidate by itself says.
        cpp checked alone.cpp /tmp/alone.o $warnings -fsyntax-only || exit 97
    fi
    objects=/tmp/candidate.o
fi
if $built; then
    link checked /tmp/guest /opt/acrisol/cpp/guest.o $objects --as-needed $libraries --no-as-needed || exit 97
fi
echo 'acrisol: built' >&2
if ! $built; then
    sed 's/^/acrisol: /' /tmp/said >&2
    printf '\001\000\000\000\010'
    exec cat >/dev/null
fi
export ASAN_OPTIONS UBSAN_OPTIONS=print_stacktrace=0
exec /tmp/guest
