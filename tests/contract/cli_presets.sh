#!/bin/sh
# Pictures for documents: what the list tells, what a preset makes, and what is refused.
. tests/support/contract "$1"
photo=$data/official_portrait.jpg

works presets
grep -q '^us-passport  *US  passport  *50.8 x 50.8 mm, 600 x 600 px' .out || fail "the list"
works presets country jp
[ "$(wc -l < .out)" = 2 ] || fail "the presets of a country"
works presets show us-visa de-passport
grep -q 'source  *travel.state.gov' .out || fail "the source of a rule"
grep -q 'taken  *at offices' .out || fail "an office that takes no home-made pictures"
works presets --json
python3 -c 'import json; assert len(json.load(open(".out"))) > 80' || fail "the list as JSON"
refuses 2 'no preset of "Germany"; a country is two letters' presets country Germany
refuses 2 'preset is "us-pasport"; the nearest are us-passport,' presets show us-pasport
refuses 2 'presets shwo, allowed: ' presets shwo us-visa

# Exact px, density, size and facts, in any order of the flags; nothing is laid behind the person
# where altered photos are refused.
works process "$photo" --json --dpi 600 --preset us-visa --no-enhance-face -o visa.jpg
cat > .check <<'PYTHON'
import json

answer = json.load(open(".out"))
document = answer["result"]["document"]
file = open("visa.jpg", "rb").read()
assert answer["result"]["output_size"] == {"width": 600, "height": 600}
assert file[6:10] == b"JFIF" and file[13] == 1 and file[14:18] == (600).to_bytes(2, "big") * 2
assert len(file) <= 240 << 10
assert document["preset"] == "us-visa" and document["preset_changed"] == ["dpi"], document
assert document["compliant"] and document["reasons"] == [], document
assert document["head_height"]["min"] <= document["head_height"]["value"] <= 35, document
assert document["eye_line"]["min"] <= document["eye_line"]["value"] <= 35, document
PYTHON
python3 .check || fail "the facts of a visa picture"
works process "$photo" --json -o plain.jpg
python3 -c 'import json; assert "document" not in json.load(open(".out"))["result"]' \
    || fail "a portrait without preset"

# A name or nothing where a word is due: said what is meant.
refuses 2 'presets us-visa, allowed: presets show us-visa' presets us-visa
refuses 2 'presets country needs one country' presets country ''
refuses 2 'presets country needs one country' presets country DE FR
refuses 2 'presets show needs the names' presets show
refuses 2 'presets list takes no "x"; allowed: presets show NAME, or presets country CODE' presets list x

# What the photo lacks is told with numbers, and the picture is made all the same.
works process "$data/astronaut.png" --preset ua-passport --size 600x500 --json -o odd.png
python3 -c 'import json
document = json.load(open(".out"))["result"]["document"]
assert document["compliant"] is False
assert "600 x 500 px; the preset: 413 x 531" in document["reasons"][0], document' \
    || fail "another size than the preset's"
grep -q 'ua-passport cannot be met: ' .err || fail "the same for people"
works process "$photo" --preset de-passport -o d.jpg
grep -q 'note: de-passport: offices take no home-made picture' .err || fail "the office's word"

# A preset by variable is a default: flags are stronger.
FACECRAFT_DEFAULT_PRESET=us-passport "$program" process "$photo" --width 620 --json -o e.png \
    > .out 2> .err || fail "a preset by variable"
grep -q '"preset_changed": *\["width"\]' .out || fail "a flag over the variable"

# Without a preset: density, smallest size, grey.
works process "$photo" --no-oval --grey --dpi 300 --min-jpeg-kb 300 --format both -o g.png
python3 -c '
png = open("g.png", "rb").read()
assert png[25] == 0 and b"pHYs" + (11811).to_bytes(4, "big") * 2 + b"\x01" in png
jpeg = open("g.jpg", "rb").read()
assert 300 << 10 <= len(jpeg) <= 301 << 10
assert b"Facecraft: filled up to the smallest size" in jpeg' || fail "density, size and grey"
refuses 2 'min_jpeg_kb is 90, allowed: at most max_jpeg_kb, which is 50' \
    process "$photo" --min-jpeg-kb 90 --max-jpeg-kb 50 -o h.jpg
finish
