#!/bin/sh
# Face restoration from a checkpoint to the portrait, with the small checkpoint of the larger
# goldens, whose weights were drawn; skips where those are not at hand.
. tests/support/contract "$1"
checkpoint=$repo/${FC_TEST_SHARED:-none}/golden/codeformer/tiny.pth
[ -f "$checkpoint" ] || exit 77
soft=$data/astronaut.png sharp=$data/official_portrait.jpg

mkdir -p models/codeformer
for file in face_detection_full_range.tflite selfie_segmentation.tflite \
    shape_predictor_68_face_landmarks.dat; do
    ln -s "$repo/models/$file" models/
done
cp "$checkpoint" models/codeformer/codeformer.pth

works process "$soft" --models-dir models -o a.png --trace
grep -q 'restore .*codeformer .*cpu .*fidelity 0.70, 44 px between the eyes' .out ||
    fail "a soft face is restored"
works process "$soft" --models-dir models -o b.png --trace --no-enhance-face
grep -q 'restore .*codeformer' .out && fail "restored though switched off"
cmp -s a.png b.png && fail "restoring changes nothing"

works process "$sharp" --models-dir models -o c.png --trace
grep -q 'restore .*left as it is: sharp already' .out || fail "a sharp face is left"
grep -q 'the face is left as it is: sharp already' .err || fail "and that is said"
works process "$sharp" --models-dir models -o d.png --restore always --enhance-fidelity 1 --trace
grep -q 'restore .*codeformer .*fidelity 1.00' .out || fail "always means always"
finish
