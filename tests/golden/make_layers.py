"""Golden numbers of layers from PyTorch: what layers.test.ts compares with.

Run by hand when a case is added, with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_layers.py
Writes layers.safetensors beside this file: for each case state, inputs, outputs, the factors that make one number of the
outputs, and the gradients of inputs and parameters. Numbers that go in have few digits, so that they compress.
"""
from pathlib import Path

import torch
from torch import nn

from make_golden import save_safetensors

torch.manual_seed(17)
torch.set_default_dtype(torch.float64)
arrays = {}


def random(*shape, scale=1.0):
    return (torch.randn(*shape) * scale * 64).round() / 64


def flat(value):
    return [value] if isinstance(value, torch.Tensor) else [leaf for each in value for leaf in flat(each)]


def case(name, module, inputs, run=None, fixed=(), rename=lambda key: key):
    for parameter in module.parameters():
        parameter.data = random(*parameter.shape, scale=0.5)
    leaves = [each.clone().requires_grad_() for each in inputs]
    state = {key: value.clone() for key, value in module.state_dict().items()}
    outputs = flat((run or (lambda m, *given: m(*given)))(module, *leaves, *fixed))
    factors = [random(*each.shape) for each in outputs]
    sum((output * factor).sum() for output, factor in zip(outputs, factors)).backward()
    for key, value in state.items():
        arrays[f"{name}/state/{rename(key)}"] = value
    for key, parameter in module.named_parameters():
        arrays[f"{name}/slope/{rename(key)}"] = parameter.grad
    for kind, tensors in {"input": inputs, "output": outputs, "factor": factors, "gradient": [each.grad for each in leaves]}.items():
        for index, tensor in enumerate(tensors):
            arrays[f"{name}/{kind}/{index}"] = tensor


# Convolutions and pooling
case("Conv1d", nn.Conv1d(2, 3, 3, padding=1), [random(2, 2, 7)])
case("Conv1d dilated", nn.Conv1d(4, 6, 3, stride=2, dilation=2, groups=2, bias=False), [random(2, 4, 9)])
case("Conv2d", nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 0), groups=2), [random(2, 2, 5, 4)])
case("Conv3d", nn.Conv3d(1, 2, 2), [random(1, 1, 3, 3, 4)])
case("ConvTranspose1d", nn.ConvTranspose1d(3, 2, 4, stride=2, padding=1), [random(2, 3, 4)])
case("ConvTranspose2d", nn.ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1, groups=2), [random(1, 2, 3, 3)])
case("ConvTranspose3d", nn.ConvTranspose3d(2, 1, 2, stride=(1, 2, 1), dilation=(1, 1, 2)), [random(1, 2, 2, 2, 2)])
case("ConvTranspose1d dilated", nn.ConvTranspose1d(2, 3, 4, stride=4, dilation=6, padding=3), [random(1, 2, 4)])
case("ConvTranspose2d dilated", nn.ConvTranspose2d(1, 2, 3, stride=(2, 3), dilation=(2, 3)), [random(1, 1, 3, 2)])
case("MaxPool1d", nn.MaxPool1d(2), [random(2, 2, 5)])
case("MaxPool2d", nn.MaxPool2d(3, stride=2, padding=1), [random(1, 2, 5, 6)])
case("MaxPool3d", nn.MaxPool3d((1, 2, 2)), [random(1, 1, 2, 4, 4)])
case("AvgPool1d", nn.AvgPool1d(3, stride=1, padding=1), [random(2, 2, 5)])
case("AvgPool2d", nn.AvgPool2d(2), [random(1, 2, 4, 5)])
case("AvgPool3d", nn.AvgPool3d(2), [random(1, 1, 2, 4, 4)])
case("AdaptiveAvgPool1d", nn.AdaptiveAvgPool1d(3), [random(2, 2, 7)])
case("AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((1, 2)), [random(1, 2, 4, 5)])
case("AdaptiveAvgPool3d", nn.AdaptiveAvgPool3d(1), [random(1, 2, 2, 3, 2)])
case("GlobalAvgPool", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), [random(2, 2, 3, 3)])
case("GlobalMaxPool", nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), [random(2, 2, 3, 3)])
case("Bilinear", nn.Bilinear(3, 2, 4), [random(5, 3), random(5, 2)])

# Normalized weights, under our names
WEIGHTS = {"weight_g": "magnitude", "weight_v": "layer.weight", "weight_orig": "layer.weight", "weight_u": "left", "weight_v_": "right", "bias": "layer.bias"}


def named(key, spectral):
    return WEIGHTS["weight_v_" if spectral and key == "weight_v" else key]


case("WeightNorm", nn.utils.weight_norm(nn.Conv1d(2, 3, 3)), [random(2, 2, 5)], rename=lambda key: named(key, False))
spectral = nn.utils.spectral_norm(nn.Linear(4, 3), n_power_iterations=2)
case("SpectralNorm", spectral, [random(2, 4)], lambda m, x: [m(x), m.weight_u.clone(), m.weight_v.clone()], rename=lambda key: named(key, True))
transposed = nn.utils.spectral_norm(nn.ConvTranspose1d(3, 2, 3), dim=1).eval()
case("SpectralNorm transposed", transposed, [random(2, 3, 4)], rename=lambda key: named(key, True))

