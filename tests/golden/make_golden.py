"""Golden numbers from PyTorch: what tests/golden/*.test.ts compare with.

Run by hand when a case is added, with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_golden.py
Writes training.safetensors (small networks: weights, batches, gradients at each of 50 steps, loss curves),
networks.safetensors (the same for a convolutional network and a transformer) and functions.json (single functions at
hard points) beside this file. The tests need neither Python nor PyTorch.
"""
import json
import math
import struct
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

STEPS = 50
BATCHES = 5
ROWS = 16
FOLDER = Path(__file__).parent


def save_safetensors(path, tensors):
    """The format's reference layout, written by hand so that Debian's packages suffice."""
    names = {torch.float64: "F64", torch.float32: "F32", torch.int32: "I32"}
    header, blobs, end = {}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [end, end + len(blob)]}
        blobs.append(blob)
        end += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


# Networks: name -> (layers, loss, batches of x and y)


def make_classify():
    x = torch.randn(BATCHES, ROWS, 3, dtype=torch.float64)
    return nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 3)), F.cross_entropy, x, torch.randint(0, 3, (BATCHES, ROWS))


def make_tanh():
    x = torch.randn(BATCHES, ROWS, 3, dtype=torch.float64)
    y = (torch.rand(BATCHES, ROWS, 1) < 0.4).double()
    return nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 1)), F.binary_cross_entropy_with_logits, x, y


def make_regress():
    x = torch.randn(BATCHES, ROWS, 3, dtype=torch.float64)
    y = torch.stack([x[..., 0] * x[..., 1], x[..., 2].sin()], -1)
    return nn.Sequential(nn.Linear(3, 6), nn.GELU(), nn.Linear(6, 2)), F.mse_loss, x, y


NETWORKS = {"classify": make_classify, "tanh": make_tanh, "regress": make_regress}

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "dampened": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, dampening=0.3),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.02),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.02),
}


def train(model, loss_of, x, y, optimizer, record=None, clip=None):
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model(x[step % BATCHES]), y[step % BATCHES])
        loss.backward()
        if record is not None:
            record(loss, model)
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        losses.append(loss.detach().double())
        optimizer.step()
    return torch.stack(losses)


def training():
    torch.manual_seed(20261122)
    result = {}
    for name, make in NETWORKS.items():
        model, loss_of, x, y = make()
        model = model.double()
        start = {key: value.clone() for key, value in model.state_dict().items()}
        result[f"{name}.x"] = x
        result[f"{name}.y"] = y.int() if y.dtype == torch.int64 else y
        for dtype, label in ((torch.float64, "f64"), (torch.float32, "f32")):
            model = model.to(dtype)
            model.load_state_dict(start)
            states, gradients, losses = [], [], []

            def record(loss, network):
                states.append({key: value.detach().clone() for key, value in network.named_parameters()})
                gradients.append({key: value.grad.detach().clone() for key, value in network.named_parameters()})
                losses.append(loss.detach().clone())

            targets = y if y.dtype == torch.int64 else y.to(dtype)
            train(model, loss_of, x.to(dtype), targets, OPTIMIZERS["sgd"](model.parameters()), record)
            for key in start:
                result[f"{name}.{label}.state.{key}"] = torch.stack([state[key] for state in states])
                result[f"{name}.{label}.gradient.{key}"] = torch.stack([gradient[key] for gradient in gradients])
            result[f"{name}.{label}.loss"] = torch.stack(losses)
        model = model.double()
        for kind, make_optimizer in OPTIMIZERS.items():
            model.load_state_dict(start)
            result[f"{name}.curve.{kind}"] = train(model, loss_of, x, y, make_optimizer(model.parameters()))
            for key, value in model.state_dict().items():
                result[f"{name}.end.{kind}.{key}"] = value.clone()
        model.load_state_dict(start)
        result[f"{name}.curve.clipped"] = train(model, loss_of, x, y, OPTIMIZERS["sgd"](model.parameters()), clip=0.1)
    save_safetensors(FOLDER / "training.safetensors", result)


