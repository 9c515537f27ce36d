/**
 * The network that learns CIFAR-10 fastest: a first layer that makes neighbouring pixels independent, and three groups of two convolutions
 * (two for the smallest maps), most of them beginning as the identity. `filterOptimizer.ts` has the optimizer that belongs to it.
 *
 * Source: K. Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024.
 */
import { eigh } from "../../../algorithms/linalg/eigen.ts";
import { unfold } from "../../../algorithms/windows/unfold.ts";
import { BatchNorm2d, Conv2d, Dropout, GELU, GlobalMaxPool, MaxPool2d, Module, Sequential } from "../../../nn/index.ts";
import { kaimingUniform, normal, uniform } from "../../../nn/init.ts";
import { add, divide, multiply, sqrt } from "../../../tensor/arithmetic.ts";
import { concat } from "../../../tensor/joining.ts";
import { tensordot } from "../../../tensor/linear.ts";
import { flip, matrixTranspose, reshape } from "../../../tensor/manipulate.ts";
import { Parameter } from "../../../tensor/parameter.ts";
import { type Tensor, tensor } from "../../../tensor/tensor.ts";
import { conv2d } from "../../../tensor/windows/convolution.ts";
import { PreparedPart, VisionNetwork } from "../network.ts";
import { broadened, type NetworkShape } from "../settings.ts";

/** Maps of fewer places a side are not halved: of a single place the last layer would keep nothing but its luck, and learning breaks down. */
const leastHalved = 4;

/** 1,971,328 numbers for CIFAR-10, besides filters, statistics and factors that are not trained. */
export function createAirbench(settings: NetworkShape): VisionNetwork {
  const { channels, height, width, classes, breadth, reduction, dropout } = settings;
  const kernel = Math.max(2, reduction);
  const whiten = new Whitening(channels, kernel, reduction);
  const parts: Record<string, Module> = { whiten };
  let inputs = whiten.outputs;
  let size = Math.floor((Math.min(height, width) - kernel) / reduction) + 1;
  [64, 256, 256].forEach((published, index) => {
    const isHalved = size >= leastHalved;
    // On such small maps a third group takes longer than the two before it, and further passes give more
    if (index === 2 && !isHalved) return;
    const outputs = broadened(published, breadth);
    parts[`group${index + 1}`] = new Sequential(new GELU(), ...group(inputs, outputs, isHalved));
    inputs = outputs;
    if (isHalved) size = Math.floor(size / 2);
  });
  const head = new Sequential(new GELU(), new GlobalMaxPool(), new Dropout(dropout), new Scores(inputs, classes));
  return new VisionNetwork(settings, { ...parts, head });
}

/** Two convolutions; between them, of four places the largest is kept. The nonlinearity after them begins the next part. */
function group(inputs: number, outputs: number, isHalved: boolean): Module[] {
  return [
    identityConvolution(inputs, outputs),
    ...(isHalved ? [new MaxPool2d(2)] : []),
    centred(outputs),
    new GELU(),
    identityConvolution(outputs, outputs),
    centred(outputs),
  ];
}

/** A 3×3 convolution whose first filters pass one channel on each; the others are drawn. */
function identityConvolution(inputs: number, outputs: number): Conv2d {
  const layer = new Conv2d(inputs, outputs, 3, { padding: 1, bias: false });
  const passing = Math.min(inputs, outputs);
  const values = new Float32Array(passing * inputs * 9);
  for (let channel = 0; channel < passing; channel++) values[(channel * inputs + channel) * 9 + 4] = 1;
  const identity = tensor(values).reshape([passing, inputs, 3, 3]);
  const drawn = kaimingUniform([outputs - passing, inputs, 3, 3], { slope: Math.sqrt(5) });
  layer.weight.assign(outputs > passing ? concat([identity, drawn], 0) : identity);
  return layer;
}

/** Batch normalization that learns constants and no factors; its statistics are of more batches than published, since ours are smaller. */
function centred(channels: number): BatchNorm2d {
  const layer = new BatchNorm2d(channels, { momentum: 0.2, epsilon: 1e-12 });
  if (layer.weight !== null) layer.weight.trainable = false;
  return layer;
}

/**
 * The patches of pictures along their main directions, each with variance 1, and the same negated: [n, channels, height, width] to
 * [n, 2 · channels · kernel², …]. Filters come from pictures, constants from chance: neither is learned. The constants' gradient would be
 * a tenth of a step (published: learned in the first passes alone).
 */
export class Whitening extends PreparedPart {
  readonly outputs: number;
  /** [outputs, channels, kernel, kernel] */
  readonly weight: Parameter;
  /** [outputs] */
  readonly bias: Parameter;
  readonly #kernel: number;
  readonly #stride: number;

  constructor(channels: number, kernel: number, stride: number) {
    super();
    const size = channels * kernel ** 2;
    this.outputs = 2 * size;
    this.#kernel = kernel;
    this.#stride = stride;
    const bound = 1 / Math.sqrt(size);
    this.weight = new Parameter(kaimingUniform([2 * size, channels, kernel, kernel]), { trainable: false });
    this.bias = new Parameter(uniform([2 * size], -bound, bound), { trainable: false });
  }

  prepare(x: Tensor): void {
    const kernel = this.#kernel;
    const patches = unfold(x, [kernel, kernel], { stride: this.#stride });
    const count = (patches.shape[0] ?? 1) * (patches.shape[2] ?? 1);
    const [values, vectors] = eigh(
      divide(
        tensordot(patches, patches, [
          [0, 2],
          [0, 2],
        ]),
        count,
      ),
    );
    const filters = divide(matrixTranspose(vectors), reshape(sqrt(add(values, 5e-4)), [-1, 1]));
    const strongestFirst = flip(filters, 0);
    this.weight.assign(reshape(concat([strongestFirst, multiply(strongestFirst, -1)], 0), this.weight.shape));
  }

  forward(x: Tensor): Tensor {
    return add(conv2d(x, this.weight.value, { stride: this.#stride }), reshape(this.bias.value, [-1, 1, 1]));
  }
}

/** One linear layer without constants, whose scores begin small and even. */
class Scores extends Module {
  /** [classes, features] */
  readonly weight: Parameter;

  constructor(features: number, classes: number) {
    super();
    this.weight = new Parameter(normal([classes, features]));
  }

  forward(x: Tensor): Tensor {
    return divide(tensordot(x, this.weight.value, [[1], [1]]), x.shape[1] ?? 1);
  }
}
