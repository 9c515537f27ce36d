"""Golden numbers of normalizing layers from PyTorch: what normalization.test.ts compares with.

Run by hand when a case is added, with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_normalization.py
Writes normalization.json beside this file: parameters, three batches, and for each of them result, gradients and state.
"""
import json
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(5)
CASES = {
    "BatchNorm1d rows": (nn.BatchNorm1d(3), [4, 3]),
    "BatchNorm1d series": (nn.BatchNorm1d(3, momentum=0.3, eps=1e-3), [4, 3, 5]),
    "BatchNorm2d": (nn.BatchNorm2d(2), [3, 2, 4, 3]),
    "BatchNorm3d": (nn.BatchNorm3d(2, affine=False), [2, 2, 2, 3, 2]),
    "BatchNorm2d untracked": (nn.BatchNorm2d(2, track_running_stats=False), [3, 2, 4, 3]),
    "LayerNorm": (nn.LayerNorm(6), [4, 3, 6]),
    "LayerNorm of two axes": (nn.LayerNorm([3, 5], eps=1e-3), [4, 3, 5]),
    "GroupNorm": (nn.GroupNorm(2, 6), [3, 6, 4]),
    "InstanceNorm": (nn.InstanceNorm2d(3), [2, 3, 4, 4]),
    "InstanceNorm affine": (nn.InstanceNorm1d(3, affine=True), [2, 3, 5]),
}


def numbers(tensor):
    return None if tensor is None else tensor.detach().flatten().tolist()


def make_case(layer, shape):
    layer = layer.double()
    for parameter in layer.parameters():
        nn.init.normal_(parameter)
    named = dict(layer.named_parameters())
    case = {"shape": shape, "weight": numbers(named.get("weight")), "bias": numbers(named.get("bias")), "batches": []}
    for training in [True, True, False]:
        layer.train(training)
        x = (torch.randn(shape, dtype=torch.float64) * 2 + 1).requires_grad_()
        upstream = torch.randn(shape, dtype=torch.float64)
        layer.zero_grad()
        y = layer(x)
        (y * upstream).sum().backward()
        case["batches"].append({
            "training": training,
            "x": numbers(x),
            "upstream": numbers(upstream),
            "y": numbers(y),
            "dx": numbers(x.grad),
            "dweight": numbers(named["weight"].grad) if "weight" in named else None,
            "dbias": numbers(named["bias"].grad) if "bias" in named else None,
            "mean": numbers(getattr(layer, "running_mean", None)),
            "variance": numbers(getattr(layer, "running_var", None)),
        })
    return case


def make_pools():
    for shape, sizes in [([1, 2, 5], [2]), ([2, 3, 7, 4], [3, 2]), ([1, 2, 6, 6], [1, 1]), ([1, 1, 3], [5]), ([1, 1, 4, 3, 5], [2, 2, 2])]:
        x = torch.randn(shape, dtype=torch.float64)
        y = [F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d][len(sizes) - 1](x, sizes)
        yield {"shape": shape, "sizes": sizes, "x": numbers(x), "y": numbers(y)}


golden = {"layers": {name: make_case(*case) for name, case in CASES.items()}, "pools": list(make_pools())}
Path(__file__).with_name("normalization.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
