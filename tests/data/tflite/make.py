#!/usr/bin/env python3
"""Writes the small .tflite files of this folder and what they should answer.

Needs the Python packages flatbuffers and numpy. The expected answers are computed here by plain
loops over NHWC pictures, independent of the converter and of ONNX Runtime.
"""
import pathlib
import struct

import flatbuffers
import numpy as np

HERE = pathlib.Path(__file__).parent
F32, F16, I32 = 0, 1, 2
SAME, VALID = 0, 1


class Model:
    """One network in the making: tensors, operators, and the file that comes of them."""

    def __init__(self):
        self.tensors, self.buffers, self.operators, self.codes = [], [b""], [], []

    def tensor(self, shape, kind=F32, data=b""):
        self.buffers.append(data)
        self.tensors.append((list(shape), kind, len(self.buffers) - 1 if data else 0))
        return len(self.tensors) - 1

    def constant(self, array):
        kind = {"f": F32, "e": F16, "i": I32}[array.dtype.char]
        return self.tensor(array.shape, kind, array.tobytes())

    def half(self, array):
        """A float16 constant behind DEQUANTIZE, as the published files have them."""
        stored = self.constant(array.astype(np.float16))
        return self.op(6, [stored], array.shape)

    def op(self, code, inputs, shape, options=(), custom=None, custom_options=b"", out=None):
        """options: (field, bytes, value). Gives the output's tensor."""
        if (code, custom) not in self.codes:
            self.codes.append((code, custom))
        result = self.tensor(shape) if out is None else out
        self.operators.append((self.codes.index((code, custom)), inputs, [result], options,
                               custom_options))
        return result

    def write(self, name, inputs, outputs):
        b = flatbuffers.Builder(1024)

        def vector(offsets):
            b.StartVector(4, len(offsets), 4)
            for offset in reversed(offsets):
                b.PrependUOffsetTRelative(offset)
            return b.EndVector()

        def integers(values):
            b.StartVector(4, len(values), 4)
            for value in reversed(values):
                b.PrependInt32(value)
            return b.EndVector()

        def table(fields):
            """fields: (number, kind, value)."""
            b.StartObject(8)
            for number, kind, value in fields:
                if kind == "offset":
                    b.PrependUOffsetTRelativeSlot(number, value, 0)
                elif kind == 1:
                    b.PrependInt8Slot(number, value, 0)
                else:
                    b.PrependInt32Slot(number, value, 0)
            return b.EndObject()

        codes = []
        for code, custom in self.codes:
            fields = [(0, 1, min(code, 127)), (3, 4, code)]
            if custom:
                fields.append((1, "offset", b.CreateString(custom)))
            codes.append(table(fields))
        tensors = [table([(0, "offset", integers(shape)), (1, 1, kind), (2, 4, buffer)])
                   for shape, kind, buffer in self.tensors]
        operators = []
        for code, ins, outs, options, custom_options in self.operators:
            fields = [(0, 4, code), (1, "offset", integers(ins)), (2, "offset", integers(outs)),
                      (4, "offset", table(options))]
            if custom_options:
                fields.append((5, "offset", b.CreateByteVector(custom_options)))
            operators.append(table(fields))
        graph = table([(0, "offset", vector(tensors)), (1, "offset", integers(inputs)),
                       (2, "offset", integers(outputs)), (3, "offset", vector(operators))])
        buffers = [table([(0, "offset", b.CreateByteVector(data))] if data else [])
                   for data in self.buffers]
        model = table([(0, 4, 3), (1, "offset", vector(codes)), (2, "offset", vector([graph])),
                       (4, "offset", vector(buffers))])
        b.Finish(model, b"TFL3")
        (HERE / f"{name}.tflite").write_bytes(bytes(b.Output()))


def ramp(shape):
    """The input of every test: steps of 1/16, the same in C."""
    i = np.arange(int(np.prod(shape)))
    return (((i * 37) % 101 - 50) / 16).astype(np.float32).reshape(shape)


