#!/bin/sh
# facecraft doctor: one scene for each fault that it is there to find.
. tests/support/contract "$1"

[ -r "$repo/models/selfie_segmentation.tflite" ] || { echo "skipped: no models are fetched"; exit 77; }
unset $(env | sed -n 's/^\(FACECRAFT_[A-Z_]*\)=.*/\1/p')
mkdir models output
ln "$repo"/models/*.tflite models 2>/dev/null || cp "$repo"/models/*.tflite models
export FACECRAFT_MODELS_DIR=models FACECRAFT_OUTPUT_DIR=output XDG_CACHE_HOME=$PWD/cache

# finds GRADE SUBJECT TEXT [VARIABLE=VALUE]...: one line of the report is that, and the exit code
# fits; a fault and a warning come with advice
finds() {
    grade=$1 subject=$2 text=$3
    shift 3
    env "$@" "$program" doctor > .out 2> .err < /dev/null
    code=$?
    grep -q "^$grade  *$subject  *.*$text" .out || {
        cat .out
        fail "no $grade of $subject: $text"
    }
    [ "$grade" = ok ] || grep -A 1 "^$grade  *$subject  *.*$text" .out | grep -q -- '-> ' ||
        fail "no advice for $text"
    case $grade in
    fault) [ "$code" -eq 1 ] || fail "exit code $code with a fault" ;;
    *) [ "$code" -eq 0 ] || { cat .out; fail "exit code $code without a fault"; } ;;
    esac
}

works doctor --json
python3 - <<'END' || fail "the JSON tells all"
import json
report = json.load(open(".out"))
subjects = {line["subject"] for line in report["lines"]}
assert subjects == {"settings", "libraries", "machine", "folders", "models", "providers",
                    "sandbox", "portrait"}, subjects
providers = [line["text"] for line in report["lines"] if line["subject"] == "providers"]
assert [text.split(" ")[0].strip(":") for text in providers] == ["cpu", "openvino", "cuda"], providers
assert all(": used, " in text or ": not used, " in text for text in providers), providers
assert sum(": used, " in text for text in providers) == 1, providers
cache = [line["text"] for line in report["lines"] if line["text"].startswith("cache folder")]
assert len(cache) == 1 and "cache/facecraft: will be made, " in cache[0], cache
warned = [line for line in report["lines"] if line["grade"] == "warning"]
assert all(line["subject"] == "sandbox" for line in warned), warned  # where there is no seccomp
assert report["ok"] and report["faults"] == 0, report
END
[ "$(ls output | wc -l)" -eq 0 ] || fail "something was left behind"

# A provider that was asked for has to work.
finds fault models 'openvino cannot be used' FACECRAFT_PROVIDER=openvino FACECRAFT_OPENVINO_DIR=nowhere
grep -q '^warning  *providers  *not chosen' .out || fail "no choice without models"

# Without models it ends sooner.
quick=FACECRAFT_MODELS_DIR=nowhere

# Settings.
finds fault settings 'FACECRAFT_DEFAULT_WIDTH: .*"wide"' FACECRAFT_DEFAULT_WIDTH=wide $quick
finds warning settings 'FACECRAFT_API_KEZ has no effect; did you mean FACECRAFT_API_KEY' \
    FACECRAFT_API_KEZ=secret FACECRAFT_OUTPUT_DIR=later
grep -q '^ok  *portrait  *one face found' .out || fail "a warning stops nothing"
grep -q '^ok  *folders  *.*later: will be made' .out || fail "a folder that can be made is fine"
! grep -q secret .out || fail "a value is not shown"
finds fault settings 'nowhere: No such file' FACECRAFT_API_KEY_FILE=nowhere $quick
echo 'FACECRAFT_PORT=70000' > .env
finds fault settings 'FACECRAFT_PORT: ' $quick
echo 'FACECRAFT_PORT' > .env
finds fault settings '.env' $quick
rm .env

# Folders.
finds fault folders 'nowhere/output: missing, and it cannot be made' FACECRAFT_OUTPUT_DIR=nowhere/output $quick
finds fault folders 'not a folder' FACECRAFT_OUTPUT_DIR=.out $quick
if [ "$(id -u)" -ne 0 ]; then # root writes everywhere
    chmod a-w output
    finds fault folders 'output: Permission denied' $quick
    chmod u+w output
fi

# Models: missing, damaged in one bit, cut short, another file under the name.
finds fault models 'there is no nowhere/selfie' $quick
grep -q '^fault  *portrait  *not tried' .out || fail "no portrait without models"
finds fault models 'shape_predictor_68_face_landmarks: there is no models/shape_predictor' \
    FACECRAFT_LANDMARKS=dlib
grep -q -- '-> .*models fetch dlib' .out || fail "the doctor says how to get dlib's file"
grep -q '^ok  *models  *face_landmark: found' .out || fail "the mesh is there, and not needed"
echo words > models/shape_predictor_68_face_landmarks.dat
finds fault models 'models/shape_predictor_68_face_landmarks.dat: SHA-256 is' FACECRAFT_LANDMARKS=dlib
finds fault models 'shape_predictor_68_face_landmarks: refused for its licence' \
    FACECRAFT_LANDMARKS=dlib FACECRAFT_COMMERCIAL_ONLY=true
rm models/shape_predictor_68_face_landmarks.dat
finds ok models 'shape_predictor_68_face_landmarks: not installed, works without it' A=b
rm models/face_landmark.tflite
head -c 500000 "$repo/models/face_landmark.tflite" > models/face_landmark.tflite
finds fault models 'models/face_landmark.tflite: SHA-256 is' A=b
rm models/selfie_segmentation.tflite
finds fault models 'selfie_segmentation: there is no models/selfie_segmentation.tflite' A=b
python3 - "$repo/models/selfie_segmentation.tflite" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[100000] ^= 1
open("models/selfie_segmentation.tflite", "wb").write(data)
END
finds fault models 'models/selfie_segmentation.tflite: SHA-256 is' A=b
head -c 100000 "$repo/models/selfie_segmentation.tflite" > models/selfie_segmentation.tflite
finds fault models 'models/selfie_segmentation.tflite: SHA-256 is' A=b
cp "$data/official_portrait.jpg" models/selfie_segmentation.tflite
finds fault models 'models/selfie_segmentation.tflite: SHA-256 is' A=b

refuses 2 'doctor takes flags only' doctor all
finish
