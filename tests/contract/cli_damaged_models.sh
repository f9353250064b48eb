#!/bin/sh
# A damaged model file ends the program with 7 and one line that names it. (Another network under
# its name is told by the shapes of its tensors when it first runs, and by the doctor before.)
. tests/support/contract "$1"

[ -r "$repo/models/selfie_segmentation.tflite" ] || { echo "skipped: no models are fetched"; exit 77; }
unset $(env | sed -n 's/^\(FACECRAFT_[A-Z_]*\)=.*/\1/p')
mkdir models
export FACECRAFT_MODELS_DIR=models

# spoil FILE: the file cut short, empty, a photo under its name, another model
spoil() {
    file=$1
    for model in "$repo"/models/*.tflite "$repo"/models/*.dat; do
        [ ! -r "$model" ] || ln -sf "$model" models
    done
    other=face_detection_full_range.tflite
    [ "$file" != "$other" ] || other=selfie_segmentation.tflite
    for damage in cut empty photo other; do
        rm "models/$file"
        case $damage in
        cut) head -c 70000 "$repo/models/$file" > "models/$file" ;;
        empty) : > "models/$file" ;;
        photo) cp "$data/official_portrait.jpg" "models/$file" ;;
        other) cp "$repo/models/$other" "models/$file" ;;
        esac
        refuses 7 "${file%.*}.*: " process "$data/official_portrait.jpg" -o never.png
    done
}

spoil face_detection_full_range.tflite
spoil selfie_segmentation.tflite
spoil face_landmark.tflite
export FACECRAFT_LANDMARKS=dlib
if [ -r "$repo/models/shape_predictor_68_face_landmarks.dat" ]; then
    spoil shape_predictor_68_face_landmarks.dat
else
    echo "dlib's model is not fetched (tools/fetch --with dlib): its part is skipped"
fi
finish
