# The judge: tests and stand-in become one program.
# judge.sh c|c++ STD C-STD checked|plain own-main|frame|frame-main HEADERS FILE...
set -u
language=$1 std=$2 cstd=$3 family=$4 main=$5 headers=$6
shift 6
. /opt/acrisol/cpp/compile.sh
flags=-w
[ "$family" = plain ] || flags="$flags $checks"
paths="-I /work -I $here/frameworks"
objects=$here/judge.o
[ "$main" != frame ] || objects="$objects $here/main.o"
choose_ready "$headers"
# The framework's header brings all that is in this one.
[ "$main" = own-main ] || [ "$std" != c++17 ] || ready=frame
export ACRISOL_MAIN="$1"
number=0
for file in "$@"; do
    number=$((number + 1))
    object=/tmp/test$number.o
    if [ "$language" = c ]; then
        c "$file" $object $flags $paths -include /work/acrisol-standin.h
    else
        cpp "$family" "$file" $object $flags $paths -include /work/acrisol-standin.hpp
    fi || exit 97
    objects="$objects $object"
done
if [ "$language" = c ]; then
    cpp plain acrisol-glue.cpp /tmp/glue.o -w -I $here/include || exit 97
    objects="$objects /tmp/glue.o"
fi
link "$family" /tmp/judge $objects || exit 97
ASAN_OPTIONS=$ASAN_OPTIONS:handle_abort=0:handle_segv=0:handle_sigfpe=0:handle_sigbus=0:handle_sigill=0
export ASAN_OPTIONS UBSAN_OPTIONS=print_stacktrace=0
exec /tmp/judge
