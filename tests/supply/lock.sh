#!/bin/sh
# The real lock file: what lies here matches it, and no version or hash stands anywhere else.
set -eu

tools/fetch --verify

sed -n 's/^sha256: *//p' supply.lock | while read -r hash; do
    case $hash in
    *[!0-9a-f]*) echo "supply.lock: $hash is no SHA-256" && exit 1 ;;
    esac
    again=$(grep -rIl --exclude-dir=.git --exclude-dir=deps --exclude-dir='build*' \
        --exclude=supply.lock "$hash" . || :)
    [ -z "$again" ] || { echo "$hash stands in $again as well" && exit 1; }
done
