#!/bin/sh
# The user's own benchmark: what it prints, with no flag and with some. No time is tested.
. tests/support/contract "$1"
photo=$data/official_portrait.jpg

works bench "$photo"
for stage in probe decode detect landmarks frame warp segment matte enhance foreground compose encode all; do
    grep -q "^  $stage  *[0-9.]* " .out || fail "no line for $stage"
done
grep -q ' at once: .* photos/s, .* ms of processor time each; peak memory .* MB' .out || fail "no sum"
[ ! -s .err ] || fail "it says something on standard error"

works bench "$photo" --runs 1 --jobs 2 --json --threads 1
python3 - .out <<'END' || fail "not the line of JSON that is promised"
import json, sys
line = json.loads(open(sys.argv[1]).read())
assert (line["runs"], line["jobs"], line["portraits"]) == (1, 2, 1), line
assert line["photos_per_s"] > 0 and line["peak_mb"] > 0, line
assert line["stages"]["segment"]["model"], line
END

# Processors count as far as this process may use them, not as far as the machine has them.
taskset -c "$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')" "$program" bench "$photo" --runs 1 --json > .out
python3 -c 'import json; assert json.load(open(".out"))["jobs"] == 1' ||
    fail "more jobs than processors that may be used"

refuses 2 'bench needs a photo' bench
refuses 2 'runs' bench "$photo" --runs 0
refuses 2 'jobs' bench "$photo" --jobs -1
refuses 8 'No such file' bench no-such.jpg
finish
