/** A program that tests start: trains a little on whatever device it finds, and prints what came of it as JSON. */
import "../../../src/runtime/registry.node.ts";
import { compile, currentDevice, nn, optim, seed, type Tensor, tensor } from "../../../src/index.ts";

seed(7);
const model = new nn.Sequential(new nn.Linear(4, 16), new nn.ReLU(), new nn.Linear(16, 1));
const optimizer = new optim.AdamW(model.parameters(), { learningRate: 0.01 });
const step = compile((x: Tensor, y: Tensor) =>
  optimizer.minimize(() => nn.binaryCrossEntropyWithLogits(model.forward(x), y)),
);
const x = tensor(
  Array.from({ length: 64 }, (_, row) => [0, 1, 2, 3].map((column) => Math.sin(row * (column + 1)))),
  { dtype: "f32" },
);
const y = tensor(
  Array.from({ length: 64 }, (_, row) => [row % 2]),
  { dtype: "f32" },
);
const losses: number[] = [];
for (let count = 0; count < 5; count++) losses.push(await step(x, y).item());
const device = currentDevice();
const compiled = "kernelsCompiled" in device ? device.kernelsCompiled : 0;
console.log(JSON.stringify({ device: device.name, losses, compiled }));
