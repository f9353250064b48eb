"""Makes the files of this folder and of ../lanczos8: python3 make.py (onnx, onnxruntime, Pillow 13).

tiny.onnx is of the family of U-2-Net (down, up, joined, six maps and their mix) with two channels
and weights that were drawn: its mask tests the arithmetic around a network, never a cutout.
"""
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

HERE = pathlib.Path(__file__).parent
SIDE = 320
draw = np.random.default_rng(7)
nodes, weights = [], []


def node(kind, inputs, output, **attributes):
    nodes.append(helper.make_node(kind, inputs, [output], **attributes))
    return output


def constant(name, values):
    weights.append(numpy_helper.from_array(values, name))
    return name


def convolution(name, source, inputs, outputs, side=3, relu=True):
    shape = (outputs, inputs, side, side)
    deviation = np.sqrt(2 / (inputs * side * side))
    kernel = constant(name + ".w", (draw.standard_normal(shape) * deviation).astype(np.float32))
    pads = [side // 2] * 4
    result = node("Conv", [source, kernel], name, kernel_shape=[side, side], pads=pads)
    return node("Relu", [result], name + ".relu") if relu else result


def enlarge(name, source, channels, side):
    size = constant(name + ".size", np.array([1, channels, side, side], np.int64))
    return node("Resize", [source, "", "", size], name, mode="linear")


def make_network():
    wide = convolution("wide", "input.1", 3, 2)
    half = node("MaxPool", [wide], "half", kernel_shape=[2, 2], strides=[2, 2])
    deep = convolution("deep", half, 2, 2)
    joined = node("Concat", [enlarge("up", deep, 2, SIDE), wide], "joined", axis=1)
    near = convolution("near", joined, 4, 1, relu=False)
    far = enlarge("far", convolution("far.half", deep, 2, 1, relu=False), 1, SIDE)
    mixed = convolution("mixed", node("Concat", [near, far], "maps", axis=1), 2, 1, 1, relu=False)
    outputs = [("d0", mixed), ("d1", near), ("d2", far)]
    for name, source in outputs:
        node("Sigmoid", [source], name)
    shape = [1, 1, SIDE, SIDE]
    graph = helper.make_graph(
        nodes, "tiny u2net",
        [helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, _ in outputs],
        weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.checker.check_model(model)
    onnx.save(model, HERE / "tiny.onnx")


def mask_of(photo):
    """The steps of rembg, in its order and precision."""
    square = np.array(photo.resize((SIDE, SIDE), Image.LANCZOS)) / 1.0
    square = square / max(square.max(), 1e-6)
    normal = (square - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    tensor = normal.transpose(2, 0, 1)[None].astype(np.float32)
    session = onnxruntime.InferenceSession(HERE / "tiny.onnx")
    answer = session.run(["d0"], {"input.1": tensor})[0][0, 0]
    stretched = (answer - answer.min()) / (answer.max() - answer.min())
    return Image.fromarray((stretched * 255).astype(np.uint8))


def main():
    photo = Image.open(HERE / "../astronaut.png").convert("RGB").crop((120, 10, 340, 290))
    photo = photo.resize((110, 140), Image.BOX)
    photo.save(HERE / "photo.png", optimize=True)
    make_network()
    mask = mask_of(photo)
    Image.fromarray(np.array(mask)[::4, ::4]).save(HERE / "mask_every4.png", optimize=True)

    folder = HERE / "../lanczos8"
    grey = photo.convert("L")
    photo.resize((37, 50), Image.LANCZOS).save(folder / "smaller.png", optimize=True)
    photo.resize((100, 60), Image.LANCZOS).save(folder / "flatter.png", optimize=True)
    photo.resize((61, 190), Image.LANCZOS).save(folder / "both.png", optimize=True)
    grey.save(folder / "grey.png", optimize=True)
    grey.resize((173, 160), Image.LANCZOS).save(folder / "larger.png", optimize=True)


main()
