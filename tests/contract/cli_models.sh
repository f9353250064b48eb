#!/bin/sh
# facecraft models: what there is, whether it is genuine, what may be done with it.
. tests/support/contract "$1"

folder=$repo/models
[ -r "$folder/selfie_segmentation.tflite" ] || { echo "skipped: no models are fetched"; exit 77; }
unset FACECRAFT_MODELS_DIR FACECRAFT_COMMERCIAL_ONLY FACECRAFT_LANDMARKS FACECRAFT_PREDICTOR_PATH

# value JQ-like: prints field FIELD of model NAME in .out
value() {
    python3 -c 'import json, sys
row = [row for row in json.load(open(".out")) if row["name"] == sys.argv[1]][0]
print(row[sys.argv[2]])' "$1" "$2"
}
is() {
    actual=$(value "$1" "$2")
    [ "$actual" = "$3" ] || fail "$1: $2 is $actual, not $3"
}

works models
cp .out .list
works models list
cmp -s .out .list || fail "models without a word is models list"
for model in face_detection_full_range u2net_human_seg codeformer; do
    grep -q "^$model: " .list || fail "$model is not in the list"
done

mkdir part
cp "$folder/selfie_segmentation.tflite" "$folder/face_detection_full_range.tflite" part
export FACECRAFT_MODELS_DIR=part
works models list --json
is selfie_segmentation state found
is selfie_segmentation path part/selfie_segmentation.tflite
is face_landmark state missing
is shape_predictor_68_face_landmarks state 'not installed'
is codeformer state 'not installed'
is codeformer commercial_use False
works models verify selfie_segmentation u2net_human_seg
grep -q '^ok .*part/selfie_segmentation.tflite' .out || fail "a genuine file is ok"
refuses 7 'part/face_landmark.tflite: missing' models verify
export FACECRAFT_LANDMARKS=dlib
refuses 7 'part/shape_predictor_68_face_landmarks.dat: missing' models verify dlib
works models list --json
is face_landmark state 'not installed'
unset FACECRAFT_LANDMARKS

# One flipped bit is enough.
python3 - <<'END'
with open("part/selfie_segmentation.tflite", "r+b") as file:
    file.seek(100000)
    byte = file.read(1)[0]
    file.seek(100000)
    file.write(bytes([byte ^ 1]))
END
wanted=$(sed -n '/^name: *selfie/,/^$/s/^sha256: *//p' "$repo/supply.lock")
found=$(sha256sum < part/selfie_segmentation.tflite | cut -d ' ' -f 1)
refuses 7 "part/selfie_segmentation.tflite: SHA-256 is $found, wanted is $wanted" \
    models verify selfie_segmentation
grep -q "^  found   $found" .out || fail "the table names the found hash"
run models verify --json
[ "$code" -eq 7 ] || fail "--json keeps the exit code"
is selfie_segmentation state differs
is selfie_segmentation sha256 "$found"
is face_detection_full_range state ok
echo words > part/selfie_segmentation.tflite
works models
grep -q 'not the published file: 6 bytes' .out || fail "the list sees another size"

unset FACECRAFT_MODELS_DIR
export FACECRAFT_COMMERCIAL_ONLY=true
works models list --json
is codeformer state 'refused: licence'
is selfie_segmentation state found
unset FACECRAFT_COMMERCIAL_ONLY

works models licences
grep -q 'commercial use  no' .out || fail "a licence excludes commercial use"
works models licences --json
is codeformer commercial_use False
is selfie_segmentation commercial_use True

refuses 2 'models import takes one FILE' models import
refuses 8 'nothing.pth' models import nothing.pth
echo words > words.pth
refuses 7 '' models import words.pth
rm words.pth
refuses 2 'did you mean verify?' models verfy
refuses 2 'allowed: \[list' models nonsense
refuses 2 'models list takes nothing' models list all
refuses 2 'did you mean codeformer' models verify codeforme
refuses 2 'models convert takes one FILE' models convert
FACECRAFT_COMMERCIAL_ONLY=perhaps
export FACECRAFT_COMMERCIAL_ONLY
refuses 2 'FACECRAFT_COMMERCIAL_ONLY' models
finish