# Activations, on numbers that lie on no corner
points = torch.tensor([-100.0, -20.0, -4.0, -2.5, -0.75, -0.25, 0.125, 0.3125, 0.875, 2.25, 5.0, 7.0, 30.0, 100.0])
for kind in ["Hardtanh", "ReLU6", "Hardsigmoid", "Hardswish", "Hardshrink", "Softshrink", "SELU", "CELU", "Mish", "Softsign", "Tanhshrink", "LogSigmoid"]:
    case(kind, getattr(nn, kind)(), [points])
case("Hardtanh wide", nn.Hardtanh(-3, 2), [points])
case("Threshold", nn.Threshold(0.2, -7), [points])
case("CELU steep", nn.CELU(0.3), [points])
case("Softshrink wide", nn.Softshrink(3), [points])
case("PReLU", nn.PReLU(), [points])
case("PReLU channels", nn.PReLU(3), [random(2, 3, 2)])
case("GLU", nn.GLU(1), [random(2, 4, 3)])
case("Softmax", nn.Softmax(1), [random(2, 3, 4)])
case("LogSoftmax", nn.LogSoftmax(-1), [random(3, 4)])

# Recurrent layers: ours have the batch first; packing gives lengths their meaning
LENGTHS = torch.tensor([5, 2, 4])


def packed(module, x, *state):
    sequence = nn.utils.rnn.pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
    output, last = module(sequence, *([] if not state else [state[0] if len(state) == 1 else state]))
    return [nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])[0], last]


def stated(module, x, *state):
    return module(x, state[0] if len(state) == 1 else state)


for kind, states in [("RNN", 1), ("GRU", 1), ("LSTM", 2)]:
    make = getattr(nn, kind)
    case(kind, make(2, 3, batch_first=True), [random(2, 4, 2)])
    deep = lambda **options: make(2, 3, num_layers=2, bidirectional=True, batch_first=True, **options)
    case(f"{kind} deep", deep(), [random(3, 5, 2), *[random(4, 3, 3) for _ in range(states)]], stated)
    case(f"{kind} lengths", deep(bias=False), [random(3, 5, 2), *[random(4, 3, 3) for _ in range(states)]], packed)
case("RNN relu", nn.RNN(2, 3, nonlinearity="relu", batch_first=True), [random(2, 4, 2)])

# Attention
CAUSAL = torch.ones(4, 4).triu(1).bool()
PADDING = torch.tensor([[False, False, False, True], [False, True, True, True]])
FLOATS = random(4, 5)


def attention(**options):
    return nn.MultiheadAttention(6, 2, batch_first=True, **options)


case("MultiHeadAttention", attention(), [random(2, 4, 6)], lambda m, x: m(x, x, x)[0])
case("MultiHeadAttention causal", attention(bias=False), [random(2, 4, 6)], lambda m, x: m(x, x, x, attn_mask=CAUSAL)[0])
case("MultiHeadAttention padded", attention(), [random(2, 4, 6)], lambda m, x: m(x, x, x, attn_mask=CAUSAL, key_padding_mask=PADDING)[0])
case("MultiHeadAttention cross", attention(), [random(2, 4, 6), random(2, 5, 6), random(2, 5, 6)], lambda m, q, k, v: m(q, k, v, attn_mask=FLOATS)[0], ())
case("MultiHeadAttention memory", attention(), [random(2, 3, 6), random(2, 4, 6)], lambda m, q, k: m(q, k, k, key_padding_mask=PADDING)[0])
arrays["floats"] = FLOATS
for first in (False, True):
    options = {"dim_feedforward": 5, "dropout": 0.0, "batch_first": True, "norm_first": first, "activation": "gelu" if first else "relu"}
    order = "norm first" if first else "norm last"
    case(f"TransformerEncoderLayer {order}", nn.TransformerEncoderLayer(6, 2, **options), [random(2, 4, 6)], lambda m, x: m(x, src_mask=CAUSAL, src_key_padding_mask=PADDING))
    case(f"TransformerDecoderLayer {order}", nn.TransformerDecoderLayer(6, 3, **options), [random(2, 4, 6), random(2, 4, 6)], lambda m, x, memory: m(x, memory, tgt_mask=CAUSAL, memory_key_padding_mask=PADDING))

# Resizing
case("Upsample", nn.Upsample(scale_factor=2), [random(1, 2, 3)])
case("Upsample linear", nn.Upsample(scale_factor=(2, 1.5), mode="bilinear"), [random(2, 1, 3, 4)])
case("Upsample cubic", nn.Upsample(size=(5, 7), mode="bicubic", align_corners=True), [random(1, 2, 3, 4)])
case("Upsample volume", nn.Upsample(size=(3, 2, 5)), [random(1, 1, 2, 2, 3)])

save_safetensors(Path(__file__).with_name("layers.safetensors"), arrays)
