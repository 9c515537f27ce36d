/**
 * What a user's first program does: a small network learns exclusive or on the signs of two numbers. Copied into both
 * user projects, of Node and of Vite, and written as a user would: only with what the package exports.
 */
import { compile, nn, optim, type Tensor, tensor } from "smilodon";

/** The loss before the first update and after the last one. */
export interface Outcome {
  first: number;
  last: number;
}

/** Trains for some steps on one batch. */
export async function train(steps: number): Promise<Outcome> {
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.ReLU(), new nn.Linear(16, 1));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-2 });
  const step = compile((x: Tensor<["batch", 2]>, y: Tensor<["batch", 1]>) =>
    optimizer.minimize(() => nn.binaryCrossEntropyWithLogits(model.forward(x), y)),
  );

  const points = grid(8);
  const x = tensor(points);
  const y = tensor(points.map(([a = 0, b = 0]) => [a * b > 0 ? 1 : 0]));
  const first = await step(x, y).item();
  for (let i = 2; i < steps; i++) step(x, y);
  return { first, last: await step(x, y).item() };
}

/** The centres of size × size squares between -1 and 1, none of them on an axis. */
function grid(size: number): number[][] {
  const at = (index: number): number => (2 * index + 1) / size - 1;
  return Array.from({ length: size * size }, (_, index) => [at(index % size), at(Math.floor(index / size))]);
}
