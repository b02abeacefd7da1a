# Tests and candidate as one program.
# together.sh c|cpp STD C-STD own-main|frame|frame-main LIBRARIES TEST-FILE... -- SOURCE...
set -u
language=$1 std=$2 cstd=$3 main=$4 libraries=$5
shift 5
. /opt/acrisol/cpp/compile.sh
export ACRISOL_MAIN="$1"
ready=
objects="$here/together.o $here/above.o"
[ "$main" != frame ] || cp "$here/main.o" /tmp/part0.o
flags='-include acrisol-ahead.h'
number=0
for file in "$@"; do
    if [ "$file" = -- ]; then
        flags='-Dmain=acrisol_candidate_main'
        continue
    fi
    number=$((number + 1))
    object=/tmp/part$number.o
    if [ "$language" = c ]; then
        c "$file" $object $checks -I . -I $here/frameworks $flags
    else
        cpp checked "$file" $object $checks -I . -I $here/frameworks $flags
    fi || exit 97
    objects="$objects $object"
done
[ "$main" != frame ] || objects="$objects /tmp/part0.o"
for object in /tmp/part*.o; do
    [ "$(basename "$object")" = part0.o ] || [ "$main" != frame ] || continue
    "$OBJCOPY" --redefine-sym main=acrisol_tests_main "$object"
done
link checked /tmp/together $objects --as-needed $libraries --no-as-needed || exit 97
echo 'acrisol: built' >&2
export ASAN_OPTIONS UBSAN_OPTIONS=print_stacktrace=0
exec $here/parent /tmp/together
