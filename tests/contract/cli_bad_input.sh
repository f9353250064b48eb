#!/bin/sh
# Bad photos: one line that says what was found, the right exit code, nothing left behind.
. tests/support/contract "$1"
photo=$data/official_portrait.jpg

: > empty.jpg
head -c 60000 "$photo" > truncated.jpg
head -c 300 "$photo" > header_only.jpg
head -c 5000 /dev/urandom > random.jpg
echo "just a few words" > text.jpg
cp "$photo" named_wrong.png
mkdir folder
: > scratch
python3 - "$data" <<'PYTHON'
import struct, sys, zlib

def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

def png(name, width, height, bits, colour, line):
    pack = zlib.compressobj(9)
    data = b"".join(pack.compress(line) for _ in range(height)) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    with open(name, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))

def with_profile(name, profile):
    photo = open(sys.argv[1] + "/astronaut.png", "rb").read()
    with open(name, "wb") as out:
        out.write(photo[:33] + chunk(b"iCCP", b"p\0\0" + zlib.compress(profile)) + photo[33:])

with_profile("claims.png", struct.pack(">I", 0xfffffff0) + bytes(300))
with_profile("junk.png", b"junk" * 50)
png("bomb.png", 19000, 19000, 1, 0, bytes(1 + 19000 // 8))
png("one.png", 1, 1, 8, 2, bytes(4))
png("grey.png", 320, 240, 8, 0, bytes([0]) + bytes([128]) * 320)
with open("broken_off.bmp", "wb") as out:
    pixels = bytes([128]) * 60000 + bytes(320 * 240 * 3 - 60000)
    out.write(b"BM" + struct.pack("<IIIIiiHHIIiiII", 54 + len(pixels), 0, 54, 40, 320, 240, 1, 24, 0, 0, 0, 0, 0, 0))
    out.write(pixels)
PYTHON

refuses 3 'empty.jpg: .*empty' process empty.jpg
refuses 4 'truncated.jpg' process truncated.jpg
refuses 4 'header_only.jpg' process header_only.jpg
refuses 3 'random.jpg' process random.jpg
refuses 3 'text.jpg' process text.jpg
refuses 3 '^facecraft: text.jpg: not a picture' sheet text.jpg -o sheet.pdf
refuses 5 'bomb.png' process bomb.png
refuses 6 'one.png' process one.png
refuses 6 'grey.png: No face' process grey.png
for command in process check "sheet --preset us-visa -o sheet.pdf"; do
    refuses 6 'broken_off.bmp: No face' $command broken_off.bmp
    grep -q 'note: the file ends in 170 KB of zeros' .err || fail "not why nobody is seen: $command"
done
refuses 8 'folder: a folder, not a file; -r' process folder
refuses 8 'missing.jpg: No such file' process missing.jpg
refuses 5 'at most\|accepted' process --max-file-mb 1 --max-megapixels 1 "$photo"
refuses 3 'jpeg' process --formats png,webp "$photo"
if [ "$(id -u)" -ne 0 ]; then
    cp "$photo" secret.jpg
    chmod 000 secret.jpg
    refuses 8 'secret.jpg: Permission denied' process secret.jpg
fi

# The bomb is refused by its header: in a small address space and at once.
( ulimit -t 20; run process bomb.png; exit "$code" )
[ $? -eq 5 ] || fail "the bomb took more than 20 s of processor time"

# The content decides, not the name.
works process named_wrong.png -o right.png
is_picture right.png png

# A colour profile that cannot be used is left out, and said to be.
for name in claims junk; do
    works process $name.png -o profile.png --size 64
    is_picture profile.png png
    grep -q "note: the photo's colour profile is damaged, or made for another kind of picture, and was left out" .err || fail "$name.png: no note"
done

# A full disk, and a file that may not grow: no half portrait.
refuses 13 '/dev/full: No space left' process "$photo" --png /dev/full
[ -c /dev/full ] || fail "/dev/full was replaced"
( ulimit -f 8; "$program" process "$photo" -o small.png > .out 2> .err; exit $? )
[ $? -eq 8 ] || fail "a file past its limit must end with 8"
grep -q 'small.png: File too large' .err || fail "no reason for the file past its limit"
ls | grep -q 'small' && fail "half a file was left behind"
"$program" process "$photo" -o - > /dev/full 2> .err
[ $? -eq 13 ] || fail "a full standard output must end with 13"
# Nothing that is printed is left to the end of the program, which ends at once.
for command in help version options stages presets 'sign https://example.org/a.jpg'; do
    FACECRAFT_IMAGE_KEY=0123456789abcdef0123456789abcdef "$program" $command > /dev/full 2> .err
    case $? in 8|13) ;; *) fail "$command: a full standard output must be a failure" ;; esac
    grep -q 'standard output: ' .err || fail "$command: no word about its output"
