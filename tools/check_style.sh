#!/bin/sh
# What a machine can say about the style of our C files: sizes, banned functions, tabs.
# Each fault is printed as FILE:LINE; the end status is 1 when there is one.
set -eu
cd "$(dirname -- "$0")/.."

lines_of_file_max=700
lines_of_function_max=70

# Exceptions, by name and with their reason; both lists are meant to stay empty.
long_files=''
long_functions=''

# Function, and the rooms that may call it all the same ("-": none).
banned='
strcpy - strcat - sprintf - vsprintf - gets - strtok - atoi - atol - atof - alloca -
system - popen - strtod base
malloc base,image calloc base,image realloc base,image
setjmp image longjmp image'

files=$(find src tests fuzz bench -name '*.[ch]' 2>/dev/null | sort)
[ -n "$files" ] || exit 0
faults=$(mktemp)
trap 'rm -f "$faults"' EXIT

# Comments and texts are blanked first: a word in a sentence is no call.
# shellcheck disable=SC2086 # lists of file names
awk -v banned="$banned" -v long_files=" $long_files " -v max="$lines_of_file_max" '
    BEGIN {
        count = split(banned, word, /[ \n]+/)
        for (i = 1; i <= count; i++) {
            if (word[i] != "") {
                if (name == "") { name = word[i] } else { rooms[name] = word[i]; name = "" }
            }
        }
    }
    function fault(text) { printf "%s:%d: %s\n", FILENAME, FNR, text }
    function end_of_file() {
        if (lines > max && index(long_files, " " last " ") == 0 && last != "") {
            printf "%s: %d lines; at most %d\n", last, lines, max
        }
    }
    FNR == 1 {
        end_of_file()
        split(FILENAME, part, "/")
        room = part[1] == "src" ? part[2] : ""
        in_comment = 0
    }
    { last = FILENAME; lines = FNR }
    /\t/ { fault("a tab; indent with spaces") }
    /[ ]+$/ { fault("spaces at the end of the line") }
    /TODO|FIXME/ { fault("open ends are issues, not comments") }
    {
        text = $0
        if (in_comment) {
            if (!sub(/^.*\*\//, "", text)) { next }
            in_comment = 0
        }
        gsub(/\\./, "", text)
        gsub(/"[^"]*"/, "", text)
        gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", text)
        sub(/\/\/.*/, "", text)
        if (sub(/\/\*.*/, "", text)) { in_comment = 1 }
        if (text ~ /#[ ]*include[ ]*<assert\.h>/) { fault("FC_ASSERT instead of assert.h") }
        if (room != "" && text ~ /(^|[^A-Za-z0-9_])goto[ ]/) { fault("no goto: FC_AUTO frees") }
        # Tests may break these rules to set a scene; the product may not.
        while (room != "" && match(text, /[A-Za-z_][A-Za-z0-9_]*[ ]*\(/)) {
            call = substr(text, RSTART, RLENGTH - 1)
            sub(/[ ]+$/, "", call)
            before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
            if ((call in rooms) && before !~ /[.>]/ && index("," rooms[call] ",", "," room ",") == 0) {
                fault(call "() is not for " room " (tools/check_style.sh lists who may)")
            }
            text = substr(text, RSTART + RLENGTH)
        }
    }
    END { end_of_file() }' $files >"$faults"

if command -v pmccabe >/dev/null; then
    # Columns of pmccabe: 5 lines of the function, 6 "file(line): name".
    # shellcheck disable=SC2086
    pmccabe $files 2>/dev/null | awk -F '\t' -v max="$lines_of_function_max" \
        -v long_functions=" $long_functions " '
        $5 > max {
            name = $6
            sub(/^.*: /, "", name)
            if (index(long_functions, " " name " ") == 0) {
                printf "%s: %d lines; at most %d\n", $6, $5, max
            }
        }' >>"$faults"
    functions=
else
    functions='; pmccabe is not installed, so the length of functions was not looked at'
fi

cat "$faults"
[ ! -s "$faults" ] || exit 1
# shellcheck disable=SC2086
set -- $files
echo "style: $# files are in order$functions"
