/**
 * A network of linear functions and nonlinearities that tells two classes of points apart: f = A·x + b, then α(f), layer
 * by layer, and a sigmoid at the end. It shows every unit's picture over the plane, every weight, its gradient and the last
 * update. Equal options give equal losses, bit for bit, in the page and in Node.
 */
import { shuffledOrder } from "../../../../data/shuffle.ts";
import type { Standardization } from "../../../../data/standardization.ts";
import { Linear } from "../../../../nn/layers/linear.ts";
import { binaryCrossEntropyWithLogits } from "../../../../nn/losses/binaryCrossEntropy.ts";
import type { Optimizer } from "../../../../optim/optimizer.ts";
import { at } from "../../../../support/invariant.ts";
import { abs, add, multiply } from "../../../../tensor/arithmetic.ts";
import { seed as seedRandom } from "../../../../tensor/generator.ts";
import { concat } from "../../../../tensor/joining.ts";
import { permuteDims } from "../../../../tensor/manipulate.ts";
import type { Parameter } from "../../../../tensor/parameter.ts";
import { type Tensor, tensor } from "../../../../tensor/tensor.ts";
import { compile } from "../../../../transforms/compile.ts";
import { gradientsOf } from "../../../../transforms/gradient.ts";
import type { NonlinearityName, OptimizerName } from "../choiceNames.ts";
import { nonlinearities, optimizers } from "../choices.ts";
import { type Points, scaledRows } from "../points.ts";
import type { Job, Training } from "../training.ts";

/** How a network begins. */
export interface DenseOptions {
  readonly points: Points;
  /** Points that it is tested on and never learns from. */
  readonly test?: Points;
  readonly scaling: Standardization;
  /** The part of the plane that its pictures show, in the points' own units. */
  readonly view: View;
  /** Units of each hidden layer; none for a single linear function. */
  readonly hidden: readonly number[];
  readonly nonlinearity: NonlinearityName;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly penalty: Penalty;
  /** Points in a step; all of them where there are fewer. */
  readonly batch: number;
  readonly seed: number;
}

/** A rectangle of the plane. */
export interface View {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** What is added to the loss: strength times the sum of |w|, or of w²/2, over all weights but not the constants. */
export interface Penalty {
  readonly kind: "none" | "absolute" | "square";
  readonly strength: number;
}

/** What may change on the way. */
export interface DenseChange {
  readonly learningRate?: number;
}

/** A layer's numbers; matrices are row-major [units, inputs]. */
export interface LayerNumbers {
  readonly inputs: number;
  readonly units: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** What a network shows. */
export interface DenseSnapshot {
  readonly layers: readonly LayerNumbers[];
  /** Gradient of the loss in the last step, layer by layer; undefined before the first. */
  readonly gradients: readonly LayerNumbers[] | undefined;
  /** What the last step added to the numbers. */
  readonly updates: readonly LayerNumbers[] | undefined;
  /** Pictures over the view, [unitGrid, unitGrid] each, the lowest row first: what each hidden unit gives. */
  readonly pictures: readonly (readonly Float32Array[])[];
  /** Probability of class 1 over the view, [outputGrid, outputGrid], the lowest row first. */
  readonly shade: Float32Array;
  /** Mean loss and share of mistakes over all points, without the penalty. */
  readonly training: Score;
  readonly test: Score | undefined;
}

/** How good answers are. */
export interface Score {
  readonly loss: number;
  /** Share of wrong answers, 0 … 1. */
  readonly wrong: number;
}

/** Cells along each side of a unit's picture. */
export const unitGrid = 24;

/** Cells along each side of the answer's picture. */
export const outputGrid = 60;

/** The job. */
export const denseJob: Job<DenseOptions, DenseSnapshot, DenseChange> = {
  start: (options) => new DenseTraining(options),
};

interface Table {
  readonly x: Tensor;
  readonly y: Tensor;
}

class DenseTraining implements Training<DenseSnapshot, DenseChange> {
  readonly #options: DenseOptions;
  readonly #layers: readonly Linear[];
  readonly #parameters: readonly Parameter[];
  readonly #optimizer: Optimizer;
  readonly #batches: Batches;
  readonly #tables: readonly Table[];
  readonly #unitPlane: Tensor;
  readonly #outputPlane: Tensor;
  #watched: { readonly before: Float32Array; readonly gradient: Float32Array } | undefined;

