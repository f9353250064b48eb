#!/bin/sh
# Face restoration from a checkpoint to the portrait, with a small checkpoint whose weights are
# drawn: imported, its models valid ONNX, and a portrait restored with them.
. tests/support/contract "$1"
soft=$data/astronaut.png sharp=$data/official_portrait.jpg

mkdir -p models/codeformer
for file in face_detection_full_range.tflite face_landmark.tflite \
    selfie_segmentation.tflite; do
    [ -r "$repo/models/$file" ] || { echo "skipped: no models are fetched"; exit 77; }
    ln -s "$repo/models/$file" models/
done
"$(dirname "$program")/tests/make_checkpoint" models/codeformer/codeformer.pth ||
    fail "no checkpoint is made"

works models import models/codeformer/codeformer.pth
grep -q 'ready to run' .out || fail "the checkpoint is imported"
[ "$(ls models/codeformer/*.onnx | wc -l)" -eq 3 ] || fail "three models are written"
works models import models/codeformer/codeformer.pth
grep -q 'were there already' .out || fail "a second import finds them"
if python3 -c 'import onnx' 2> .err; then
    for model in models/codeformer/*.onnx; do
        python3 -c 'import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=True)' \
            "$model" 2> .err || fail "$model is no valid ONNX"
    done
else
    echo "not checked by onnx.checker: Python's onnx is not installed"
fi

works process "$soft" --models-dir models -o a.png --trace
grep -q 'restore .*codeformer .*cpu .*fidelity 0.70, 4[0-9] px between the eyes' .out ||
    fail "a soft face is restored"
works process "$soft" --models-dir models -o b.png --trace --no-enhance-face
grep -q 'restore .*codeformer' .out && fail "restored though switched off"
cmp -s a.png b.png && fail "restoring changes nothing"

works process "$sharp" --models-dir models -o c.png --trace
grep -q 'restore .*left as it is: sharp already' .out || fail "a sharp face is left"
grep -q 'the face is left as it is: sharp already' .err || fail "and that is said"
works process "$sharp" --models-dir models -o d.png --restore always --enhance-fidelity 1 --trace
grep -q 'restore .*codeformer .*fidelity 1.00' .out || fail "always means always"
is_picture d.png png
cmp -s c.png d.png && fail "restoring always changes nothing"
finish
