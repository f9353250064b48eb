#!/bin/sh
# libfacecraft exports what src/engine/exports.txt lists and nothing else, and needs no library of
# the rooms above engine. Called with the path of the program, next to which the library lies.
set -eu
library=$(dirname "$1")/libfacecraft.so
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

grep '^fc_' src/engine/exports.txt | sort > "$scratch/listed"
nm -D --defined-only "$library" | awk '{ print $NF }' | sort > "$scratch/exported"
diff "$scratch/listed" "$scratch/exported"

if objdump -p "$library" | grep -E 'NEEDED +lib(jansson|microhttpd|sqlite3|curl)'; then
    echo "libfacecraft needs a library of a room above engine"
    exit 1
fi
