"""LeNet-5 on MNIST until 99 % of the test digits are right, as mnistOurs.ts does it. Arguments: the seed, the folder of MNIST, and
after how many steps to end anyhow."""
import gzip
import os
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional as F

mark, steps_between_looks, epochs, batch, rate = 0.99, 100, 8, 100, 2e-3
seed, folder = int(sys.argv[1]), sys.argv[2]
torch.manual_seed(seed)
torch.set_num_threads(2)


def read(name, offset):
    with gzip.open(os.path.join(folder, name)) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=offset)


def pictures(name):
    x = torch.from_numpy(read(name, 16).copy()).view(-1, 1, 28, 28).float() / 255
    return x


x, y = pictures("train-images-idx3-ubyte.gz"), torch.from_numpy(read("train-labels-idx1-ubyte.gz", 8).astype(numpy.int64))
test_x, test_y = pictures("t10k-images-idx3-ubyte.gz"), torch.from_numpy(read("t10k-labels-idx1-ubyte.gz", 8).astype(numpy.int64))
mean, deviation = x.mean(), x.std()

network = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
)
optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0)
steps = epochs * (len(x) // batch)
most_steps = int(sys.argv[3]) if len(sys.argv) > 3 else steps
step, reached = 0, 0.0
while step < min(steps, most_steps) and reached < mark:
    order = torch.randperm(len(x))
    for start in range(0, len(x) - batch + 1, batch):
        rows = order[start:start + batch]
        optimizer.param_groups[0]["lr"] = rate * (1 - (step + 0.5) / steps)
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network((x[rows] - mean) / deviation), y[rows]).backward()
        optimizer.step()
        step += 1
        if step % steps_between_looks:
            continue
        with torch.no_grad():
            right = sum(
                int((network((test_x[s:s + 256] - mean) / deviation).argmax(1) == test_y[s:s + 256]).sum())
                for s in range(0, len(test_x), 256)
            )
        reached = right / len(test_x)
        if reached >= mark or step >= most_steps:
            break
print(f"PyTorch: {reached} after {step} steps")
sys.exit(0 if reached >= mark or step >= most_steps else 1)