done

# One bad photo does not stop the others.
cp "$photo" good.jpg
"$program" process text.jpg good.jpg missing.jpg -o out > .out 2> .err
[ $? -eq 1 ] || fail "some bad photos must end with 1"
is_picture out/good_portrait.png png
is_picture out/good_portrait.jpg jpg
[ "$(grep -c '^facecraft: \(text\|missing\).jpg: ' .err)" -eq 2 ] || fail "each failure has its line"

# In a folder: what has only the name of a picture is a failure with its name, and so is a folder
# that cannot be read; what neither is nor is called a picture is skipped and counted.
mkdir -p tree/sub tree/shut
cp "$photo" tree/good.jpg
: > tree/good.png
echo '<!doctype html><title>404</title>' > tree/sub/page.JPG
echo words > tree/notes.txt
"$program" process -r tree -o treeout > .out 2> .err
[ $? -eq 1 ] || fail "what is only called a picture must end with 1"
is_picture treeout/good_portrait.png png
grep -q '^facecraft: tree/good.png: the file is empty' .err || fail "an empty file has no line"
grep -q '^facecraft: tree/sub/page.JPG: not a picture' .err || fail "a page of HTML has no line"
grep -q 'note: 1 file .*skipped' .err || fail "what has another name is skipped and counted"
rm tree/good.png tree/sub/page.JPG
python3 - "$program" <<'PYTHON' || fail "a folder that cannot be read is not called that"
import os, subprocess, sys
for way in (".", "tree", "tree/sub", "treeout", "treeout/good_portrait.png", "treeout/good_portrait.jpg"):
    os.chmod(way, 0o777)
os.chmod("tree/shut", 0)
# Without this capability root is like anybody else.
drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search",
        "--inh-caps=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
ended = subprocess.run(drop + [sys.argv[1], "process", "-r", "tree", "-o", "treeout"],
                       stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
os.chmod("tree/shut", 0o700)
assert ended.returncode == 1, ended
assert "facecraft: tree/shut: the folder cannot be read: Permission denied" in ended.stderr, ended
PYTHON

# Names of any length, and the reason behind them.
long=$(printf '%0240d' 1)
cp "$photo" "$long.jpg"
works process "$long.jpg"
is_picture "${long}_portrait.png" png
refuses 8 'No such file' process "none/none/none/none/none/none/none/none/$long/$long/$long.jpg"
refuses 8 ': the name is too long\|: File name too long' process "$photo" -o "$long$long.png"

# Answers for failures too, in the order of the photos.
"$program" process --json text.jpg good.jpg missing.jpg -o out > .out 2> .err
python3 - <<'PYTHON' || fail "the answers are not as documented"
import json
answers = [json.loads(line) for line in open(".out")]
assert [a["input"] for a in answers] == ["text.jpg", "good.jpg", "missing.jpg"]
assert [a["success"] for a in answers] == [False, True, False]
assert [a["error"] for a in answers] == ["unsupported_format", None, "io_error"]
assert len({tuple(a) for a in answers}) == 1, "every key is always there"
PYTHON
finish
