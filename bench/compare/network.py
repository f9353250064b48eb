"""A U2-Net of full size (Qin et al. 2020: 44 million weights, 320 x 320) with generated weights.

The published weights come from a release page that not every machine reaches. How long a network
takes depends on its shape alone; what it answers here means nothing.

    network.py FILE.onnx
"""

import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 320
# Depth of a block, channels in, inside, out; None: the block that dilates instead of shrinking.
ENCODER = [(7, 3, 32, 64), (6, 64, 32, 128), (5, 128, 64, 256), (4, 256, 128, 512),
           (None, 512, 256, 512), (None, 512, 256, 512)]
DECODER = [(None, 1024, 256, 512), (4, 1024, 128, 256), (5, 512, 64, 128), (6, 256, 32, 64),
           (7, 128, 16, 64)]


class Graph:
    """Collects nodes and weights; values are named by their number."""

    def __init__(self):
        self.random = numpy.random.default_rng(1)
        self.nodes, self.weights = [], []

    def node(self, kind, inputs, **attributes):
        """One node with one output."""
        out = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def constant(self, value):
        """A tensor kept in the file."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def conv(self, x, given, made, dilation=1, kernel=3):
        """Convolution at the same size; its normalisation is folded into the weights."""
        spread = (2 / (given * kernel * kernel)) ** 0.5
        weight = self.random.standard_normal((made, given, kernel, kernel)) * spread
        pad = dilation * (kernel // 2)
        return self.node("Conv", [x, self.constant(weight.astype(numpy.float32)),
                                  self.constant(numpy.zeros(made, numpy.float32))],
                         kernel_shape=[kernel] * 2, pads=[pad] * 4, dilations=[dilation] * 2)

    def layer(self, x, given, made, dilation=1):
        """Convolution and ReLU."""
        return self.node("Relu", [self.conv(x, given, made, dilation)])

    def halve(self, x):
        """Largest of each 2 x 2."""
        return self.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)

    def enlarge(self, x, channels, side):
        """Bilinear, to side x side."""
        sizes = self.constant(numpy.array([1, channels, side, side], numpy.int64))
        return self.node("Resize", [x, "", "", sizes], mode="linear",
                         coordinate_transformation_mode="half_pixel")

    def join(self, *values):
        """Channels one after the other."""
        return self.node("Concat", list(values), axis=1)


def shrinking_block(graph, x, depth, inside, made, side, given):
    """A small U of its own inside one block."""
    start = graph.layer(x, given, made)
    down, sides = [graph.layer(start, made, inside)], [side]
    for _ in range(depth - 2):
        sides.append((sides[-1] + 1) // 2)
        down.append(graph.layer(graph.halve(down[-1]), inside, inside))
    value = graph.layer(down[-1], inside, inside, 2)
    for level in reversed(range(depth - 1)):
        value = graph.layer(graph.join(value, down[level]), 2 * inside, inside if level else made)
        if level:
            value = graph.enlarge(value, inside, sides[level - 1])
    return graph.node("Add", [value, start])


def dilating_block(graph, x, inside, made, given):
    """The same at one size, with wider and wider kernels."""
    start = graph.layer(x, given, made)
    first = graph.layer(start, made, inside)
    second = graph.layer(first, inside, inside, 2)
    third = graph.layer(second, inside, inside, 4)
    value = graph.layer(third, inside, inside, 8)
    value = graph.layer(graph.join(value, third), 2 * inside, inside, 4)
    value = graph.layer(graph.join(value, second), 2 * inside, inside, 2)
    value = graph.layer(graph.join(value, first), 2 * inside, made)
    return graph.node("Add", [value, start])


def block(graph, x, shape, side):
    """One of both kinds."""
    depth, given, inside, made = shape
    if depth is None:
        return dilating_block(graph, x, inside, made, given)
    return shrinking_block(graph, x, depth, inside, made, side, given)


def build():
    """The whole network as an ONNX model."""
    graph = Graph()
    value, side, steps = "picture", SIDE, []
    for shape in ENCODER:
        value = block(graph, value, shape, side)
        steps.append((value, shape[3], side))
        if shape is not ENCODER[-1]:
            value, side = graph.halve(value), (side + 1) // 2
    outputs = [steps[-1][:2]]
    for shape, (passed, _, side) in zip(DECODER, reversed(steps[:-1])):
        value = graph.enlarge(value, outputs[-1][1], side)
        value = block(graph, graph.join(value, passed), shape, side)
        outputs.append((value, shape[3]))
    maps = [graph.enlarge(graph.conv(value, channels, 1), 1, SIDE) for value, channels in outputs]
    whole = graph.conv(graph.join(*reversed(maps)), len(maps), 1, kernel=1)
    graph.nodes.append(helper.make_node("Sigmoid", [whole], ["mask"]))
    shape = [1, 3, SIDE, SIDE]
    made = helper.make_graph(
        graph.nodes, "u2net",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1, 1, SIDE, SIDE])],
        graph.weights)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    onnx.save(build(), sys.argv[1])
