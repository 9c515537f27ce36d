/**
 * Errors on the 10,000 test digits. Beside the paper: one layer of 40 × 12 × 12 instead of two, ridge regression with a Gaussian kernel on
 * smoothed pooling units instead of a support vector machine, and for all labels 2,500 landmarks. Ridge and sharpness were chosen on 10,000
 * training digits that nothing was learned from with labels: of 1,000 others (three draws), and of 20,000.
 */
import { compile, concat, seed, type Tensor, tensor } from "../../src/index.ts";
import {
  type DeepBeliefNetwork,
  featuresOf,
  fitKernelClassifier,
  frameDigits,
  type KernelOptions,
  trainDigits,
} from "../../src/systems/deepBelief/index.ts";
import { digits, shuffled } from "./pictures.ts";

const [draws, labelled, landmarks] = [5, 1000, 2500];
const [classes, atOnce] = [10, 500];
/** Steps of the first layer: counted, so that a busy machine learns the same. */
const steps = 1500;
const [fewOptions, allOptions] = [
  { ridge: 0.003, sharpness: 0.2 },
  { ridge: 0.01, sharpness: 1, landmarks },
];

/** Error with 1,000 labels, mean of five draws of them, and with all. */
export async function digitErrors(): Promise<{ thousand: number; all: number }> {
  seed(1);
  const [train, test] = [await digits("train"), await digits("test")];
  const network = await trainDigits(train.pictures, { lessons: [{ steps }] });
  const order = await shuffled(train.labels.length);
  const rows = tensor(order);
  const features = allFeatures(network, train.pictures).take(rows);
  const labels = Int32Array.from(order, (row) => train.labels[row] ?? -1);
  const fresh = allFeatures(network, test.pictures);
  const errorOf = async (from: number, count: number, options: KernelOptions) => {
    const chosen = features.slice([from, from + count]);
    const classifier = await fitKernelClassifier(chosen, labels.slice(from, from + count), classes, options);
    const answers = await classifier.scores(fresh).argmax(1).data();
    return test.labels.filter((label, row) => label !== answers[row]).length / test.labels.length;
  };
  let thousand = 0;
  for (let draw = 0; draw < draws; draw++) thousand += (await errorOf(draw * labelled, labelled, fewOptions)) / draws;
  return { thousand, all: await errorOf(0, labels.length, allOptions) };
}

function allFeatures(network: DeepBeliefNetwork, pictures: Tensor): Tensor {
  const pass = compile((part: Tensor) => featuresOf(network, frameDigits(part)));
  const [count = 0] = pictures.shape;
  const parts: Tensor[] = [];
  for (let row = 0; row < count; row += atOnce) parts.push(pass(pictures.slice([row, row + atOnce])));
  return concat(parts, 0);
}
