"""Golden numbers of losses from PyTorch: what losses.test.ts compares with.

Run by hand when a case is added, with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_losses.py
Writes losses.json beside this file: for each case inputs, options, loss and the gradient of each floating-point input.
"""
import json
from pathlib import Path

import torch
from torch.nn import functional as F

torch.manual_seed(11)
REDUCTIONS = ("mean", "none")


def random(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist(), "whole": not tensor.is_floating_point()}


def case(function, inputs, fixed=(), **options):
    """`inputs` are differentiated, `fixed` are not."""
    leaves = [each.clone().requires_grad_() for each in inputs]
    tensors = {key: value for key, value in options.items() if isinstance(value, torch.Tensor)}
    loss = function(*leaves, *fixed, **options)
    loss.sum().backward()
    return {
        "inputs": [numbers(each) for each in inputs],
        "fixed": [numbers(each) for each in fixed],
        "options": {key: numbers(value) if key in tensors else value for key, value in options.items()},
        "loss": numbers(loss),
        "gradients": [numbers(each.grad) for each in leaves],
    }


def each_reduction(function, inputs, fixed=(), options=({},), reductions=REDUCTIONS):
    return [case(function, inputs, fixed, reduction=reduction, **each) for each in options for reduction in reductions]


def ctc(logits, target, input_lengths, target_lengths, blank=0, **options):
    """Rows first, and from logits: PyTorch's gradient is that of the softmax as well."""
    log_probabilities = logits.log_softmax(-1).transpose(0, 1)
    return F.ctc_loss(log_probabilities, target, input_lengths, target_lengths, blank=blank, **options)


def ctc_cases():
    target = torch.tensor([[1, 2, 2], [3, 1, 0], [2, 2, 2]])
    lengths, counts = torch.tensor([7, 5, 6]), torch.tensor([3, 2, 3])
    blank_last = torch.tensor([[1, 2, 2], [0, 1, 1], [2, 2, 2]])
    # The second row's labels do not fit into its steps
    tight = torch.tensor([7, 1, 6])
    cases = each_reduction(ctc, [random(3, 7, 4)], [target, lengths, counts])
    cases += each_reduction(ctc, [random(3, 7, 4)], [blank_last, lengths, counts], [{"blank": 3}], ["mean"])
    cases += each_reduction(ctc, [random(3, 7, 4)], [target, tight, counts], [{"zero_infinity": True}])
    return cases


x, y = random(4, 3), random(4, 3)
sides = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
classes = torch.tensor([2, 0, 1, 1])
weight = torch.tensor([0.5, 2.0, 1.0], dtype=torch.float64)
p, q = random(4, 3).softmax(-1), random(4, 3).log_softmax(-1)
p[0] = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
losses = {
    "huberLoss": each_reduction(F.huber_loss, [x, y], (), [{}, {"delta": 0.3}]),
    "smoothL1Loss": each_reduction(F.smooth_l1_loss, [x, y], (), [{}, {"beta": 0.3}, {"beta": 0.0}]),
    "multiMarginLoss": each_reduction(F.multi_margin_loss, [x], [classes], [{}, {"p": 2, "margin": 0.7}, {"weight": weight}]),
    "tripletMarginLoss": each_reduction(F.triplet_margin_loss, [x, y, random(4, 3)], (), [{}, {"p": 3.0, "margin": 3.0}, {"swap": True, "margin": 2.0}]),
    "cosineEmbeddingLoss": each_reduction(F.cosine_embedding_loss, [x, y], [sides], [{}, {"margin": -0.5}]),
    "klDiv": each_reduction(F.kl_div, [q], [p], [{}], [*REDUCTIONS, "sum", "batchmean"]) + each_reduction(F.kl_div, [q, x.log_softmax(-1)], (), [{"log_target": True}]),
    "ctcLoss": ctc_cases(),
}
Path(__file__).with_name("losses.json").write_text(json.dumps(losses, separators=(",", ":")) + "\n")
