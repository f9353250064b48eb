#!/bin/sh
# What lies behind the person: words, files, --plain, refusals.
. tests/support/contract "$1"
photo=$data/official_portrait.jpg
small="--size 96x120 --enhance off --no-oval"

for ground in white keep blur blur:80 'gradient:#fff,#333' 'radial:#fff,#333' transparent; do
    works process "$photo" -q $small --background "$ground" --jpeg "$ground.jpg" --png "$ground.png"
    is_picture "$ground.jpg" jpg
    is_picture "$ground.png" png
done
[ "$(cksum < white.png)" != "$(cksum < keep.png)" ] || fail "keep is not white"
[ "$(cksum < blur.png)" != "$(cksum < blur:80.png)" ] || fail "the strength of a blur counts"
[ "$(cksum < gradient:#fff,#333.png)" != "$(cksum < radial:#fff,#333.png)" ] || fail "radial"

# A file, by either flag.
cp "$data/astronaut.png" behind.png
works process "$photo" -q $small --background behind.png --jpeg a.jpg
works process "$photo" -q $small --background-file behind.png --jpeg b.jpg
cmp -s a.jpg b.jpg || fail "--background FILE is --background-file FILE"
cmp -s a.jpg white.jpg && fail "the picture is not there"
works process "$photo" behind.png -q $small -b behind.png -o both/
[ "$(ls both | wc -l)" -eq 4 ] || fail "several photos share a picture: $(ls both)"

# Nothing but the frame.
works process "$photo" -q --size 96x120 --plain --framing face --jpeg plain.jpg --trace
grep -q 'segment .*not needed' .out || fail "a plain portrait of a face needs no mask"
works process "$photo" -q --size 96x120 --plain --jpeg plain.jpg
works process "$photo" -q --size 96x120 --plain --background red --enhance strong --oval --jpeg c.jpg
cmp -s plain.jpg c.jpg || fail "--plain counts more"
works process "$photo" -q $small --background keep --jpeg d.jpg
cmp -s plain.jpg d.jpg || fail "--plain is keep, no oval, no enhancing"

refuses 2 'gradient:#from,#to' process "$photo" --background no_such_word
refuses 8 'no_such_file.jpg: No such file' process "$photo" --background no_such_file.jpg
refuses 2 'blur\[:1..100\]' process "$photo" --background blur:0
refuses 2 'name its file' process "$photo" --background picture
refuses 2 'leave out --background-file' process "$photo" --plain --background behind.png
echo words > words.jpg
refuses 3 'the picture behind the person' process "$photo" --background words.jpg
refuses 8 'no_such' process "$photo" --background-file no_such.jpg
finish
