"""The peer of the row `speed`: a step of CD-1 with PyTorch, written as one would write it there. One request a line."""
import json
import sys
import time

import torch
import torch.nn.functional as F

threads, count, groups, kernel, size, file = int(sys.argv[1]), *map(int, sys.argv[2:6]), sys.argv[6]
torch.set_num_threads(threads)
side = size - kernel + 1
blocks = side // 2
numbers = torch.from_file(file, size=count * size * size + groups * kernel * kernel)
visible = numbers[: count * size * size].view(count, 1, size, size).clone()
weight = numbers[count * size * size :].view(groups, 1, kernel, kernel).clone()
bias = torch.full((groups,), -0.1)
weight_moment, bias_moment = torch.zeros_like(weight), torch.zeros_like(bias)
variance = 0.04


def infer(v):
    """exp(I) and its sum with 1 of each block, [count, groups, blocks, 2, blocks, 2]."""
    inputs = F.conv2d(v, weight / variance, bias / variance).view(count, groups, blocks, 2, blocks, 2)
    largest = inputs.amax((3, 5), keepdim=True).clamp(min=0)
    parts = torch.exp(inputs - largest)
    return parts, parts.sum((3, 5), keepdim=True) + torch.exp(-largest)


def sample(parts, total):
    cells = parts.transpose(3, 4).reshape(count, groups, blocks, blocks, 4)
    upto = cells.cumsum(-1)
    drawn = torch.rand(count, groups, blocks, blocks, 1) * total.view(count, groups, blocks, blocks, 1)
    states = ((drawn < upto) & (drawn >= upto - cells)).float()
    return states.view(count, groups, blocks, blocks, 2, 2).transpose(3, 4).reshape(count, groups, side, side)


def statistics(v, units):
    return torch.nn.grad.conv2d_weight(v, weight.shape, units) / (count * side * side), units.mean((0, 2, 3))


def step():
    global weight, bias, weight_moment, bias_moment
    parts, total = infer(visible)
    awake = (parts / total).view(count, groups, side, side)
    dreamt = F.conv_transpose2d(sample(parts, total), weight)
    dream_parts, dream_total = infer(dreamt)
    w0, b0 = statistics(visible, awake)
    w1, b1 = statistics(dreamt, (dream_parts / dream_total).view(count, groups, side, side))
    weight_moment = 0.5 * weight_moment + (w1 - w0 + 0.01 * weight)
    bias_moment = 0.5 * bias_moment + (b1 - b0 + 5 * (b0 - 0.003))
    weight = weight - 0.01 * weight_moment
    bias = bias - 0.01 * bias_moment
    return ((dreamt - visible) ** 2).mean()


with torch.no_grad():
    for line in sys.stdin:
        runs = json.loads(line)["burst"]
        begin = time.perf_counter()
        for _ in range(runs):
            error = step()
        milliseconds = (time.perf_counter() - begin) * 1000 / runs
        print(json.dumps({"milliseconds": milliseconds, "error": error.item()}), flush=True)