  readonly #takeStep = compile((x: Tensor, y: Tensor) => this.#optimizer.minimize(() => this.#penalizedLoss(x, y)));
  readonly #numbers = compile(() => join(this.#parameters.map(({ value }) => value)));
  readonly #watch = compile((x: Tensor, y: Tensor) => {
    const values = this.#parameters.map(({ value }) => value);
    return join([...values, ...gradientsOf(this.#penalizedLoss(x, y), values)]);
  });
  readonly #look = compile((unitPlane: Tensor, outputPlane: Tensor) => {
    const hidden = this.#activations(unitPlane).slice(0, -1);
    return join([...hidden.map((layer) => permuteDims(layer, [1, 0])), this.#answer(outputPlane).sigmoid()]);
  });
  readonly #judge = compile((x: Tensor) => this.#answer(x));

  constructor(options: DenseOptions) {
    const { points, test, scaling, view, hidden, seed } = options;
    this.#options = options;
    seedRandom(seed);
    const sizes = [2, ...hidden, 1];
    this.#layers = sizes.slice(1).map((units, index) => new Linear(at(sizes, index), units));
    this.#parameters = this.#layers.flatMap(({ weight, bias }) => (bias === null ? [weight] : [weight, bias]));
    this.#optimizer = optimizers[options.optimizer].make(this.#parameters, options.learningRate);
    this.#batches = new Batches(points, scaling, options);
    this.#tables = [points, ...(test === undefined ? [] : [test])].map((table) => ({
      x: tensor(scaledRows(table, scaling)).reshape([table.labels.length, 2]),
      y: tensor(Float32Array.from(table.labels)).reshape([table.labels.length, 1]),
    }));
    this.#unitPlane = planeOf(view, unitGrid, scaling);
    this.#outputPlane = planeOf(view, outputGrid, scaling);
  }

  async step(count: number): Promise<number> {
    for (let index = 1; index < count; index++) this.#takeStep(...this.#batches.next());
    const [x, y] = this.#batches.next();
    const watched = await floats(this.#watch(x, y));
    this.#watched = { before: watched.subarray(0, watched.length / 2), gradient: watched.subarray(watched.length / 2) };
    return await this.#takeStep(x, y).item();
  }

  async snapshot(): Promise<DenseSnapshot> {
    const numbers = await floats(this.#numbers());
    const pictures = await floats(this.#look(this.#unitPlane, this.#outputPlane));
    const scores = await Promise.all(this.#tables.map((table) => this.#score(table)));
    const [training = { loss: Number.NaN, wrong: Number.NaN }, test] = scores;
    const watched = this.#watched;
    return {
      layers: this.#split(numbers),
      gradients: watched && this.#split(watched.gradient),
      updates: watched && this.#split(numbers.map((value, index) => value - at(watched.before, index))),
      ...this.#cut(pictures),
      training,
      test,
    };
  }

  change({ learningRate }: DenseChange): void {
    if (learningRate !== undefined) this.#optimizer.learningRate = learningRate;
  }

  /** What every layer gives, the last one without the sigmoid. */
  #activations(x: Tensor): Tensor[] {
    const { apply } = nonlinearities[this.#options.nonlinearity];
    const found: Tensor[] = [];
    let value = x;
    this.#layers.forEach((layer, index) => {
      const linear: Tensor = layer.forward(value);
      value = index === this.#layers.length - 1 ? linear : apply(linear);
      found.push(value);
    });
    return found;
  }

  #answer(x: Tensor): Tensor {
    return at(this.#activations(x), -1);
  }

  #penalizedLoss(x: Tensor, y: Tensor): Tensor {
    const { kind, strength } = this.#options.penalty;
    const loss = binaryCrossEntropyWithLogits(this.#answer(x), y);
    if (kind === "none" || strength === 0) return loss;
    const sizes = this.#layers.map(({ weight: { value } }) =>
      kind === "absolute" ? abs(value).sum() : value.square().sum().multiply(0.5),
    );
    return add(loss, multiply(sizes.reduce(add), strength));
  }

  async #score({ x, y }: Table): Promise<Score> {
    const [answers, labels] = [await floats(this.#judge(x)), await floats(y)];
    let [loss, wrong] = [0, 0];
    answers.forEach((f, row) => {
      const isOne = at(labels, row) === 1;
      const away = isOne ? -f : f;
      loss += Math.max(away, 0) + Math.log1p(Math.exp(-Math.abs(away)));
      if (f > 0 !== isOne) wrong++;
    });
    return { loss: loss / answers.length, wrong: wrong / answers.length };
  }

  /** Numbers in the order of the parameters, as matrices and vectors. */
  #split(numbers: Float32Array): LayerNumbers[] {
    let offset = 0;
    const take = (count: number): Float32Array => numbers.slice(offset, (offset += count));
    return this.#layers.map(({ inFeatures: inputs, outFeatures: units }) => ({
      inputs,
      units,
      weight: take(inputs * units),
      bias: take(units),
    }));
  }

  #cut(values: Float32Array): Pick<DenseSnapshot, "pictures" | "shade"> {
    let offset = 0;
    const take = (count: number): Float32Array => values.slice(offset, (offset += count));
    const pictures = this.#options.hidden.map((units) => Array.from({ length: units }, () => take(unitGrid ** 2)));
    return { pictures, shade: take(outputGrid ** 2) };
  }
}

