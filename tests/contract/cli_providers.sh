#!/bin/sh
# Where models run: what is asked for by name is had or refused, and each choice is explained.
. tests/support/contract "$1"
photo=$data/official_portrait.jpg

refuses 2 'allowed: auto, cpu, cuda or cuda:N' process "$photo" --device gpu
refuses 2 'allowed: auto, cpu, cuda or cuda:N' process "$photo" --device cuda:64
refuses 2 'allowed: auto|cpu|openvino|cuda' process "$photo" --provider tensorrt
refuses 2 'device is cpu but provider cuda' process "$photo" --device cpu --provider cuda
refuses 2 'device is cuda:0 but provider openvino' \
    process "$photo" --device cuda:0 --provider openvino
refuses 7 'the OpenVINO plug-in is not installed' \
    process "$photo" --provider openvino --openvino-dir /nowhere

works version --json
if grep -q '"cuda":null' .out; then
    refuses 7 'cuda cannot be used: this ONNX Runtime was built without CUDA' \
        process "$photo" --device cuda:0
    refuses 7 'cuda cannot be used: this ONNX Runtime was built without CUDA' \
        process "$photo" --provider cuda
fi

works process "$photo" -o out.png --trace --openvino-dir /nowhere
grep -q 'heavy models by openvino: not used, ' .err || fail "auto says why it leaves OpenVINO"
[ "$(grep -c 'heavy models by .*: used, ' .err)" -eq 1 ] || fail "one provider is used"
finish
