#!/bin/sh
# The committed pages are what the program writes today. When they are not: make docs.
exec "$(dirname -- "$0")/../../tools/gen_docs" --check "$(realpath "$1")"
