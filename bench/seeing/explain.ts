/**
 * Rows `explain-exact` and `explain-residual`: of hundreds of explained pictures, the share whose explained scores are those of the plain
 * network bit for bit, and the largest share of the change of a score that integrated gradients leave unexplained. MNIST, native device.
 */
import { join } from "node:path";
import { fileSource } from "../../src/data/index.node.ts";
import { type ImageSet, imagesInMemory, readIdx } from "../../src/data/index.ts";
import { explainPictures, type PictureMethod, PictureNetwork, readPictures } from "../../src/explain/index.ts";
import { setDevice } from "../../src/indexForNode.node.ts";
import { learn } from "../../src/systems/vision/learn.ts";
import { ownRow, type Row } from "../harness/row.ts";

const pictures = 300;
const classes = Array.from({ length: 10 }, (_, digit) => String(digit));

/** Every method that explains a score; those with a check of completeness count for the residual. */
const methods: readonly PictureMethod[] = [
  { method: "saliency" },
  { method: "inputTimesGradient" },
  { method: "integratedGradients" },
  { method: "gradCam" },
  { method: "gradCam", stage: 1 },
  { method: "occlusion", window: 7, stride: 7 },
];

/** Trains a small network on 10,000 digits, then explains 300 others by every method. */
export async function measureExplanations(): Promise<readonly Row[]> {
  await setDevice("native");
  const { network } = await learn(await digits("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", 10_000), {
    network: { network: "lenet", channels: 1, height: 28, width: 28, classes: 10 },
    training: { epochs: 2, batchSize: 100, optimizer: "adamw", learningRate: 3e-3 },
  });
  const held = await digits("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", pictures);
  const asked = new PictureNetwork(network, { channels: 1, height: 28, width: 28 });
  const rows = Uint32Array.from({ length: pictures }, (_, row) => row);
  const values = await readPictures(asked, held.pixels, rows);
  let [exact, explained, residual] = [0, 0, 0];
  for (const method of methods) {
    const { isExact, relativeDelta } = await explainPictures(asked, values, method);
    exact += isExact.reduce((sum, each) => sum + each, 0);
    explained += isExact.length;
    residual = relativeDelta?.reduce((most, each) => Math.max(most, each), residual) ?? residual;
  }
  return [
    ownRow("seeing", "explain-exact", exact / explained, `of ${explained} explained predictions`, "higher", 1),
    ownRow("seeing", "explain-residual", residual, `largest of ${pictures} pictures, relative`, "lower", 1e-3),
  ];
}

/** The first `count` pictures of a pair of idx files. */
async function digits(images: string, labels: string, count: number): Promise<ImageSet> {
  const folder = join(process.env["SMILODON_DATA"] ?? "data", "mnist");
  const [pixels, numbers] = [
    await readIdx(await fileSource(join(folder, images))),
    await readIdx(await fileSource(join(folder, labels))),
  ];
  if (!(pixels.data instanceof Uint8Array)) throw new Error(`${images} does not hold bytes.`);
  const some = { ...pixels, data: pixels.data.slice(0, count * 784), shape: [count, 28, 28, 1] };
  const truth = Int32Array.from({ length: count }, (_, row) => Number(numbers.data[row]));
  return imagesInMemory(some, truth, classes);
}
