"""Makes stand-ins for CodeFormer's two halves: python3 make_doubles.py (onnx).

Together they hand the face back unchanged (codes.onnx, same.onnx) or grey all over (grey.onnx), so
that tests see what becomes of an answer that they know.
"""
import pathlib

import onnx
from onnx import TensorProto, helper, numpy_helper
import numpy as np

HERE = pathlib.Path(__file__).parent
FACE = [1, 3, 512, 512]
HANDED = [("features", FACE)] + [(f"map{i}", [1, 1, 1, 1]) for i in range(4)]


def value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def save(file, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, file, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, HERE / file)


def constant(name, number, shape):
    return numpy_helper.from_array(np.full(shape, number, np.float32), name)


small = constant("small", 0.0, [1, 1, 1, 1])
zero = constant("zero", 0.0, [1])
save("codes.onnx",
     [helper.make_node("Identity", ["face"], ["features"])] +
     [helper.make_node("Identity", ["small"], [name]) for name, _ in HANDED[1:]],
     [value("face", FACE)], [value(*port) for port in HANDED], [small])
for file, factor in (("same.onnx", 1.0), ("grey.onnx", 0.0)):
    save(file, [helper.make_node("Mul", ["features", "factor"], ["picture"])],
         [value(*port) for port in HANDED] + [value("w", [1])], [value("picture", FACE)],
         [constant("factor", factor, [1])])
