#!/bin/sh
# The committed pages are what the program writes today. When they are not: make docs.
set -eu
program=$(realpath "$1")
cd "$(dirname "$0")/../.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

tools/gen_docs "$program" "$fresh"
for page in "$fresh"/*; do
    diff -u "docs/$(basename "$page")" "$page" || { echo "run: make docs"; exit 1; }
done
tools/gen_compose --check "$program"
