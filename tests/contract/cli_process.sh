#!/bin/sh
# Good photos: names, formats, folders, several faces, order, interruption.
. tests/support/contract "$1"
photo=$data/official_portrait.jpg

mkdir -p in/a/deep in/b in/.hidden
cp "$photo" in/a/me.jpg
cp "$photo" in/a/deep/you.jpg
cp "$data/astronaut.png" in/b/me.png
cp "$photo" in/.hidden/not.jpg
cp "$photo" in/.not.jpg
echo words > in/notes.txt
ln -s ../.. in/a/deep/loop

# The command of the demo.
works process "$photo" -o demo/portrait.png --jpeg demo/portrait.jpg --trace
is_picture demo/portrait.png png
is_picture demo/portrait.jpg jpg
grep -q 'segment .*selfie_segmentation .*cpu' .out || fail "the trace names model and device"

# Names.
works process in/a/me.jpg
is_picture in/a/me_portrait.png png
is_picture in/a/me_portrait.jpg jpg
[ "$(cat .out)" = "in/a/me_portrait.png
in/a/me_portrait.jpg" ] || fail "the names are printed"
rm in/a/me_portrait.*
works process in/a/me.jpg -o x.JPG
is_picture x.JPG jpg
[ "$(ls)" = "demo
in
x.JPG" ] || fail "-o x.JPG writes that file only: $(ls)"
works process in/a/me.jpg -o y.png --format both --quiet
is_picture y.png png
is_picture y.jpg jpg
[ ! -s .out ] || fail "--quiet is quiet"
works process in/a/me.jpg -o folder/ --format jpg
[ "$(ls folder)" = "me_portrait.jpg" ] || fail "-o folder/ --format jpg: $(ls folder)"
works process in/a/me.jpg --matte-out mask.png
is_picture mask.png png
[ ! -e in/a/me_portrait.png ] || fail "--matte-out alone writes the mask alone"
refuses 2 'must end in .png' process in/a/me.jpg -o z.gif
refuses 2 'contradicts --format' process in/a/me.jpg -o z.png --format jpg
refuses 2 'two names' process in/a/me.jpg -o z.png --png w.png
refuses 2 'is one of the photos' process in/a/me.jpg -o in/a/../a/me.jpg
cmp -s "$photo" in/a/me.jpg || fail "a photo was overwritten"
refuses 2 'is one file, but there are 2 photos' process in/a/me.jpg in/b/me.png -o z.png
refuses 2 'both become out/me_portrait' process in/a/me.jpg in/b/me.png -o out
refuses 2 'needs -o FOLDER' process -r in
refuses 2 'needs a photo' process

# Pipes.
"$program" process - < "$photo" > piped.png 2> .err || fail "photo and portrait through pipes"
is_picture piped.png png
"$program" process - -o - --format jpg < "$photo" > piped.jpg 2> .err || fail "JPEG to a pipe"
is_picture piped.jpg jpg
refuses 2 'takes one picture' process in/a/me.jpg -o - --format both
refuses 2 'takes one picture' process in/a/me.jpg -o - --face all
refuses 2 'both go to standard output' process in/a/me.jpg -o - --json

# Folders: mirrored, in order, without the hidden, the loop and the results.
for jobs in 1 3; do
    "$program" process -r in -o in/out --jobs "$jobs" --json > .out 2> .err || fail "-r in"
    [ "$(python3 -c 'import json; print(*[json.loads(a)["input"] for a in open(".out")])')" = \
        "in/a/deep/you.jpg in/a/me.jpg in/b/me.png" ] || fail "order with --jobs $jobs"
    grep -q 'note: 3 files .*skipped' .err || fail "skipped files are counted"
done
[ "$(cd in/out && find . -type f | sort | tr '\n' ' ')" = "./a/deep/you_portrait.jpg \
./a/deep/you_portrait.png ./a/me_portrait.jpg ./a/me_portrait.png ./b/me_portrait.jpg \
./b/me_portrait.png " ] || fail "mirrored folders: $(find in/out)"
mkdir none
refuses 3 'no picture in none' process -r none -o out

# Faces.
works process "$photo" -o all.png --face all
is_picture all_1.png png

# A portrait that cannot be written: those before it stay, and are told.
python3 - "$repo" <<'END' || fail "no picture of two faces"
import sys
sys.path.insert(0, sys.argv[1] + "/tests/support")
import service
open("two.png", "wb").write(service.stacked(service.PHOTO))
END
mkdir -p taken_2.jpg
run process two.png --png taken.png --jpeg taken.jpg --face all
[ "$code" -eq 8 ] || fail "exit code $code, not 8, of a portrait that cannot be written"
grep -q 'Is a directory (3 files of this photo were written before it, the last one taken_2.png)' .err ||
    fail "what was written is not told"
[ "$(echo taken*)" = "taken_1.jpg taken_1.png taken_2.jpg taken_2.png" ] || fail "written: $(echo taken*)"
refuses 2 'face is 2, but 1 face was found' process "$photo" -o nobody.png --face 2

# Options: flag over variable over default.
size() { python3 -c 'import struct,sys; print(*struct.unpack(">II", open(sys.argv[1],"rb").read(24)[16:]))' "$1"; }
FACECRAFT_DEFAULT_WIDTH=200 "$program" process "$photo" -o s.png --height=300 > .out 2> .err
[ "$(size s.png)" = "200 300" ] || fail "variable and flag: $(size s.png)"
works process "$photo" -o s.png --size 240x320 --no-oval --enhance off --background '#ffffff'
for colour in white '#FFF' '255, 255, 255' 'rgb(255 255 255)'; do
    works process "$photo" -o c.png --size 240x320 --no-oval --enhance off --background "$colour"
    cmp -s s.png c.png || fail "--background '$colour' is not '#ffffff'"
done
[ "$(size s.png)" = "240 320" ] || fail "--size: $(size s.png)"
FACECRAFT_DEFAULT_WIDTH=7 "$program" process "$photo" -o v.png > .out 2> .err
[ $? -eq 2 ] || fail "a bad variable must end with 2"
grep -q 'FACECRAFT_DEFAULT_WIDTH: width is "7", allowed' .err || fail "a bad variable is named"

# The JPEG of a large portrait: more than 99 KB, unless those were asked for.
works process "$photo" -o large.jpg --size 4096 --enhance off --matte-quality fast
grep -q 'note: the JPEG has .* KB, more than the usual 99' .err || fail "a large JPEG says nothing"
refuses 5 'smallest JPEG takes' process "$photo" -o tight.jpg --size 4096 --enhance off \
    --matte-quality fast --max-jpeg-kb 99

# Ctrl-C: soon, with its code, and every file that is there is complete.
i=0
while [ $i -lt 200 ]; do
    ln -s "$photo" "many$i.jpg"
    i=$((i + 1))
done
python3 - "$program" process many*.jpg -o late --jobs 2 > .out 2> .err << 'END'
import glob, signal, subprocess, sys, time
program = subprocess.Popen(sys.argv[1:])
while program.poll() is None and not glob.glob("late/*.[jp][pn]g"):
    time.sleep(0.001)
program.send_signal(signal.SIGINT)
sys.exit(program.wait())
END
[ $? -eq 130 ] || fail "Ctrl-C must end with 130"
grep -q 'interrupted after .* of 200 photos' .err || fail "Ctrl-C says how far it came"
for file in late/*; do
    case $file in
    *.png) [ "$(tail -c 8 "$file" | od -An -tx1 | tr -d ' ')" = 49454e44ae426082 ] ;;
    *.jpg) [ "$(tail -c 2 "$file" | od -An -tx1 | tr -d ' ')" = ffd9 ] ;;
    *) false ;;
    esac || fail "half a file after Ctrl-C: $file"
done

# Nothing is kept of what ran, neither by the program nor by its libraries. (ONNX Runtime's are quiet
# by themselves where they see that tests run.)
mkdir home temporary
env -u XDG_CACHE_HOME -u CI -u GITHUB_ACTIONS -u ORT_DISABLE_TELEMETRY \
    HOME="$workplace/home" TMPDIR="$workplace/temporary" \
    "$program" process "$photo" -o quiet.png > .out 2> .err < /dev/null || fail "no portrait"
[ -z "$(find home temporary -type f)" ] || fail "kept by a portrait: $(find home temporary -type f)"

# A reader that goes away.
"$program" process many*.jpg -o late --json 2> .err | head -n 1 > .out
grep -q 'Broken pipe' .err || fail "a broken pipe is reported"
finish
