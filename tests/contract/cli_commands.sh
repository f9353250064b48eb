#!/bin/sh
# Commands, help, mistyped words, and the JSON of the tables.
. tests/support/contract "$1"

for command in process serve health bench jobs models doctor options stages version docs help; do
    works "$command" --help
    grep -q "facecraft $command" .out || fail "$command --help"
    cp .out .help
    works help "$command"
    cmp -s .out .help || fail "help $command differs from $command --help"
    works --help
    grep -q "^  $command" .out || fail "$command is not in the list"
done
for flag in --help -h; do
    works "$flag"
done
works
works --version
grep -q '^facecraft [0-9]' .out || fail "--version"

for command in version options stages models; do
    works "$command" --json
    python3 -m json.tool .out > /dev/null || fail "$command --json is no JSON"
    works "$command"
done
for page in options errors stages routes openapi cli man models; do
    works docs "$page"
done

refuses 2 'did you mean process?' proces
refuses 2 'is not a command' zebra
refuses 2 'did you mean --width?' process --widht 300 photo.jpg
refuses 2 'did you mean --background?' process --backgroud red photo.jpg
refuses 2 '\-Z is not a flag' process -Z photo.jpg
refuses 2 '\-\-width: width is "20", allowed: a whole number from 64 to 4096' process --width 20 x
refuses 2 '\-\-width: width is "wide"' process --width=wide x
refuses 2 '\-\-width needs a value' process x --width
refuses 2 '\-\-no-oval takes no value' process --no-oval=3 x
refuses 2 'size: width is ""' process --size=xx3 x
refuses 2 'options takes flags only' options all
refuses 2 'did you mean version' help versoin
refuses 2 'allowed: options, errors' docs nothing
refuses 2 'did you mean list?' jobs lits
refuses 2 'jobs show takes one ID' jobs show
refuses 2 'jobs delete takes one ID or more' jobs delete
refuses 2 'jobs list takes no operands' jobs list 0123456789abcdef0123456789abcdef
refuses 2 'bench needs a photo' bench
refuses 2 'directory "": unknown; allowed: plan, apply, watch, check, profiles, targets$' directory
refuses 2 'country DE' process x --preset germany
refuses 2 'runs is "0", allowed: a whole number from 1 to 1000' bench --runs 0 photo.jpg
refuses 8 'nothing.jpg: No such file' bench nothing.jpg
refuses 2 'convert needs -o' models convert x.tflite
refuses 8 'x.tflite: No such file' models convert x.tflite -o x.onnx
run process --widht 3
grep -q '^Try: facecraft process --help$' .err || fail "a wrong line comes with a hint"

models=$(python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["path"])' <<JSON
$("$program" models --json)
JSON
)
if [ -r "$models" ]; then
    works models convert "$models" -o detector.onnx
    [ -s detector.onnx ] || fail "no ONNX model was written"
fi
echo words > x.tflite
refuses 7 '' models convert x.tflite -o y.onnx
FACECRAFT_MODELS_DIR=/nowhere "$program" process x.tflite > .out 2> .err
[ $? -eq 7 ] || fail "missing models must end with 7"
grep -q '/nowhere' .err || fail "the missing model is named"
finish
