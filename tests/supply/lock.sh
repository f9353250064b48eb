#!/bin/sh
# The real lock file: what lies here matches it, and no version or hash stands anywhere else.
set -eu

tools/fetch --verify

hashes=$(sed -n 's/^sha256: *//p' supply.lock)
if printf '%s\n' "$hashes" | grep -vxE '[0-9a-f]{64}'; then
    echo "supply.lock: the line above is no SHA-256"
    exit 1
fi
if git rev-parse --git-dir >/dev/null 2>&1 &&
    git grep -nF -e "$hashes" -- ':!supply.lock'; then
    echo "hashes of supply.lock stand in the lines above as well"
    exit 1
fi