# A convolutional network and a transformer. Their states are single-precision numbers, so that one gradient in double
# precision is what both precisions are compared with: (inputs, targets, first weights, loss of weights, inputs, targets)


def random(*shape, scale=1.0):
    return (torch.rand(*shape, dtype=torch.float64) * 2 - 1).mul(scale).float().double()


def make_cnn():
    x, y = random(BATCHES, 6, 2, 8, 8), torch.randint(0, 3, (BATCHES, 6))
    weights = {
        "conv1.weight": random(3, 2, 3, 3, scale=0.4),
        "norm.weight": 1 + random(3, scale=0.3),
        "norm.bias": random(3, scale=0.3),
        "conv2.weight": random(4, 3, 3, 3, scale=0.4),
        "conv2.bias": random(4, scale=0.3),
        "linear.weight": random(3, 16, scale=0.4),
        "linear.bias": random(3, scale=0.3),
    }

    def loss(p, x, y):
        h = F.conv2d(x, p["conv1.weight"], padding=1)
        h = F.relu(F.batch_norm(h, None, None, p["norm.weight"], p["norm.bias"], training=True))
        h = F.max_pool2d(h, 2)
        h = F.relu(F.conv2d(h, p["conv2.weight"], p["conv2.bias"], stride=2, padding=1))
        return F.cross_entropy(F.linear(h.flatten(1), p["linear.weight"], p["linear.bias"]), y)

    return x, y, weights, loss


VOCABULARY, CONTEXT, WIDTH, HEADS = 7, 6, 4, 2


def make_transformer():
    text = torch.randint(0, VOCABULARY, (BATCHES, 4, CONTEXT + 1))
    weights = {"tokens": random(VOCABULARY, WIDTH), "positions": random(CONTEXT, WIDTH)}
    for name, out, inside in (("attention", 3 * WIDTH, WIDTH), ("mixed", WIDTH, WIDTH), ("up", 2 * WIDTH, WIDTH), ("down", WIDTH, 2 * WIDTH)):
        weights[f"{name}.weight"], weights[f"{name}.bias"] = random(out, inside, scale=0.6), random(out, scale=0.3)
    for name in ("norm1", "norm2", "norm3"):
        weights[f"{name}.weight"], weights[f"{name}.bias"] = 1 + random(WIDTH, scale=0.3), random(WIDTH, scale=0.3)

    def loss(p, x, y):
        def linear(name, h):
            return F.linear(h, p[f"{name}.weight"], p[f"{name}.bias"])

        def norm(name, h):
            return F.layer_norm(h, (WIDTH,), p[f"{name}.weight"], p[f"{name}.bias"])

        h = p["tokens"][x] + p["positions"]
        q, k, v = (
            part.reshape(-1, CONTEXT, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in linear("attention", norm("norm1", h)).split(WIDTH, -1)
        )
        scores = q @ k.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
        scores = scores.masked_fill(torch.ones(CONTEXT, CONTEXT).triu(1).bool(), -torch.inf)
        h = h + linear("mixed", (scores.softmax(-1) @ v).transpose(1, 2).reshape(-1, CONTEXT, WIDTH))
        h = h + linear("down", F.gelu(linear("up", norm("norm2", h))))
        # The head is the embedding
        logits = norm("norm3", h) @ p["tokens"].T
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())

    return text[..., :-1], text[..., 1:], weights, loss


def follow(start, loss_of, x, y, make_optimizer, visit):
    weights = {key: value.clone().requires_grad_() for key, value in start.items()}
    optimizer = make_optimizer(weights.values())
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(weights, x[step % BATCHES], y[step % BATCHES])
        loss.backward()
        visit(weights, loss.detach())
        optimizer.step()
    return weights


