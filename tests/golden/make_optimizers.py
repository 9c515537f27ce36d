"""Golden numbers of optimizers and schedules from PyTorch: what optimizers.test.ts compares with.

Run by hand when a case is added, with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_optimizers.py
Writes optimizers.json beside this file: a small problem, the losses of 50 steps with each optimizer and where they end,
the same for L-BFGS call by call, and rates of schedules.
"""
import json
from pathlib import Path

import torch

# NAdam keeps the product of its momenta in the default dtype
torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
STEPS = 50
X = torch.randn(10, 4, dtype=torch.float64)
Y = torch.randn(10, 3, dtype=torch.float64)
W = torch.randn(4, 3, dtype=torch.float64)
B = torch.randn(3, dtype=torch.float64)


def loss_of(w, b):
    return ((torch.tanh(X @ w + b) - Y) ** 2).mean()


def start():
    return [W.clone().requires_grad_(), B.clone().requires_grad_()]


OPTIMIZERS = {
    # In 1.13 the loop over single tensors multiplies the next product by one momentum too many; later versions do not
    "nadam": lambda p: torch.optim.NAdam(p, lr=0.02, foreach=True),
    "nadam decayed": lambda p: torch.optim.NAdam(p, lr=0.02, foreach=True, weight_decay=0.1, momentum_decay=0.02, betas=(0.8, 0.99)),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "rmsprop momentum": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.8, alpha=0.9, weight_decay=0.05),
    "rmsprop centered": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.5, centered=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1),
    "adagrad decayed": lambda p: torch.optim.Adagrad(p, lr=0.1, lr_decay=0.05, weight_decay=0.05),
    "adadelta": lambda p: torch.optim.Adadelta(p),
    "adadelta decayed": lambda p: torch.optim.Adadelta(p, lr=0.7, rho=0.8, eps=1e-4, weight_decay=0.05),
}


def numbers(tensor):
    return tensor.detach().flatten().tolist()


def train(make):
    parameters = start()
    optimizer = make(parameters)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    return {"losses": losses, "end": [numbers(each) for each in parameters]}


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def minimize(parameters, loss_of_parameters, calls, **options):
    optimizer = torch.optim.LBFGS(parameters, line_search_fn="strong_wolfe", **options)

    def closure():
        optimizer.zero_grad()
        loss = loss_of_parameters(*parameters)
        loss.backward()
        return loss

    states = []
    for _ in range(calls):
        loss = optimizer.step(closure).item()
        states.append({"loss": loss, "end": [numbers(each) for each in parameters]})
    return states


def lbfgs():
    hard = torch.tensor([-1.2, 1.0, 0.7, -0.3], dtype=torch.float64)
    return {
        "network": minimize(start(), loss_of, 4, max_iter=5),
        "short memory": minimize(start(), loss_of, 3, max_iter=8, history_size=2, lr=0.5),
        "rosenbrock": minimize([hard.clone().requires_grad_()], rosenbrock, 6, max_iter=6),
        "rosenbrock at once": minimize([hard.clone().requires_grad_()], rosenbrock, 2, max_iter=100),
    }


def rates(make, count, metrics=None):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5, momentum=0.9)
    scheduler = make(optimizer)
    values = []
    for step in range(count):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step() if metrics is None else scheduler.step(metrics[step])
    return values


METRICS = [1.0, 0.9, 0.9, 0.9, 0.89995, 0.9, 0.85, 0.86, 0.86, 0.86, 0.86, 0.86, 0.86, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]


def schedules():
    lr = torch.optim.lr_scheduler
    return {
        "multiStep": rates(lambda o: lr.MultiStepLR(o, [3, 7, 7, 12], 0.3), 15),
        "exponential": rates(lambda o: lr.ExponentialLR(o, 0.9), 15),
        "cosineRestarts": rates(lambda o: lr.CosineAnnealingWarmRestarts(o, 4, 1, eta_min=0.01), 14),
        "cosineRestarts growing": rates(lambda o: lr.CosineAnnealingWarmRestarts(o, 3, 2), 30),
        "linear": rates(lambda o: lr.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=6), 10),
        "plateau": rates(lambda o: lr.ReduceLROnPlateau(o, factor=0.5, patience=2), 21, METRICS),
        "plateau cooling": rates(lambda o: lr.ReduceLROnPlateau(o, factor=0.5, patience=1, cooldown=2, min_lr=0.1), 21, METRICS),
        "plateau rising": rates(lambda o: lr.ReduceLROnPlateau(o, mode="max", patience=2, threshold=0.1, threshold_mode="abs"), 21, METRICS),
    }


result = {
    "x": numbers(X),
    "y": numbers(Y),
    "start": [numbers(W), numbers(B)],
    "optimizers": {name: train(make) for name, make in OPTIMIZERS.items()},
    "lbfgs": lbfgs(),
    "metrics": METRICS,
    "schedules": schedules(),
}
Path(__file__).with_name("optimizers.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
