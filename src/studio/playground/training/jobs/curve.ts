/**
 * A network learns a curve: one number in, one number out. The curve may change while it learns; so may the learning rate.
 * For the folded tent it also answers with the deep network that was written down by hand.
 */
import { Linear, type Module, mseLoss, ReLU, Sequential, Sigmoid, Tanh } from "../../../../nn/index.ts";
import { AdamW } from "../../../../optim/adam.ts";
import { at } from "../../../../support/invariant.ts";
import { seed as seedGenerator } from "../../../../tensor/generator.ts";
import { concat } from "../../../../tensor/joining.ts";
import { flatten } from "../../../../tensor/manipulate.ts";
import { type Tensor, tensor } from "../../../../tensor/tensor.ts";
import { compile } from "../../../../transforms/compile.ts";
import { buildByHand } from "../builtByHand.ts";
import { type Curve, valueAt } from "../curves.ts";
import { foldNetwork, tent } from "../folds.ts";
import type { Job, Training } from "../training.ts";

/** What is learned: a curve, or the tent folded so often. */
export type CurveTarget =
  | { readonly kind: "curve"; readonly curve: Curve }
  | { readonly kind: "tent"; readonly folds: number };

/** Nonlinearities to choose from. */
export const curveNonlinearities = ["tanh", "relu", "sigmoid"] as const;

/** One of them. */
export type CurveNonlinearity = (typeof curveNonlinearities)[number];

/** What a training is made of. Plain data. */
export interface CurveOptions {
  readonly target: CurveTarget;
  /** Units in a hidden layer. */
  readonly width: number;
  /** Hidden layers. */
  readonly depth: number;
  readonly nonlinearity: CurveNonlinearity;
  readonly learningRate: number;
  readonly seed: number;
}

/** What the page shows of it. Plain data. */
export interface CurveSnapshot {
  /** The network's curve at equal distances over 0 … 1. */
  readonly fit: Float32Array<ArrayBuffer>;
  /** The network's numbers, layer by layer: weights [outputs, inputs], then constants. */
  readonly numbers: Float32Array<ArrayBuffer>;
  /** Largest distance between curve and network, and the root of the mean square. */
  readonly largestError: number;
  readonly typicalError: number;
  /** The tent by the deep network made by hand, and its largest error; of tents only. */
  readonly folded?: {
    readonly folds: number;
    readonly values: Float32Array<ArrayBuffer>;
    readonly largestError: number;
  };
}

/** Points that are learned from and shown: a curve has 4 to a knot, a tent of 10 folds 1 to a bend. */
export const curvePoints = { curve: 257, tent: 1025 } as const satisfies Record<CurveTarget["kind"], number>;

/** What may change on the way. */
export type CurveChange = Partial<Pick<CurveOptions, "learningRate" | "target">>;

/** A network and a curve. */
export const curveJob: Job<CurveOptions, CurveSnapshot, CurveChange> = {
  start: (options) => new CurveTraining(options),
};

class CurveTraining implements Training<CurveSnapshot, CurveChange> {
  readonly #model: Sequential;
  readonly #optimizer: AdamW;
  readonly #inputs: Tensor;
  readonly #step: (x: Tensor, y: Tensor) => Tensor;
  /** The answers to rows, and behind them the network's numbers. */
  readonly #look: (x: Tensor) => Tensor;
  #target: CurveTarget;
  #wanted: Float32Array<ArrayBuffer>;
  #labels: Tensor;
  #folded: CurveSnapshot["folded"];

  constructor({ target, width, depth, nonlinearity, learningRate, seed }: CurveOptions) {
    seedGenerator(seed);
    this.#model = curveNetwork(width, depth, nonlinearity);
    if (target.kind === "tent") spreadBends(this.#model);
    this.#optimizer = new AdamW(this.#model.parameters(), { learningRate, weightDecay: 0 });
    this.#target = target;
    const count = curvePoints[target.kind];
    this.#inputs = tensor(
      Float32Array.from({ length: count }, (_, index) => (2 * index) / (count - 1) - 1),
      {
        shape: [count, 1],
      },
    );
    this.#wanted = valuesOf(target);
    this.#labels = tensor(this.#wanted, { shape: [count, 1] });
    this.#step = compile((x: Tensor, y: Tensor) => this.#optimizer.minimize(() => mseLoss(this.#model.forward(x), y)));
    this.#look = compile((x: Tensor) =>
      concat(
        [this.#model.forward(x), ...this.#model.parameters().map(({ value }) => value)].map((part) => flatten(part)),
      ),
    );
  }

