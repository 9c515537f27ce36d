"""Writes rearrange.json: what NumPy and PyTorch make of indexed writes and rearrangements, with gradients where PyTorch has them.

Run with Python 3, numpy and torch: python3 tests/golden/make_rearrange.py
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
cases = []


def array(value):
    value = value.detach().numpy() if torch.is_tensor(value) else np.asarray(value)
    return {"shape": list(value.shape), "data": [int(v) if v == int(v) else v for v in value.reshape(-1).tolist()], "integer": value.dtype.kind in "iu"}


def case(name, inputs, options, function, gradient=True):
    """One call of `name` in the engine; `function` is the reference, on tensors of few digits."""
    inputs = [torch.round(x * 64) / 64 if x.is_floating_point() else x for x in inputs]
    tensors = [x.clone().requires_grad_(gradient and x.is_floating_point()) for x in inputs]
    results = function(*tensors)
    results = list(results) if isinstance(results, (list, tuple)) else [results]
    entry = {"name": name, "inputs": [array(x) for x in inputs], "options": options, "results": [array(r) for r in results]}
    if gradient:
        weights = [torch.round(torch.rand(r.shape) * 16 - 8) / 4 for r in results]
        sum((r * w).sum() for r, w in zip(results, weights)).backward()
        entry["weights"] = [array(w) for w in weights]
        zero = lambda x: torch.zeros_like(x) if x.grad is None else x.grad
        entry["gradients"] = [array(zero(x)) if x.is_floating_point() else None for x in tensors]
    cases.append(entry)


x = torch.randn(4, 3)
places = torch.tensor([2, 0, 3, 0, 2])
by = torch.randn(5, 3)
zeros = by.clone()
zeros[0, 0] = zeros[1, 1] = zeros[3, 1] = zeros[4, 2] = 0
case("scatterSet", [x, places[:3], by[:3]], {}, lambda x, i, u: x.index_copy(0, i, u))
case("scatterAdd", [x, places, by], {}, lambda x, i, u: x.index_add(0, i, u))
# index_reduce's gradients for products divide by zero: scatter_reduce has them right
reduce = lambda how: lambda x, i, u: x.scatter_reduce(0, i[:, None].expand(5, 3), u, how)
case("scatterMultiply", [x, places, by], {}, reduce("prod"))
case("scatterMultiply", [x, places, zeros], {}, reduce("prod"))
case("scatterMax", [x, places, by], {}, reduce("amax"))
case("scatterMin", [x, places, by], {}, reduce("amin"))
ties = torch.round(by)
case("scatterMax", [torch.round(x), places, ties], {}, reduce("amax"))
case("scatterMin", [torch.round(x), places, ties], {}, reduce("amin"))

rows = torch.tensor([[0, 2], [1, 0], [2, 2], [1, 1]])
values = torch.randn(4, 2)
distinct = torch.tensor([[0, 2], [1, 0], [2, 1], [1, 0]])
case("putAlongAxis", [x, distinct, values], {"axis": 1}, lambda x, i, u: x.scatter(1, i, u))
case("putAlongAxis", [x, rows, values], {"axis": 1, "combine": "add"}, lambda x, i, u: x.scatter_add(1, i, u))
for mine, theirs in [("multiply", "prod"), ("max", "amax"), ("min", "amin")]:
    case("putAlongAxis", [x, rows, values], {"axis": 1, "combine": mine}, lambda x, i, u: x.scatter_reduce(1, i, u, theirs))

cube = torch.randn(2, 3, 4)
pairs = torch.tensor([[0, 2], [1, 0], [0, 0], [1, 1]])
case("gatherNd", [cube, pairs], {}, lambda x, i: x[i[:, 0], i[:, 1]])
case("scatterNd", [cube, pairs, torch.randn(4, 4)], {}, lambda x, i, u: x.index_put((i[:, 0], i[:, 1]), u))
again = torch.tensor([[0, 2], [1, 0], [0, 2], [1, -2]])
case("scatterNd", [cube, again, torch.randn(4, 4)], {"combine": "add"}, lambda x, i, u: x.index_put((i[:, 0], i[:, 1]), u, accumulate=True))
a, b = torch.tensor([[1], [0]]), torch.tensor([2, -4, 1])
case("advancedIndex", [cube, a, b], {"axes": [0, 2]}, lambda x, i, j: x[i, :, j])
case("advancedIndex", [cube, a + 1, b], {"axes": [1, 2]}, lambda x, i, j: x[:, i, j])
case("indexPut", [cube, torch.randn(2, 3), a, b], {"axes": [1, 2]}, lambda x, u, i, j: x.index_put((torch.arange(2)[:, None, None], i, j), u.expand(2, 2, 3)))

image = torch.randn(1, 4, 4, 6)
case("pixelShuffle", [image], {"by": 2}, lambda x: F.pixel_shuffle(x, 2))
case("pixelUnshuffle", [image], {"by": 2}, lambda x: F.pixel_unshuffle(x, 2))
case("channelShuffle", [image], {"by": 2}, lambda x: torch.channel_shuffle(x, 2), gradient=False)
for options in [{}, {"stride": 2, "padding": 1}, {"dilation": [2, 1], "padding": [1, 0]}, {"stride": [3, 2]}]:
    torches = {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()}
    kernel = [2, 3]
    case("unfold", [image], {"kernel": kernel, **options}, lambda x: F.unfold(x, kernel, **torches))
    columns = F.unfold(image, kernel, **torches)
    case("fold", [torch.randn(columns.shape)], {"sizes": [4, 6], "kernel": kernel, **options}, lambda x: F.fold(x, (4, 6), kernel, **torches))
for axis, size, step in [(3, 2, 1), (2, 3, 1), (3, 3, 2)]:
    case("slidingWindows", [image], {"size": size, "axis": axis, "step": step}, lambda x: x.unfold(axis, size, step))
for mode in ["reflect", "replicate", "circular"]:
    case("pad", [image], {"mode": mode, "widths": [0, 0, [1, 2], [3, 0]]}, lambda x: F.pad(x, (3, 0, 1, 2), mode))

ramp = np.arange(1.0, 5.0)
for mine, theirs in [("reflect", "reflect"), ("symmetric", "symmetric"), ("replicate", "edge"), ("circular", "wrap")]:
    case("pad", [torch.tensor(ramp)], {"mode": mine, "widths": [[9, 7]]}, lambda x: np.pad(ramp, (9, 7), theirs), gradient=False)

square = torch.randn(2, 4, 5)
for offset in [0, 2, -3]:
    case("diagonal", [square], {"offset": offset}, lambda x: torch.diagonal(x, offset, -2, -1))
    case("diagEmbed", [x], {"offset": offset}, lambda x: torch.diag_embed(x, offset))
    for name in ["tril", "triu"]:
        case(name, [square], {"offset": offset}, lambda x: getattr(torch, name)(x, offset))
        indices = getattr(torch, name + "_indices")
        case(name + "Indices", [], {"rows": 4, "columns": 5, "offset": offset}, lambda: indices(4, 5, offset), gradient=False)
case("trace", [square[0]], {}, torch.trace)
case("blockDiag", [x, torch.randn(2), torch.tensor(3.0)], {}, torch.block_diag)
case("vander", [torch.randn(3)], {"columns": 4}, lambda x: torch.vander(x, 4), gradient=False)
for times in [1, 2, 3, -1]:
    case("rot90", [square], {"times": times, "axes": [0, 2]}, lambda x: torch.rot90(x, times, (0, 2)))
case("roll", [square], {"shift": [1, -2], "axis": [0, 2]}, lambda x: torch.roll(x, (1, -2), (0, 2)))
for indexing in ["xy", "ij"]:
    case("meshgrid", [torch.randn(2), torch.randn(3), torch.randn(2)], {"indexing": indexing}, lambda *v: torch.meshgrid(*v, indexing=indexing))
case("cartesianProd", [torch.randn(2), torch.randn(3)], {}, torch.cartesian_prod)
case("tensorSplit", [square], {"parts": 3, "axis": 2}, lambda x: torch.tensor_split(x, 3, 2))
case("tensorSplit", [square], {"parts": [1, 3], "axis": -1}, lambda x: torch.tensor_split(x, (1, 3), -1))
case("chunk", [square], {"parts": 3, "axis": 1}, lambda x: torch.chunk(x, 3, 1))

with open(os.path.join(os.path.dirname(__file__), "rearrange.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
print(len(cases), "cases")