def networks():
    torch.manual_seed(20261123)
    result = {}
    for name, make in {"cnn": make_cnn, "transformer": make_transformer}.items():
        x, y, start, loss_of = make()
        start = {key: value.float().double() for key, value in start.items()}
        result[f"{name}.x"] = x.float() if x.is_floating_point() else x.int()
        result[f"{name}.y"] = y.int()
        states, gradients, losses = [], [], []

        def record(weights, loss):
            states.append({key: value.detach().float() for key, value in weights.items()})
            gradients.append({key: value.grad.clone() for key, value in weights.items()})
            losses.append(loss)

        class RoundedSgd(torch.optim.SGD):
            def step(self):
                super().step()
                for group in self.param_groups:
                    for weight in group["params"]:
                        weight.data = weight.data.float().double()

        # Slowly: where a network is nearly sure, p − y cancels and single precision cannot keep five digits of it
        follow(start, loss_of, x, y, lambda p: RoundedSgd(p, lr=0.02, momentum=0.9), record)
        for key in start:
            result[f"{name}.state.{key}"] = torch.stack([state[key] for state in states])
            result[f"{name}.gradient.{key}"] = torch.stack([gradient[key] for gradient in gradients])
        result[f"{name}.loss"] = torch.stack(losses)
        for kind in ("sgd", "adamw"):
            curve = []
            end = follow(start, loss_of, x, y, OPTIMIZERS[kind], lambda _, loss: curve.append(loss))
            result[f"{name}.curve.{kind}"] = torch.stack(curve)
            for key, value in end.items():
                result[f"{name}.end.{kind}.{key}"] = value
    save_safetensors(FOLDER / "networks.safetensors", result)


# Single functions


def numbers(tensor):
    """Nested lists with infinities and NaN as strings, which JSON lacks."""

    def show(value):
        if isinstance(value, list):
            return [show(each) for each in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value

    return show(tensor.tolist())


POINTS = [0.0, 2.0**-30, -(2.0**-30), 0.125, -0.125, 0.5, -0.5, 1.0, -1.0, 2.5, -2.5, 5.0, -5.0, 10.0, -10.0, 17.0, -17.0, 30.0, -30.0, 60.0, -60.0, 100.0, -100.0, 500.0, -500.0, 1000.0, -1000.0]
ROWS_OF_LOGITS = [
    [0.0, 0.0, 0.0],
    [1000.0, 0.0, -1000.0],
    [2.0**-20, 0.0, -(2.0**-20)],
    [88.0, 89.0, 90.0],
    [-1000.0, -1001.0, -1002.0],
    [float("-inf"), 0.0, 1.0],
    [0.5, -2.0, 3.0],
]


def map_case(function):
    x = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    y = function(x)
    y.sum().backward()
    return {"x": numbers(x), "y": numbers(y), "gradient": numbers(x.grad)}


def log_softmax_case():
    x = torch.tensor(ROWS_OF_LOGITS, dtype=torch.float64, requires_grad=True)
    upstream = torch.tensor([[1.0, 2.0, -0.5]], dtype=torch.float64)
    y = F.log_softmax(x, -1)
    torch.where(torch.isinf(y), torch.zeros_like(y), y * upstream).sum().backward()
    return {"x": numbers(x), "upstream": numbers(upstream), "y": numbers(y), "gradient": numbers(x.grad)}


def loss_case(function, logits, target, **options):
    x = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    tensors = {key: torch.tensor(value, dtype=torch.float64) for key, value in options.items() if isinstance(value, list)}
    loss = function(x, target, **{**options, **tensors})
    loss.sum().backward()
    return {"logits": logits, "target": numbers(target), "options": options, "loss": numbers(loss), "gradient": numbers(x.grad)}


def cross_entropy_cases():
    torch.manual_seed(7)
    rows = [[0.5, -2.0, 3.0], [0.0, 0.0, 0.0], [100.0, 0.0, -100.0], [-1.0, 4.0, 2.0], [1000.0, 999.0, 0.0]]
    target = torch.tensor([2, 0, 2, 1, 0])
    ignoring = torch.tensor([2, -100, 2, 1, -100])
    weight = [0.2, 1.0, 3.0]
    probabilities = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]], dtype=torch.float64)
    deep = torch.randn(2, 3, 4, dtype=torch.float64).tolist()
    deep_target = torch.randint(0, 3, (2, 4))
    cases = []
    for reduction in ("mean", "sum", "none"):
        for smoothing in (0.0, 0.1):
            for weights in ({}, {"weight": weight}):
                options = {"reduction": reduction, "label_smoothing": smoothing, **weights}
                cases.append(loss_case(F.cross_entropy, rows, target, **options))
                cases.append(loss_case(F.cross_entropy, rows, ignoring, **options))
                cases.append(loss_case(F.cross_entropy, rows, target, ignore_index=2, **options))
                cases.append(loss_case(F.cross_entropy, rows, probabilities, **options))
                cases.append(loss_case(F.cross_entropy, deep, deep_target, **options))
    cases.append(loss_case(F.cross_entropy, rows[0], torch.tensor(2)))
    cases.append(loss_case(F.cross_entropy, rows[0], torch.tensor(2), label_smoothing=0.2, weight=weight))
    return cases


