/** How fast pictures come: decoded from files, and from the cache of decoded ones into a training step. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePictures, ImageLoader, prefetch } from "../../src/data/index.ts";
import { sharpDecoder } from "../../src/index.node.ts";
import { compile, nn, optim, seed, type Tensor } from "../../src/index.ts";
import { picturesOf } from "../../src/systems/vision/augmentation.ts";
import { createNetwork } from "../../src/systems/vision/index.ts";
import { median } from "../harness/paired.ts";
import { ownRow, type Row } from "../harness/row.ts";
import { divideCatsAndDogs, openCatsAndDogs } from "./pictures.ts";

const bench = "seeing";
const decodeRounds = 5;
const stepRounds = 9;

/** Photographs of 128×128 from their files to pixels; the middle of some rounds over all of them. */
export async function decodeRate(): Promise<Row> {
  const source = await openCatsAndDogs();
  const rates: number[] = [];
  for (let round = 0; round <= decodeRounds; round++) {
    const began = performance.now();
    let count = 0;
    for await (const picture of decodePictures(source, { decoder: sharpDecoder(), width: 128, height: 128 }))
      if ("pixels" in picture) count++;
    // The first round brings files into memory
    if (round > 0) rates.push((1000 * count) / (performance.now() - began));
  }
  return ownRow(bench, "decode-rate", median(rates), "pictures/s", "higher", 1000);
}

/** By how much steps take longer when each takes its batch from the cache than when the batch is at hand. */
export async function cacheCost(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), "smilodon-bench-"));
  try {
    await using divided = await divideCatsAndDogs(folder, 128);
    const loader = new ImageLoader(divided.training, { batchSize: 32, dropLast: true });
    const step = trainingStep();
    const batches = await Array.fromAsync(loader.epoch(0));
    const fromHand = () => timed(batches, step);
    const fromCache = (round: number) => timed(prefetch(loader.epoch(round)), step);
    await fromHand();
    const costs: number[] = [];
    for (let round = 1; round <= stepRounds; round++) {
      const first = round % 2 === 0 ? await fromHand() : undefined;
      const cached = await fromCache(round);
      costs.push(cached / (first ?? (await fromHand())) - 1);
    }
    return ownRow(bench, "cache-cost", median(costs), "of the step", "lower", 0.05);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Step = (x: Tensor, y: Tensor) => Tensor;

/** A small network's, so that reading would show. */
function trainingStep(): Step {
  seed(0);
  const settings = { channels: 3, height: 128, width: 128, classes: 2, breadth: 0.125 } as const;
  const network = createNetwork({ network: "airbench", ...settings });
  const optimizer = new optim.AdamW(network.parameters().filter(({ trainable }) => trainable));
  return compile((x: Tensor, y: Tensor) =>
    optimizer.minimize(() => nn.crossEntropy(network.forward(picturesOf(x)), y)),
  );
}

/** Milliseconds that all batches take, the last step waited for. */
async function timed(batches: AsyncIterable<Batch> | Iterable<Batch>, step: Step): Promise<number> {
  const began = performance.now();
  let loss: Tensor | undefined;
  for await (const { x, y } of batches) loss = step(x, y);
  await loss?.item();
  return performance.now() - began;
}

interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}
