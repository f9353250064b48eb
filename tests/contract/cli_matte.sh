#!/bin/sh
# The two networks that cut out the person: which runs, what is said, what is refused. u2net's part
# is played by the small network of tests/data/u2net.
. tests/support/contract "$1"
photo=$data/official_portrait.jpg

mkdir plain both
for file in face_detection_full_range.tflite face_landmark.tflite \
    selfie_segmentation.tflite; do
    ln -s "$repo/models/$file" plain/
    ln -s "$repo/models/$file" both/
done
ln -s "$data/u2net/tiny.onnx" both/u2net_human_seg.onnx

works process "$photo" --models-dir plain -o a.png --trace
grep -q 'segment .*selfie_segmentation .*auto: selfie, mask certain' .out || fail "auto: selfie"
refuses 7 'matte is u2net, but u2net_human_seg.onnx is not installed: auto or selfie' \
    process "$photo" --models-dir plain -o b.png --matte u2net
refuses 2 'auto|selfie|u2net' process "$photo" -o b.png --matte rembg

works process "$photo" --models-dir both -o a.png --trace
grep -q 'segment .*selfie_segmentation .*auto: selfie, mask certain' .out || fail "u2net stays idle"
works process "$photo" --models-dir both -o b.png --matte u2net --trace --matte-out m.png
grep -q 'segment .*u2net_human_seg .*cpu' .out || fail "u2net runs where asked for"
# That network sees nobody: the background stays, and this is said.
grep -q 'segment .*u2net; not cut out: 0.[0-6]' .out || fail "the trace says that nobody is seen"
grep -q 'photo_matte .*not cut out' .out || fail "the mask alone is of the same kind"
grep -q 'could not be told from the background, which is left as it is' .err || fail "a warning"
cmp -s a.png b.png && fail "u2net changes nothing"
FACECRAFT_MATTE=u2net "$program" process "$photo" --models-dir both -o c.png > .out 2> .err
cmp -s b.png c.png || fail "flag and variable differ"

# A file that is there but no network is a failure, not a reason to do without.
rm both/u2net_human_seg.onnx
echo words > both/u2net_human_seg.onnx
refuses 7 'u2net_human_seg' process "$photo" --models-dir both -o d.png
finish
