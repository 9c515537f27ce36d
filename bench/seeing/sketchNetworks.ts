/** Small networks that learn from sketches, for what is asked of them afterwards. */
import type { LabelledPictures } from "../../src/audit/frameSkill.ts";
import type { ImageSet } from "../../src/data/images/imageSet.ts";
import { ImageLoader } from "../../src/data/images/imageSet.ts";
import { crossEntropy } from "../../src/nn/losses/crossEntropy.ts";
import { AdamW } from "../../src/optim/adam.ts";
import { at } from "../../src/support/invariant.ts";
import { picturesOf } from "../../src/systems/vision/augmentation.ts";
import type { VisionNetwork } from "../../src/systems/vision/network.ts";
import { createNetwork } from "../../src/systems/vision/networks/index.ts";
import type { NetworkName } from "../../src/systems/vision/settings.ts";
import { seed as seedGenerator } from "../../src/tensor/generator.ts";
import { hostArray, tensorOf } from "../../src/tensor/hostArray.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { compile } from "../../src/transforms/compile.ts";

/** How long and with what. */
export interface SketchTraining {
  readonly network: NetworkName;
  readonly breadth: number;
  readonly epochs: number;
  readonly seed: number;
}

/** A network that has learned the classes of `set`, in evaluation mode. */
export async function trainOnSketches(set: ImageSet, training: SketchTraining): Promise<VisionNetwork> {
  const { network: name, breadth, epochs, seed } = training;
  const { height, width, count } = set.pixels;
  seedGenerator(seed);
  const network = createNetwork({ network: name, channels: 3, height, width, classes: set.classes.length, breadth });
  const some = await set.pixels.read(Array.from({ length: Math.min(count, 256) }, (_, row) => row));
  network.prepare(picturesOf(tensorOf(hostArray(some, [Math.min(count, 256), height, width, 3]))));
  const optimizer = new AdamW(network.parameters(), { learningRate: 2e-3, weightDecay: 0.01 });
  const step = compile((x: Tensor, y: Tensor) =>
    optimizer.minimize(() => crossEntropy(network.forward(picturesOf(x)), y)),
  );
  const loader = new ImageLoader(set, { batchSize: 32, seed, dropLast: true });
  for (let epoch = 0; epoch < epochs; epoch++)
    for await (const { x, y } of loader.epoch(epoch)) await step(x, y).data();
  return network.eval();
}

/** The pictures of a set as explanations and audits take them. */
export async function labelledPictures(set: ImageSet): Promise<LabelledPictures> {
  const { count, height, width, channels } = set.pixels;
  const bytes = await set.pixels.read(Array.from({ length: count }, (_, row) => row));
  const area = height * width;
  const pixels = new Float32Array(bytes.length);
  for (let place = 0; place < bytes.length; place++) {
    const [picture, rest] = [Math.floor(place / (area * channels)), place % (area * channels)];
    pixels[(picture * channels + (rest % channels)) * area + Math.floor(rest / channels)] = at(bytes, place) / 255;
  }
  return { pixels, channels, height, width, labels: set.labels, classes: set.classes };
}
