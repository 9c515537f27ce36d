/**
 * A training run to be killed by resume.ts: a small network with everything that has state (dropout, momentum, a schedule, an
 * average of the weights, early stopping), saved every few steps. Says when it saves, and at the end a digest of what it learned.
 */
import { createHash } from "node:crypto";
import { type Batch, hostArray, Loader } from "../../src/data/index.ts";
import { stateToBytes } from "../../src/io/state.ts";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { seed } from "../../src/tensor/generator.ts";
import { fileStore } from "../../src/train/index.node.ts";
import { fit } from "../../src/train/index.ts";

const [path = ""] = process.argv.slice(2);
const [rows, width, classes] = [640, 8, 3];
const features = Float32Array.from({ length: rows * width }, (_, index) => Math.sin(12.9898 * (index + 1)) * 1.5);
const labels = Int32Array.from({ length: rows }, (_, row) => {
  const [a = 0, b = 0, c = 0] = features.subarray(row * width, row * width + 3);
  return a * b > 0.3 ? 2 : c > 0 ? 1 : 0;
});

seed(11);
const loader = new Loader({ x: hostArray(features, [rows, width]), y: hostArray(labels) }, { batchSize: 32, seed: 4 });
const [all] = new Loader(
  { x: hostArray(features, [rows, width]), y: hostArray(labels) },
  { batchSize: rows, shuffle: false },
);
const model = new nn.Sequential(
  new nn.Linear(width, 64),
  new nn.ReLU(),
  new nn.Dropout(0.1),
  new nn.Linear(64, 64),
  new nn.ReLU(),
  new nn.Linear(64, classes),
);
const optimizer = new optim.AdamW(model.parameters(), { learningRate: 0.01 });
const epochs = 16;
const store = fileStore(path);
let wasSaved = false;

const result = await fit<Batch<"x" | "y">>({
  model,
  optimizer,
  batches: loader,
  loss: ({ x, y }) => nn.crossEntropy(model.forward(x), y),
  epochs,
  schedule: optim.schedules.cosine({ rate: 0.01, steps: epochs * loader.batchCount }),
  average: new optim.WeightAverage(model.parameters(), { decay: 0.98 }),
  validate: () => (all === undefined ? NaN : nn.crossEntropy(model.forward(all.x), all.y).item()),
  patience: 5,
  checkpointSteps: 16,
  checkpoint: {
    load: async () => {
      const bytes = await store.load();
      wasSaved = bytes !== undefined;
      return bytes;
    },
    save: async (bytes) => {
      process.stdout.write("saving\n");
      await store.save(bytes);
      process.stdout.write("saved\n");
    },
  },
});
const learned = await stateToBytes(new Map([...model.stateDictionary(), ...optimizer.stateDictionary()]));
const digest = createHash("sha256").update(learned).update(JSON.stringify(result.history)).digest("hex");
process.stdout.write(`${JSON.stringify({ digest, wasSaved, epochs: result.epochs })}\n`);
