# Compiles the candidate's files, each by itself, and makes no program of them.
# build.sh c|c++ STD C-STD FILE...
set -u
language=$1 std=$2 cstd=$3
shift 3
. /opt/acrisol/cpp/compile.sh
ready=
failed=0
for file in "$@"; do
    if [ "$language" = c ]; then
        c "candidate/$file" /tmp/object.o -Wall -Wextra -I candidate -fsyntax-only
    else
        cpp plain "candidate/$file" /tmp/object.o -Wall -Wextra -I candidate -fsyntax-only
    fi || failed=97
done
exit $failed
