#!/bin/sh
# What `facecraft check` tells, and when it ends with which code.
. tests/support/contract "$1"
[ -r "$repo/models/face_landmark.tflite" ] || { echo "skipped: no models are fetched"; exit 77; }
unset $(env | sed -n 's/^\(FACECRAFT_[A-Z_]*\)=.*/\1/p')

"$program" check "$data/astronaut.png" > .out 2> .err && fail "a small photo fails"
grep -q 'astronaut.png: fail' .out || fail "the whole is told first"
grep -q 'eye_distance *fail *44.* px *Move closer' .out || fail "a failure comes with advice"
grep -q 'colour_cast *pass' .out || fail "what passes is told as well"
grep -q 'not checked: .*head_covering occlusion tinted_lenses' .out || fail "nothing is read into silence"

grep -q 'background *warn.*(mended by: background)' .out || fail "another background mends it"
"$program" check --preset us-visa "$data/astronaut.png" > .out 2> .err
grep -q 'background *warn' .out && ! grep -q 'mended by: background' .out || fail "not for an office that refuses edits"

"$program" check --json "$data/astronaut.png" "$data/official_portrait.jpg" nowhere.jpg > .out 2> .err
[ $? -eq 1 ] || fail "several photos: 1"
python3 - <<'END' || fail "one line of JSON for each photo"
import json
lines = [json.loads(line) for line in open(".out")]
assert [line["success"] for line in lines] == [True, True, False]
assert lines[2]["error"] == "io_error" and lines[2]["check"] is None
ids = [row["id"] for row in lines[0]["check"]["measures"]]
assert ids == [row["id"] for row in lines[1]["check"]["measures"]] and len(set(ids)) == len(ids)
END

refuses 2 'needs a photo' check
refuses 8 'nowhere.jpg' check nowhere.jpg
refuses 2 'face is 7' check --face 7 "$data/astronaut.png"

# Without the network of the eyes its measures are not checked, and the rest is.
mkdir part
ln -s "$repo"/models/*.tflite part/
rm part/iris_landmark.tflite
export FACECRAFT_MODELS_DIR=part
"$program" check "$data/astronaut.png" > .out 2> .err
grep -q 'not checked: .*gaze pupil_distance' .out || fail "gaze is not checked then"
grep -q 'eyes_open *pass' .out || fail "lids are told by the mesh then"
rm part/face_landmark.tflite
refuses 7 'face_landmark' check --landmarks mesh "$data/astronaut.png"
unset FACECRAFT_MODELS_DIR

works process "$data/astronaut.png" -o a.png --check --json
grep -q '"check": *{"overall": *"fail"' .out || fail "beside a portrait"
finish
