"""Golden values of quantization from PyTorch and NumPy: run with Debian's python3-torch, writes quantization.json."""

import json
import os

import numpy as np
import torch

torch.manual_seed(5)
np.random.seed(5)


def floats(array):
    return [float(value) for value in np.asarray(array).reshape(-1)]


def integers(array):
    return [int(value) for value in np.asarray(array).reshape(-1)]


def per_tensor(dtype, scale, zero):
    # Halves included: they go to the even integer
    x = torch.cat([torch.randn(24) * 3, (torch.arange(-8, 8) + 0.5) * scale, torch.tensor([1e6, -1e6, 0.0, -0.0])])
    q = torch.quantize_per_tensor(x, scale, zero, dtype)
    return {"x": floats(x), "scale": scale, "zero": zero, "q": integers(q.int_repr()), "back": floats(q.dequantize())}


def per_channel(axis):
    x = torch.randn(3, 4, 2) * 2
    count = x.shape[axis]
    scale = torch.rand(count) * 0.1 + 0.01
    zero = torch.randint(-20, 20, (count,))
    q = torch.quantize_per_channel(x, scale.double(), zero, axis, torch.qint8)
    back = (q.int_repr().float() - zero.reshape([-1 if each == axis else 1 for each in range(3)])) * scale.reshape(
        [-1 if each == axis else 1 for each in range(3)]
    )
    return {
        "axis": axis,
        "x": floats(x),
        "scale": floats(scale),
        "zero": integers(zero),
        "q": integers(q.int_repr()),
        "back": floats(back),
    }


def fake():
    x = (torch.randn(40) * 2).requires_grad_()
    y = torch.fake_quantize_per_tensor_affine(x, 0.125, 3, -8, 7)
    weight = torch.randn(40)
    (y * weight).sum().backward()
    return {"x": floats(x.detach()), "y": floats(y.detach()), "weight": floats(weight), "gradient": floats(x.grad)}


def fake_channels():
    x = (torch.randn(3, 8) * 2).requires_grad_()
    scale, zero = torch.tensor([0.1, 0.25, 0.02]), torch.tensor([0, 2, -1], dtype=torch.int32)
    y = torch.fake_quantize_per_channel_affine(x, scale, zero, 0, -128, 127)
    y.sum().backward()
    return {
        "x": floats(x.detach()),
        "scale": floats(scale),
        "zero": integers(zero),
        "y": floats(y.detach()),
        "gradient": floats(x.grad),
    }


def products():
    a = np.random.randint(0, 256, (2, 5, 7)).astype(np.uint8)
    b = np.random.randint(-128, 128, (7, 3)).astype(np.int8)
    left, right = 131, np.array([3, -7, 0])
    made = (a.astype(np.int32) - left) @ (b.astype(np.int32) - right)
    x = torch.randint(0, 256, (2, 4, 6, 5), dtype=torch.int32)
    w = torch.randint(-128, 128, (6, 2, 3, 3), dtype=torch.int32)
    conv = torch.nn.functional.conv2d((x - 100).double(), (w + 4).double(), stride=2, padding=1, groups=2)
    return {
        "a": integers(a),
        "b": integers(b),
        "left": left,
        "right": integers(right),
        "matmul": integers(made),
        "x": integers(x),
        "w": integers(w),
        "conv": integers(conv),
        "convShape": list(conv.shape),
    }


def linear():
    """A quantized layer of PyTorch: u8 activations, i8 weights."""
    x, weight = torch.randn(6, 16), torch.randn(4, 16)
    qx = torch.quantize_per_tensor(x, 0.03, 120, torch.quint8)
    qw = torch.quantize_per_tensor(weight, 0.02, 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(qw, None)
    y = torch.ops.quantized.linear(qx, packed, 0.11, 128)
    return {
        "x": integers(qx.int_repr()),
        "weight": integers(qw.int_repr()),
        "y": integers(y.int_repr()),
    }


def dynamic():
    x = torch.randn(50) * 3 + 1
    low, high = min(0.0, float(x.min())), max(0.0, float(x.max()))
    scale = np.float32((np.float32(high) - np.float32(low)) / np.float32(255))
    zero = int(np.clip(np.rint((0 - np.float32(low)) / scale), 0, 255))
    q = np.clip(np.rint(x.numpy() / scale) + zero, 0, 255)
    return {"x": floats(x), "scale": float(scale), "zero": zero, "q": integers(q)}


golden = {
    "perTensor": [
        per_tensor(torch.quint8, 0.25, 10),
        per_tensor(torch.qint8, 0.0625, -3),
    ],
    "perChannel": [per_channel(axis) for axis in (0, 1, 2)],
    "fake": fake(),
    "fakeChannels": fake_channels(),
    "products": products(),
    "linear": linear(),
    "dynamic": dynamic(),
}
with open(os.path.join(os.path.dirname(__file__), "quantization.json"), "w") as file:
    json.dump(golden, file)
    file.write("\n")