/** The points in batches, in a new order at every pass through them; the exported program takes the same. */
class Batches {
  readonly #rows: Float32Array;
  readonly #labels: Uint8Array;
  readonly #seed: number;
  readonly #size: number;
  #order: Uint32Array;
  #pass = 0;
  #position: number;
  #all: [Tensor, Tensor] | undefined;

  constructor(points: Points, scaling: Standardization, { batch, seed }: DenseOptions) {
    const count = points.labels.length;
    this.#rows = scaledRows(points, scaling);
    this.#labels = points.labels;
    this.#order = Uint32Array.from({ length: count }, (_, index) => index);
    this.#size = Math.min(batch, count);
    this.#seed = seed;
    this.#position = count;
    if (this.#size === count) this.#all = this.#tensors(this.#order);
  }

  next(): [Tensor, Tensor] {
    if (this.#all !== undefined) return this.#all;
    if (this.#position + this.#size > this.#order.length) this.#shuffle();
    const chosen = this.#order.subarray(this.#position, (this.#position += this.#size));
    return this.#tensors(chosen);
  }

  #tensors(chosen: Uint32Array): [Tensor, Tensor] {
    const [x, y] = [new Float32Array(2 * chosen.length), new Float32Array(chosen.length)];
    chosen.forEach((row, index) => {
      x[2 * index] = at(this.#rows, 2 * row);
      x[2 * index + 1] = at(this.#rows, 2 * row + 1);
      y[index] = at(this.#labels, row);
    });
    return [tensor(x).reshape([chosen.length, 2]), tensor(y).reshape([chosen.length, 1])];
  }

  #shuffle(): void {
    this.#position = 0;
    this.#order = shuffledOrder(this.#order.length, this.#seed, "shuffle", this.#pass++);
  }
}

/** Centres of the cells of a grid over the view, as rows that the network sees. */
function planeOf({ left, right, bottom, top }: View, cells: number, scaling: Standardization): Tensor {
  const count = cells ** 2;
  const x = Float32Array.from({ length: count }, (_, cell) => left + (((cell % cells) + 0.5) / cells) * (right - left));
  const y = Float32Array.from(
    { length: count },
    (_, cell) => bottom + ((Math.floor(cell / cells) + 0.5) / cells) * (top - bottom),
  );
  return tensor(scaledRows({ x, y }, scaling)).reshape([count, 2]);
}

function join(parts: readonly Tensor[]): Tensor {
  return concat(parts.map((part) => part.flatten()));
}

async function floats(values: Tensor): Promise<Float32Array> {
  return Float32Array.from(await values.data(), Number);
}
