#!/bin/sh
# The same photo gives the same pixels on every processor: programs whose loops over pixels are
# compiled for one kind of them alone, beside the one that chooses (FC_WIDE in base/attributes.h).
. tests/support/contract "$1"

programs=$(dirname "$program")/tests
export FACECRAFT_MODELS_DIR="$repo/models"
if [ ! -x "$programs/facecraft_NARROW" ]; then
    echo "skipped: the loops are compiled once"
    exit 77
fi

# same ARGUMENT...: what they make of it, PNG, JPEG and mask
same() {
    works process "$@" --png chosen.png --jpeg chosen.jpg --matte-out chosen_matte.png
    for kind in NARROW ONLY_V3; do
        if [ "$kind" = ONLY_V3 ] && ! grep -qw avx2 /proc/cpuinfo; then
            continue
        fi
        "$programs/facecraft_$kind" process "$@" --png one.png --jpeg one.jpg \
            --matte-out one_matte.png > .out 2> .err || fail "$kind ends with $?: $*"
        for file in .png .jpg _matte.png; do
            cmp "chosen$file" "one$file" || fail "another $file by $kind: $*"
        done
    done
}

same "$data/official_portrait.jpg"
same "$data/astronaut.png" --background transparent --enhance strong --turn 11
same "$data/astronaut.png" --size 900x700 --matte-quality fast --background blur:8
finish
