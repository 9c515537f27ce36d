"""PyTorch, and NumPy for products, as contestants of bench/native.ts: one request a line, one answer a line.

{"prepare": "conv", "options": {...}, "file": path, "shapes": [...], "library": "torch"}  -> {"ready": handle}
{"burst": handle, "count": n}   -> {"milliseconds": of one run}
{"read": handle, "file": path}  -> {"numbers": count}, written to the file as f32
"""
import json
import sys
import time

import numpy
import torch
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[1]))


def conv_options(o):
    return {"stride": int(o.get("stride", 1)), "padding": int(o.get("padding", 0)), "groups": int(o.get("groups", 1))}


def conv_gradient(x, w, upstream, o, by_input):
    arguments = (upstream, x, w, None, [o["stride"]] * 2, [o["padding"]] * 2, [1, 1], False, [0, 0], o["groups"])
    dx, dw, _ = torch.ops.aten.convolution_backward(*arguments, [by_input, not by_input, False])
    return dx if by_input else dw


def adamw(given, _):
    parameter = given[0].clone().requires_grad_()
    parameter.grad = given[1]
    optimizer = torch.optim.AdamW([parameter], lr=1e-3, weight_decay=1e-2)

    def run():
        optimizer.step()
        return parameter.detach()[:4]

    return run


def attention(given, _):
    q, k, v = [each.clone().requires_grad_() for each in given[:3]]
    mask = torch.ones(q.shape[-2], q.shape[-2]).triu(1).bool()

    def run():
        for each in (q, k, v):
            each.grad = None
        scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(mask, -torch.inf)
        (scores.softmax(-1) @ v).backward(given[3])
        return q.grad

    return run


def mlp(x, weights, _):
    for start in range(0, len(weights), 2):
        x = F.linear(x, weights[start], weights[start + 1])
        if start + 2 < len(weights):
            x = F.relu(x)
    return x


def resnet(x, weights, _):
    left = list(weights)

    def convolve(state, stride=1):
        weight, scale, bias = left.pop(0), left.pop(0), left.pop(0)
        state = F.conv2d(state, weight, stride=stride, padding=(weight.shape[2] - 1) // 2)
        return F.batch_norm(state, None, None, scale, bias, training=True)

    x = F.relu(convolve(x))
    width = 16
    for to in (16, 16, 16, 32, 32, 32, 64, 64, 64):
        stride = 1 if to == width else 2
        inner = convolve(F.relu(convolve(x, stride)))
        x = F.relu(inner + (x if to == width else convolve(x, stride)))
        width = to
    return F.linear(x.mean((2, 3)), left[0], left[1])


def gpt(tokens, weights, o):
    embedding, positions, *blocks = weights
    *blocks, scale, bias, head = blocks
    heads = int(o["heads"])
    x = embedding[tokens] + positions
    batch, length, width = x.shape
    mask = torch.ones(length, length).triu(1).bool()
    for start in range(0, len(blocks), 12):
        s1, b1, w, b, out, out_b, s2, b2, up, up_b, down, down_b = blocks[start : start + 12]
        parts = F.linear(F.layer_norm(x, s1.shape, s1, b1), w, b)
        q, k, v = parts.reshape(batch, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-1, -2) / (width // heads) ** 0.5).masked_fill(mask, -torch.inf)
        attended = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        x = x + F.linear(attended, out, out_b)
        x = x + F.linear(F.gelu(F.linear(F.layer_norm(x, s2.shape, s2, b2), up, up_b)), down, down_b)
    return F.linear(F.layer_norm(x, scale.shape, scale, bias), head).flatten(0, 1)


def training(network, make_optimizer, is_whole=False):
    def prepare(given, o):
        x, target = (given[0].long() if is_whole else given[0]), given[1].long().flatten()
        weights = [each.clone().requires_grad_() for each in given[2:]]
        optimizer = make_optimizer(weights)

        def run():
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(network(x, weights, o), target)
            loss.backward()
            optimizer.step()
            return torch.tensor([loss.item()])

        return run

    return prepare


def by_adamw(weights):
    return torch.optim.AdamW(weights, lr=1e-3, weight_decay=1e-2)


def by_sgd(weights):
    return torch.optim.SGD(weights, lr=0.05, momentum=0.9, weight_decay=1e-4)


TORCH = {
    "matmul": lambda g, _: lambda: g[0] @ g[1],
    "matmulNT": lambda g, _: lambda: g[0] @ g[1].T,
    "matmulTN": lambda g, _: lambda: g[0].T @ g[1],
    "conv": lambda g, o: lambda: F.conv2d(g[0], g[1], **conv_options(o)),
    "convDx": lambda g, o: lambda: conv_gradient(*g, conv_options(o), True),
    "convDw": lambda g, o: lambda: conv_gradient(*g, conv_options(o), False),
    "softmax": lambda g, _: lambda: torch.softmax(g[0], -1),
    "gelu": lambda g, _: lambda: F.gelu(g[0]),
    "layerNorm": lambda g, _: lambda: F.layer_norm(g[0], g[1].shape, g[1], g[2]),
    "adamw": adamw,
    "attention": attention,
    "trainMlp": training(mlp, by_adamw),
    "trainResnet": training(resnet, by_sgd),
    "trainGpt": training(gpt, by_adamw, is_whole=True),
}
NUMPY = {
    "matmul": lambda g, _: lambda: g[0] @ g[1],
    "matmulNT": lambda g, _: lambda: g[0] @ g[1].T,
    "matmulTN": lambda g, _: lambda: g[0].T @ g[1],
}

prepared = []
for line in sys.stdin:
    request = json.loads(line)
    if "prepare" in request:
        flat = numpy.fromfile(request["file"], dtype=numpy.float32)
        inputs, start = [], 0
        for shape in request["shapes"]:
            count = int(numpy.prod(shape))
            inputs.append(flat[start : start + count].reshape(shape).copy())
            start += count
        table = TORCH if request["library"] == "torch" else NUMPY
        if request["library"] == "torch":
            inputs = [torch.from_numpy(each) for each in inputs]
        make = table.get(request["prepare"])
        if make is None:
            answer = {"ready": None}
        else:
            prepared.append([make(inputs, request["options"]), None])
            answer = {"ready": len(prepared) - 1}
    elif "burst" in request:
        entry = prepared[request["burst"]]
        begin = time.perf_counter()
        for _ in range(request["count"]):
            entry[1] = entry[0]()
        answer = {"milliseconds": (time.perf_counter() - begin) * 1000 / request["count"]}
    else:
        result = prepared[request["read"]][1]
        flat = numpy.ascontiguousarray(numpy.asarray(result), dtype=numpy.float32)
        flat.tofile(request["file"])
        answer = {"numbers": int(flat.size)}
    print(json.dumps(answer), flush=True)
