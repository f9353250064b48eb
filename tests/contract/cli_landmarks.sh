#!/bin/sh
# What finds the points of a face: the mesh, or dlib's model where it is asked for by name or by the
# path that old configurations have. dlib's part skips where its file is not fetched.
. tests/support/contract "$1"
photo=$data/official_portrait.jpg
[ -r "$repo/models/face_landmark.tflite" ] || { echo "skipped: no models are fetched"; exit 77; }
unset $(env | sed -n 's/^\(FACECRAFT_[A-Z_]*\)=.*/\1/p')
mkdir free
ln -s "$repo"/models/*.tflite free/
export FACECRAFT_MODELS_DIR=free

# ran MODEL: the stage of the last --trace says that it was this one
ran() {
    grep -q "landmarks .*$1 .*cpu" .out || { cat .out; fail "not $1"; }
}

works process "$photo" -o a.png --trace
ran face_landmark
works process "$photo" -o b.png --landmarks mesh --commercial-only
cmp -s a.png b.png || fail "the default is the mesh, and free for commercial use"
refuses 2 'auto|mesh|dlib' process "$photo" -o c.png --landmarks dlip
refuses 7 'shape_predictor_68_face_landmarks.*`facecraft models fetch dlib` gets it' \
    process "$photo" -o c.png --landmarks dlib
refuses 7 'nowhere.dat.*`facecraft models fetch dlib` gets it' \
    process "$photo" -o c.png --predictor-path nowhere.dat
works process "$photo" -o c.png --predictor-path nowhere.dat --landmarks mesh
cmp -s a.png c.png || fail "a name is stronger than a path"
refuses 7 'refused: trained on iBUG 300-W' process "$photo" -o d.png --landmarks dlib --commercial-only

dlib=$repo/models/shape_predictor_68_face_landmarks.dat
if [ -r "$dlib" ]; then
    works process "$photo" -o d.png --trace --predictor-path "$dlib"
    ran shape_predictor_68_face_landmarks
    cmp -s a.png d.png && fail "dlib's points are the mesh's"
    rm free/face_landmark.tflite
    ln -s "$dlib" free/
    FACECRAFT_LANDMARKS=dlib "$program" process "$photo" -o e.png > .out 2> .err ||
        fail "dlib does without the mesh"
    cmp -s d.png e.png || fail "name and path differ"
    refuses 7 'model face_landmark: ' process "$photo" -o f.png
else
    echo "dlib's model is not fetched (tools/fetch --with dlib): its part is skipped"
fi
finish
