/**
 * The line of the first two pages: f = a₁ + a₂·u + a₃·v, learned by gradient descent on all points at once. Without a
 * sigmoid the loss is the mean of (f − t)² with t = −1 or +1; with one it is the cross-entropy of α(f).
 */
import type { Standardization } from "../../../../data/standardization.ts";
import { binaryCrossEntropyWithLogits } from "../../../../nn/losses/binaryCrossEntropy.ts";
import { mseLoss } from "../../../../nn/losses/distance.ts";
import { SGD } from "../../../../optim/sgd.ts";
import { add } from "../../../../tensor/arithmetic.ts";
import { concat } from "../../../../tensor/joining.ts";
import { matmul } from "../../../../tensor/linear.ts";
import { Parameter } from "../../../../tensor/parameter.ts";
import { type Tensor, tensor } from "../../../../tensor/tensor.ts";
import { compile } from "../../../../transforms/compile.ts";
import { gradientsOf } from "../../../../transforms/gradient.ts";
import { type Points, scaledRows } from "../points.ts";
import type { Job, Training } from "../training.ts";

/** The numbers a₁, a₂, a₃ of a line over scaled length and weight. */
export type LineNumbers = readonly [a1: number, a2: number, a3: number];

/** How a line begins. */
export interface LineOptions {
  readonly points: Points;
  readonly scaling: Standardization;
  readonly isThroughSigmoid: boolean;
  readonly start: LineNumbers;
  readonly learningRate: number;
}

/** What may change on the way: somebody drags the line, or wants larger steps. */
export interface LineChange {
  readonly numbers?: LineNumbers;
  readonly learningRate?: number;
}

/** What it shows. */
export interface LineSnapshot {
  readonly numbers: LineNumbers;
  /** Of the loss at `numbers`. */
  readonly gradient: LineNumbers;
  /** The loss at `numbers`. */
  readonly loss: number;
}

/** Gradient descent on the line's three numbers. */
export const lineJob: Job<LineOptions, LineSnapshot, LineChange> = {
  start: (options) => new LineTraining(options),
};

class LineTraining implements Training<LineSnapshot, LineChange> {
  readonly #constant: Parameter;
  readonly #slopes: Parameter;
  readonly #optimizer: SGD;
  readonly #x: Tensor;
  readonly #target: Tensor;
  readonly #isThroughSigmoid: boolean;
  readonly #takeStep = compile((x: Tensor, y: Tensor) => this.#optimizer.minimize(() => this.#loss(x, y)));
  readonly #look = compile((x: Tensor, y: Tensor) => {
    const values = [this.#constant.value, this.#slopes.value];
    const loss = this.#loss(x, y);
    return concat([...values, ...gradientsOf(loss, values), loss.reshape([1])].map((part) => part.flatten()));
  });

  constructor({ points, scaling, isThroughSigmoid, start, learningRate }: LineOptions) {
    const count = points.labels.length;
    this.#isThroughSigmoid = isThroughSigmoid;
    this.#x = tensor(scaledRows(points, scaling)).reshape([count, 2]);
    const target = Float32Array.from(points.labels, (label) => (isThroughSigmoid ? label : 2 * label - 1));
    this.#target = tensor(target).reshape([count, 1]);
    this.#constant = new Parameter([start[0]], { name: "a1" });
    this.#slopes = new Parameter([[start[1]], [start[2]]], { name: "a2, a3" });
    this.#optimizer = new SGD([this.#constant, this.#slopes], { learningRate });
  }

  async step(count: number): Promise<number> {
    for (let index = 1; index < count; index++) this.#takeStep(this.#x, this.#target);
    return await this.#takeStep(this.#x, this.#target).item();
  }

  async snapshot(): Promise<LineSnapshot> {
    const [a1 = 0, a2 = 0, a3 = 0, g1 = 0, g2 = 0, g3 = 0, loss = 0] = await this.#look(this.#x, this.#target).data();
    return { numbers: [a1, a2, a3], gradient: [g1, g2, g3], loss };
  }

  change({ numbers, learningRate }: LineChange): void {
    if (learningRate !== undefined) this.#optimizer.learningRate = learningRate;
    if (numbers === undefined) return;
    this.#constant.assign(tensor([numbers[0]]));
    this.#slopes.assign(tensor([[numbers[1]], [numbers[2]]]));
  }

  #loss(x: Tensor, y: Tensor): Tensor {
    const f = add(matmul(x, this.#slopes.value), this.#constant.value);
    return this.#isThroughSigmoid ? binaryCrossEntropyWithLogits(f, y) : mseLoss(f, y);
  }
}
