"""Losses of the first steps of `train-cnn` and `train-gpt`, in double precision: the numbers in networks.ts.

Run by hand when a network changes, with Debian's python3-torch (1.13): node prints the first weights, PyTorch trains.
    node --input-type=module -e "import {cnnProblem, gptProblem} from './bench/cpu/networks.ts'; \
      const plain = (p) => p.inputs.map(({data, shape}) => ({data: [...data], shape})); \
      console.log(JSON.stringify([plain(cnnProblem()), plain(gptProblem())]))" | /usr/bin/python3 bench/cpu/networks.py
"""
import json
import sys

import torch
from torch.nn import functional as F

STEPS = 4
HEADS = 4


def cnn(x, classes, c1, b1, c2, b2, w, b):
    x = F.relu(F.conv2d(F.pad(x, (1, 2, 1, 2)), c1, b1, stride=2))
    x = F.relu(F.conv2d(F.pad(x, (1, 2, 1, 2)), c2, b2, stride=2))
    return F.cross_entropy(x.flatten(1) @ w + b, classes)


def attention(x, w, b, out, out_b):
    batch, length, width = x.shape
    q, k, v = ((x @ w + b).reshape(batch, length, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4))
    scores = q @ k.transpose(-1, -2) / (width // HEADS) ** 0.5
    scores = scores.masked_fill(torch.ones(length, length).triu(1).bool(), -torch.inf)
    return (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width) @ out + out_b


def gpt(tokens, targets, embedding, positions, *weights):
    *blocks, scale, bias, head = weights
    x = embedding[tokens] + positions
    for start in range(0, len(blocks), 12):
        s1, b1, w, b, out, out_b, s2, b2, up, up_b, down, down_b = blocks[start : start + 12]
        x = x + attention(F.layer_norm(x, s1.shape, s1, b1), w, b, out, out_b)
        x = x + F.gelu(F.layer_norm(x, s2.shape, s2, b2) @ up + up_b) @ down + down_b
    return F.cross_entropy((F.layer_norm(x, scale.shape, scale, bias) @ head).flatten(0, 1), targets.flatten())


def losses(loss_of, inputs, whole, make_optimizer):
    tensors = [torch.tensor(each["data"], dtype=torch.float64).reshape(each["shape"]) for each in inputs]
    given = [each.long() if index in whole else each for index, each in enumerate(tensors[:2])]
    weights = [each.requires_grad_() for each in tensors[2:]]
    optimizer = make_optimizer(weights)
    found = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(*given, *weights)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


if __name__ == "__main__":
    cnn_inputs, gpt_inputs = json.load(sys.stdin)
    print("cnn", losses(cnn, cnn_inputs, (1,), lambda weights: torch.optim.SGD(weights, lr=0.05)))
    print("gpt", losses(gpt, gpt_inputs, (0, 1), lambda weights: torch.optim.AdamW(weights, lr=1e-3, weight_decay=1e-2)))
