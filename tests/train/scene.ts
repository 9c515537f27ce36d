/** A small training problem that the tests of `fit` share: two classes, dropout, momentum, shuffled batches. */
import { type Batch, Loader } from "../../src/data/loader.ts";
import { stateToBytes } from "../../src/io/state.ts";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { seed } from "../../src/tensor/generator.ts";
import { hostArray } from "../../src/tensor/hostArray.ts";
import type { FitOptions } from "../../src/train/fitOptions.ts";

const rows = 50;
const features = Float32Array.from({ length: 2 * rows }, (_, index) => Math.sin(12.9898 * (index + 1)) * 1.5);
const labels = Int32Array.from({ length: rows }, (_, row) =>
  (features[2 * row] ?? 0) * (features[2 * row + 1] ?? 0) > 0 ? 1 : 0,
);

/** Everything that one run needs, the same for the same seed. */
export function makeScene(start = 1, learningRate = 0.05) {
  seed(start);
  const loader = new Loader({ x: hostArray(features, [rows, 2]), y: hostArray(labels) }, { batchSize: 8, seed: start });
  const model = new nn.Sequential(new nn.Linear(2, 12), new nn.Tanh(), new nn.Dropout(0.2), new nn.Linear(12, 2));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate });
  const [all] = new Loader(
    { x: hostArray(features, [rows, 2]), y: hostArray(labels) },
    { batchSize: rows, shuffle: false },
  );
  const options = {
    model,
    optimizer,
    loss: ({ x, y }) => nn.crossEntropy(model.forward(x), y),
    batches: (epoch) => loader.epoch(epoch),
    epochs: 6,
    schedule: optim.schedules.cosine({ rate: learningRate, steps: 42 }),
    validate: () => (all === undefined ? NaN : nn.crossEntropy(model.forward(all.x), all.y).item()),
  } satisfies FitOptions<Batch<"x" | "y">>;
  return { model, optimizer, loader, options };
}

/** All state of a run, to be compared bit for bit. */
export async function bytesOf({
  model,
  optimizer,
}: Pick<ReturnType<typeof makeScene>, "model" | "optimizer">): Promise<string> {
  return Buffer.from(
    await stateToBytes(new Map([...model.stateDictionary(), ...optimizer.stateDictionary()])),
  ).toString("hex");
}