  /** Takes `count` steps of gradient descent; the loss before the last one. */
  async step(count: number): Promise<number> {
    let loss = this.#step(this.#inputs, this.#labels);
    for (let taken = 1; taken < count; taken++) loss = this.#step(this.#inputs, this.#labels);
    return loss.item();
  }

  /** Another learning rate, or another curve of the same kind, from the next step on. */
  change({ learningRate, target }: CurveChange): void {
    if (learningRate !== undefined) this.#optimizer.learningRate = learningRate;
    if (target === undefined || curvePoints[target.kind] !== this.#wanted.length) return;
    this.#target = target;
    this.#wanted = valuesOf(target);
    this.#labels = tensor(this.#wanted, { shape: [this.#wanted.length, 1] });
  }

  /** What it looks like now. */
  async snapshot(): Promise<CurveSnapshot> {
    const seen = Float32Array.from(await this.#look(this.#inputs).data());
    const [fit, numbers] = [seen.slice(0, this.#wanted.length), seen.slice(this.#wanted.length)];
    const errors = { fit, numbers, ...errorsOf(fit, this.#wanted) };
    if (this.#target.kind === "curve") return errors;
    return { ...errors, folded: await this.#fold(this.#target.folds) };
  }

  /** By the deep network, which is asked once. */
  async #fold(folds: number): Promise<NonNullable<CurveSnapshot["folded"]>> {
    if (this.#folded?.folds !== folds) {
      const values = await foldByHand(folds);
      this.#folded = { folds, values, largestError: errorsOf(values, this.#wanted).largestError };
    }
    return this.#folded;
  }
}

/** 1 → width → … → width → 1, with `depth` hidden layers. */
function curveNetwork(width: number, depth: number, nonlinearity: CurveNonlinearity): Sequential {
  const layers: Module[] = [];
  for (let layer = 0; layer < depth; layer++)
    layers.push(new Linear(layer === 0 ? 1 : width, width), nonlinearities[nonlinearity]());
  return new Sequential(...layers, new Linear(width, 1));
}

/** Bends of the first layer at equal distances over the inputs −1 … 1: the fairest start that a wide network can have. */
function spreadBends(model: Sequential): void {
  const first = model[0];
  if (!(first instanceof Linear)) return;
  const units = first.outFeatures;
  const signs = Float32Array.from({ length: units }, (_, unit) => (unit % 2 === 0 ? 1 : -1));
  const biases = signs.map((sign, unit) => sign * (1 - (2 * unit + 1) / units));
  first.weight.assign(tensor(signs, { shape: [units, 1] }));
  first.bias?.assign(tensor(biases, { shape: [units] }));
}

const nonlinearities = {
  tanh: () => new Tanh(),
  relu: () => new ReLU(),
  sigmoid: () => new Sigmoid(),
} as const satisfies Record<CurveNonlinearity, () => Module>;

/** The tent by the hand-made deep network, run by the engine. */
async function foldByHand(folds: number): Promise<Float32Array<ArrayBuffer>> {
  const count = curvePoints.tent;
  const xs = Float32Array.from({ length: count }, (_, index) => index / (count - 1));
  const answers = buildByHand(foldNetwork(folds)).forward(tensor(xs, { shape: [count, 1] }));
  return Float32Array.from(await answers.data());
}

/** The wanted values at the points of the target's kind. */
export function valuesOf(target: CurveTarget): Float32Array<ArrayBuffer> {
  const count = curvePoints[target.kind];
  return Float32Array.from({ length: count }, (_, index) => {
    const x = index / (count - 1);
    return target.kind === "curve" ? valueAt(target.curve, x) : tent(x, target.folds);
  });
}

function errorsOf(fit: Float32Array, wanted: Float32Array): { largestError: number; typicalError: number } {
  let [largest, squares] = [0, 0];
  fit.forEach((value, index) => {
    const distance = Math.abs(value - at(wanted, index));
    // Written so that NaN, of a training that diverged, is seen
    if (!(distance <= largest)) largest = distance;
    squares += distance * distance;
  });
  return { largestError: largest, typicalError: Math.sqrt(squares / fit.length) };
}