def weights(shape, seed):
    """Small multiples of 1/8: exact in float16."""
    return (np.random.default_rng(seed).integers(-8, 9, shape) / 8).astype(np.float32)


def windows(x, size, stride, padding, fill):
    """Per output pixel: the window of the picture under it."""
    out, pads = [], []
    for length, s, t in zip(x.shape[1:3], size, stride):
        count = -(-length // t) if padding == SAME else (length - s) // t + 1
        missing = max((count - 1) * t + s - length, 0) if padding == SAME else 0
        out.append(count)
        pads.append((missing // 2, missing - missing // 2))
    padded = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    for row in range(out[0]):
        for column in range(out[1]):
            y, z = row * stride[0], column * stride[1]
            yield row, column, padded[0, y:y + size[0], z:z + size[1]]


def slide(x, size, stride, padding, fill, channels, function):
    result = {(r, c): function(w) for r, c, w in windows(x, size, stride, padding, fill)}
    height, width = (max(k[i] for k in result) + 1 for i in (0, 1))
    y = np.zeros((1, height, width, channels), np.float32)
    for (row, column), value in result.items():
        y[0, row, column] = value
    return y


def resize(x, height, width):
    def along(length, target):
        at = (np.arange(target) + 0.5) * length / target - 0.5
        low = np.floor(at).astype(int)
        return np.clip(low, 0, length - 1), np.clip(low + 1, 0, length - 1), at - low
    a, b, t = along(x.shape[1], height)
    x = x[:, a] * (1 - t)[:, None, None] + x[:, b] * t[:, None, None]
    a, b, t = along(x.shape[2], width)
    return x[:, :, a] * (1 - t)[:, None] + x[:, :, b] * t[:, None]


def case(name, shape, build):
    """build(model, input tensor, input values) gives the output tensor and its values."""
    model = Model()
    first = model.tensor(shape)
    last, expected = build(model, first, ramp(shape).astype(np.float64))
    model.write(name, [first], [last])
    np.save(HERE / f"{name}.npy", np.ascontiguousarray(expected, dtype=np.float32))


def convolution(padding, stride, size):
    def build(m, i, x):
        w, b = weights((4, *size, 3), 1), weights((4,), 2)
        y = slide(x, size, stride, padding, 0, 4,
                  lambda p: np.tensordot(w, p, ((1, 2, 3), (0, 1, 2))) + b)
        return m.op(3, [i, m.half(w), m.half(b)], y.shape,
                    [(0, 1, padding), (1, 4, stride[1]), (2, 4, stride[0])]), y
    return build


def mix(m, i, x, seed):
    """A 1 x 1 convolution that keeps the channels."""
    w, b = weights((3, 1, 1, 3), seed), weights((3,), seed + 1)
    y = np.einsum("nhwi,okli->nhwo", x, w) + b
    return m.op(3, [i, m.half(w), m.half(b)], y.shape, [(1, 4, 1), (2, 4, 1)]), y


def convolutions_activated(m, i, x):
    """Each function may be a part of its convolution, also where both were made before."""
    a, y = mix(m, i, x, 9)
    b, z = mix(m, i, x, 11)
    a, y = m.op(19, [a], y.shape), np.maximum(y, 0)
    b, z = m.op(117, [b], z.shape), z * np.clip(z / 6 + 0.5, 0, 1)
    c, y = mix(m, m.op(0, [a, b], y.shape), y + z, 13)
    return m.op(14, [c], y.shape), 1 / (1 + np.exp(-y))


def convolution_read_twice(m, i, x):
    """Here it may not: the convolution's own result is needed as well."""
    a, y = mix(m, i, x, 9)
    r = m.op(19, [a], y.shape)
    return m.op(0, [r, a], y.shape), np.maximum(y, 0) + y


def depthwise(m, i, x):
    w, b = weights((1, 5, 3, 3), 3), weights((3,), 4)
    y = slide(x, (5, 3), (2, 2), SAME, 0, 3, lambda p: (w[0] * p).sum((0, 1)) + b)
    return m.op(4, [i, m.constant(w), m.constant(b)], y.shape,
                [(1, 4, 2), (2, 4, 2), (3, 4, 1)]), y


def transpose_convolution(m, i, x):
    w, b = weights((2, 2, 2, 3), 5), weights((2,), 6)
    y = np.einsum("okli,nhwi->nhkwlo", w, x)
    y = y.reshape(1, 2 * x.shape[1], 2 * x.shape[2], 2) + b
    return m.op(32, [i, m.half(w), m.half(b)], y.shape, custom="Convolution2DTransposeBias",
                custom_options=struct.pack("<3i", 1, 2, 2)), y


def max_pool(m, i, x):
    y = slide(x, (2, 2), (2, 2), SAME, -1e9, x.shape[3], lambda p: p.max((0, 1)))
    return m.op(17, [i], y.shape, [(1, 4, 2), (2, 4, 2), (3, 4, 2), (4, 4, 2)]), y


def squeeze_and_excite(m, i, x):
    """A picture times its own averages: the average pool and broadcasting."""
    mean = x.mean((1, 2), keepdims=True)
    pooled = m.op(1, [i], mean.shape, [(0, 1, VALID), (3, 4, x.shape[2]), (4, 4, x.shape[1])])
    gate = m.op(14, [pooled], mean.shape)
    return m.op(18, [i, gate], x.shape), x / (1 + np.exp(-mean))


def pad(m, i, x):
    sizes = np.array([[0, 0], [1, 0], [0, 2], [0, 3]], np.int32)
    y = np.pad(x, sizes)
    return m.op(34, [i, m.constant(sizes)], y.shape), y


def pad_channels(m, i, x):
    sizes = np.array([[0, 0], [0, 0], [0, 0], [1, 2]], np.int32)
    y = np.pad(x, sizes)
    return m.op(34, [i, m.constant(sizes)], y.shape), y


def resize_bilinear(m, i, x):
    y = resize(x, 2 * x.shape[1], 2 * x.shape[2])
    return m.op(23, [i, m.constant(np.array(y.shape[1:3], np.int32))], y.shape, [(3, 1, 1)]), y


def resize_and_convolve(m, i, x):
    """The 1 x 1 convolution may be done before the picture is enlarged."""
    y = resize(x, 2 * x.shape[1], 3 * x.shape[2])
    w, b = weights((2, 1, 1, 3), 7), weights((2,), 8)
    large = m.op(23, [i, m.constant(np.array(y.shape[1:3], np.int32))], y.shape, [(3, 1, 1)])
    z = np.einsum("nhwi,okli->nhwo", y, w) + b
    return m.op(3, [large, m.half(w), m.half(b)], z.shape, [(1, 4, 1), (2, 4, 1)]), z


def resize_read_twice(m, i, x):
    """Here it may not: the enlarged picture is needed as well."""
    y = resize(x, 2 * x.shape[1], 2 * x.shape[2])
    w, b = weights((3, 1, 1, 3), 7), weights((3,), 8)
    large = m.op(23, [i, m.constant(np.array(y.shape[1:3], np.int32))], y.shape, [(3, 1, 1)])
    z = np.einsum("nhwi,okli->nhwo", y, w) + b
    mixed = m.op(3, [large, m.half(w), m.half(b)], z.shape, [(1, 4, 1), (2, 4, 1)])
    return m.op(0, [large, mixed], y.shape), y + z


def hard_swish(m, i, x):
    return m.op(117, [i], x.shape), x * np.clip(x / 6 + 0.5, 0, 1)


def relu_and_add(m, i, x):
    r = m.op(19, [i], x.shape)
    return m.op(0, [i, r], x.shape), x + np.maximum(x, 0)


def prelu(m, i, x):
    slopes = weights((1, 1, 3), 1)
    return m.op(54, [i, m.half(slopes)], x.shape), np.where(x < 0, slopes * x, x)


def reshape(m, i, x):
    r = m.op(19, [i], x.shape)
    return m.op(22, [r], (1, x.shape[1] * x.shape[2], x.shape[3])), np.maximum(x, 0).reshape(
        1, -1, x.shape[3])


CASES = {
    "convolution_same": convolution(SAME, (2, 2), (3, 3)),
    "convolution_valid": convolution(VALID, (1, 2), (2, 3)),
    "convolutions_activated": convolutions_activated,
    "convolution_read_twice": convolution_read_twice,
    "depthwise": depthwise, "transpose_convolution": transpose_convolution, "max_pool": max_pool,
    "squeeze_and_excite": squeeze_and_excite, "pad": pad, "pad_channels": pad_channels,
    "resize": resize_bilinear, "resize_and_convolve": resize_and_convolve,
    "resize_read_twice": resize_read_twice, "hard_swish": hard_swish, "relu_and_add": relu_and_add,
    "prelu": prelu, "reshape": reshape,
}
for case_name, case_build in CASES.items():
    case(case_name, (1, 5, 6, 3), case_build)


def odd(name, build, shape=(1, 4, 4, 2), outputs=None):
    """A file that must be refused."""
    model = Model()
    first = model.tensor(shape)
    last = build(model, first)
    model.write("odd_" + name, [first], outputs or [last])


def odd_convolution(shape=(1, 4, 4, 2), options=(), size=(2, 1, 1, 2), bias=2):
    return lambda m, i: m.op(3, [i, m.half(weights(size, 1)), m.half(weights((bias,), 2))], shape,
                             [(1, 4, 1), (2, 4, 1), *options])


def short_constant(m, i):
    stored = m.tensor((2, 1, 1, 2), F32, b"1234")
    return m.op(3, [i, stored, m.half(weights((2,), 2))], (1, 4, 4, 2))


def early(m, i):
    later = m.tensor((1, 4, 4, 2))
    return m.op(0, [i, later], (1, 4, 4, 2))


odd("builtin", lambda m, i: m.op(125, [i], (1, 4, 4, 2)))
odd("custom", lambda m, i: m.op(32, [i], (1, 4, 4, 2), custom="Secret\nSauce"))
odd("fused", odd_convolution(options=[(3, 1, 1)]))
odd("dilated", odd_convolution(options=[(4, 4, 2)]))
odd("stride", lambda m, i: m.op(3, [i, m.half(weights((2, 1, 1, 2), 1)), m.half(weights((2,), 2))],
                                (1, 4, 4, 2)))
odd("shape", odd_convolution(shape=(1, 4, 5, 2)))
odd("channels", odd_convolution(size=(2, 1, 1, 3)))
odd("bias", odd_convolution(bias=3))
odd("short_constant", short_constant)
odd("early", early)
odd("no_shape", lambda m, i: m.op(19, [i], (1, 0, 4, 2)))
odd("huge_shape", lambda m, i: m.op(19, [i], (1 << 20, 1 << 20, 4, 2)))
odd("twice", lambda m, i: m.op(19, [i], (1, 4, 4, 2), out=i))
odd("count", lambda m, i: m.op(0, [i], (1, 4, 4, 2)))
odd("window", lambda m, i: m.op(17, [i], (1, 1, 1, 2), [(0, 1, VALID), (1, 4, 1), (2, 4, 1),
                                                        (3, 4, 9), (4, 4, 9)]))
odd("average", lambda m, i: m.op(1, [i], (1, 1, 1, 2), [(0, 1, VALID), (3, 4, 2), (4, 4, 2)]))
odd("reshape", lambda m, i: m.op(22, [i], (1, 31, 1)))
odd("align_corners", lambda m, i: m.op(23, [i, m.constant(np.array([8, 8], np.int32))],
                                       (1, 8, 8, 2), [(2, 1, 1)]))
odd("pad", lambda m, i: m.op(34, [i, m.constant(np.array([[0, 0]], np.int32))], (1, 4, 4, 2)))
odd("input_rank", lambda m, i: m.op(19, [i], (4, 4)), shape=(4, 4))
odd("output", lambda m, i: m.op(19, [i], (1, 4, 4, 2)), outputs=[0])
odd("prelu", lambda m, i: m.op(54, [i, m.half(weights((1, 1, 3), 1))], (1, 4, 4, 2)))