def binary_cases():
    logits = [[0.0, 1.0, -1.0], [30.0, -30.0, 5.0], [1000.0, -1000.0, 0.25]]
    target = torch.tensor([[1.0, 0.0, 0.3], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], dtype=torch.float64)
    cases = []
    for reduction in ("mean", "sum", "none"):
        for options in ({}, {"weight": [0.5, 1.0, 2.0]}, {"pos_weight": [2.0, 0.5, 1.0]}):
            cases.append(loss_case(F.binary_cross_entropy_with_logits, logits, target, reduction=reduction, **options))
    return cases


def distance_cases(function):
    x = [[0.0, 1.0, -2.0], [3.5, 1e10, 1e-10]]
    target = torch.tensor([[0.0, 1.5, 2.0], [3.5, -1e10, 0.0]], dtype=torch.float64)
    return [loss_case(function, x, target, reduction=reduction) for reduction in ("mean", "sum", "none")]


def functions():
    result = {
        "relu": map_case(F.relu),
        "leakyRelu": map_case(lambda x: F.leaky_relu(x, 0.01)),
        "gelu": map_case(F.gelu),
        "geluTanh": map_case(lambda x: F.gelu(x, approximate="tanh")),
        "silu": map_case(F.silu),
        "tanh": map_case(torch.tanh),
        "sigmoid": map_case(torch.sigmoid),
        # PyTorch switches to the identity above 20, which its own f64 can tell from the function
        "softplus": map_case(lambda x: F.softplus(x, threshold=40)),
        "elu": map_case(F.elu),
        "logSoftmax": log_softmax_case(),
        "crossEntropy": cross_entropy_cases(),
        "binaryCrossEntropyWithLogits": binary_cases(),
        "mseLoss": distance_cases(F.mse_loss),
        "l1Loss": distance_cases(F.l1_loss),
        "nllLoss": [
            loss_case(F.nll_loss, [[-0.5, -1.0, -2.0], [-3.0, -0.1, -4.0]], torch.tensor([2, 1]), reduction=reduction, **options)
            for reduction in ("mean", "sum", "none")
            for options in ({}, {"weight": [0.2, 1.0, 3.0]}, {"ignore_index": 1})
        ],
        "schedules": schedules(),
    }
    (FOLDER / "functions.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


def schedules():
    def rates(make, count):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5, momentum=0.9)
        scheduler = make(optimizer)
        values = []
        for _ in range(count):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return values

    lr = torch.optim.lr_scheduler
    return {
        "step": rates(lambda o: lr.StepLR(o, 4, 0.3), 20),
        # Stops at the end: PyTorch's turns up again
        "cosine": rates(lambda o: lr.CosineAnnealingLR(o, 20, eta_min=0.01), 21),
        "warmUp": rates(lambda o: lr.LinearLR(o, start_factor=0.25, total_iters=6), 10),
        "oneCycle": rates(lambda o: lr.OneCycleLR(o, max_lr=0.5, total_steps=21), 20),
    }


if __name__ == "__main__":
    training()
    networks()
    functions()
