# Compiling and linking without the compiler's driver. Sourced by the programs beside it.
here=/opt/acrisol/cpp
. $here/paths.sh
. $here/closures.sh

with=' '
has_all() {
    for wanted in "$@"; do
        case $with in *" $wanted "*) ;; *) return 1 ;; esac
    done
}

# ready=the header compiled ahead that holds nothing but what these headers bring, or nothing.
choose_ready() {
    ready=
    [ "$std" = c++17 ] || return 0
    for header in $1; do
        comes_with "$header"
    done
    ready_made
}

# cpp FAMILY SOURCE OBJECT FLAGS...
cpp() {
    kind=$1 source=$2 object=$3
    shift 3
    "$CC1PLUS" -quiet -imultiarch "$TRIPLET" -D_GNU_SOURCE -std="$std" -O0 -fasynchronous-unwind-tables \
        ${ready:+-include "$here/$kind/$ready.hpp"} "$@" "$source" -o "$object.s" && { [ ! -s "$object.s" ] || "$AS" "$object.s" -o "$object"; }
}

# c SOURCE OBJECT FLAGS...
c() {
    source=$1 object=$2
    shift 2
    "$CC1" -quiet -imultiarch "$TRIPLET" -D_GNU_SOURCE -std="$cstd" -O0 -fasynchronous-unwind-tables "$@" "$source" \
        -o "$object.s" && { [ ! -s "$object.s" ] || "$AS" "$object.s" -o "$object"; }
}

# link checked|plain PROGRAM OBJECTS-AND-LIBRARIES...
link() {
    sanitizers=
    [ "$1" = plain ] || sanitizers="$GCC_LIB/libasan_preinit.o -lasan -lubsan"
    program=$2
    shift 2
    "$LD" -o "$program" -dynamic-linker "$LOADER" -pie --eh-frame-hdr "$C_LIB/Scrt1.o" "$C_LIB/crti.o" \
        "$GCC_LIB/crtbeginS.o" -L"$GCC_LIB" -L"$C_LIB" $sanitizers "$@" -lstdc++ -lm -lgcc_s -lgcc -lc -lgcc \
        "$GCC_LIB/crtendS.o" "$C_LIB/crtn.o"
}

# What AddressSanitizer finds anyway (null, alignment, the size of objects) would double the code.
checks='-fsanitize=address,signed-integer-overflow,shift,integer-divide-by-zero,bounds,return,unreachable,bool,vla-bound -g1'
ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:alloc_dealloc_mismatch=0:quarantine_size_mb=16:abort_on_error=1
ASAN_OPTIONS=$ASAN_OPTIONS:detect_stack_use_after_return=0:exitcode=66
