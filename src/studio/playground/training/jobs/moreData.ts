/**
 * The same network three times, from the same first weights, with 20, 200 and 2,000 points: what it makes of the points that
 * it learns from, and of points that none of them has seen.
 */
import { binaryCrossEntropyWithLogits, Linear, Sequential, Tanh } from "../../../../nn/index.ts";
import { AdamW } from "../../../../optim/adam.ts";
import { at } from "../../../../support/invariant.ts";
import { seed as seedGenerator } from "../../../../tensor/generator.ts";
import { reshape } from "../../../../tensor/manipulate.ts";
import { type Tensor, tensor } from "../../../../tensor/tensor.ts";
import { compile } from "../../../../transforms/compile.ts";
import type { Points } from "../points.ts";
import { planeReach, type Sample, type Source, samplesOf, samplesOfOwn } from "../samples.ts";
import type { Job, Training } from "../training.ts";

/** What a training is made of. Plain data. */
export interface MoreDataOptions {
  readonly source: Source;
  /** A visitor's own points, instead of the source's. */
  readonly own?: Points;
  /** Units in each of the two hidden layers. */
  readonly width: number;
  readonly learningRate: number;
  /** Of points and first weights. */
  readonly seed: number;
}

/** One of the three networks, as the page shows it. */
export interface Learner {
  readonly amount: number;
  /** Log odds of kind 1 at the centres of `planeSide` × `planeSide` cells, row-major, the lowest row first. */
  readonly logOdds: Float32Array<ArrayBuffer>;
  /** Steps at which losses were taken, and the losses on the points it learned from and on those it had not seen. */
  readonly steps: readonly number[];
  readonly trainLosses: readonly number[];
  readonly heldOutLosses: readonly number[];
  /** Shares of right answers now. */
  readonly trainAccuracy: number;
  readonly heldOutAccuracy: number;
}

/** What the page shows. Plain data. */
export interface MoreDataSnapshot {
  readonly learners: readonly Learner[];
}

/** Cells along each axis of the picture. */
export const planeSide = 48;

/** Points in a batch; the smallest sample is one batch of its own. */
const batchSize = 40;

/** Losses are taken every so many steps, less often as the record grows. */
const recordEvery = 10;
const mostRecords = 240;

/** What may change on the way. */
export type MoreDataChange = Partial<Pick<MoreDataOptions, "learningRate">>;

/** Three networks that differ in nothing but their number of points. */
export const moreDataJob: Job<MoreDataOptions, MoreDataSnapshot, MoreDataChange> = {
  start: (options) => new MoreDataTraining(options),
};

class MoreDataTraining implements Training<MoreDataSnapshot, MoreDataChange> {
  readonly #students: readonly Student[];
  readonly #plane: Tensor;

  constructor({ source, own, width, learningRate, seed }: MoreDataOptions) {
    const { learned, heldOut } = own === undefined ? samplesOf(source, seed) : samplesOfOwn(own, seed);
    this.#students = learned.map((sample) => {
      seedGenerator(seed);
      return new Student(sample, heldOut, { width, learningRate });
    });
    this.#plane = tensor(planePoints(), { shape: [planeSide ** 2, 2] });
  }

  /** Every network takes `count` steps; the loss of the one with the most points, before the last step. */
  async step(count: number): Promise<number> {
    let last = Number.NaN;
    for (const student of this.#students) last = await student.learn(count);
    return last;
  }

  /** Another learning rate, from the next step on. */
  change({ learningRate }: MoreDataChange): void {
    if (learningRate === undefined) return;
    for (const student of this.#students) student.setLearningRate(learningRate);
  }

  /** What the three look like now. */
  async snapshot(): Promise<MoreDataSnapshot> {
    const learners: Learner[] = [];
    for (const student of this.#students) learners.push(await student.describe(this.#plane));
    return { learners };
  }
}

/** One network with its points and its record. */
class Student {
  readonly #amount: number;
  readonly #optimizer: AdamW;
  readonly #batches: readonly { readonly x: Tensor; readonly y: Tensor }[];
  readonly #known: Exam;
  readonly #unseen: Exam;
  readonly #step: (x: Tensor, y: Tensor) => Tensor;
  readonly #answer: (x: Tensor) => Tensor;
  readonly #record: LossRecord = { steps: [], trainLosses: [], heldOutLosses: [] };
  #taken = 0;
  #every = recordEvery;

  constructor(
    sample: Sample,
    heldOut: Sample,
    { width, learningRate }: Pick<MoreDataOptions, "width" | "learningRate">,
  ) {
    const model = new Sequential(
      new Linear(2, width),
      new Tanh(),
      new Linear(width, width),
      new Tanh(),
      new Linear(width, 1),
    );
    this.#amount = sample.labels.length;
    this.#optimizer = new AdamW(model.parameters(), { learningRate, weightDecay: 0 });
    this.#batches = batchesOf(sample);
    this.#known = examOf(sample);
    this.#unseen = examOf(heldOut);
    const logits = (x: Tensor): Tensor => reshape(model.forward(x), [-1]);
    this.#step = compile((x: Tensor, y: Tensor) =>
      this.#optimizer.minimize(() => binaryCrossEntropyWithLogits(logits(x), y)),
    );
    this.#answer = compile(logits);
  }

  setLearningRate(learningRate: number): void {
    this.#optimizer.learningRate = learningRate;
  }

  async learn(count: number): Promise<number> {
    let loss = Number.NaN;
    for (let step = 0; step < count; step++) {
      if (this.#taken % this.#every === 0) await this.#takeLosses();
      const { x, y } = at(this.#batches, this.#taken % this.#batches.length);
      const result = this.#step(x, y);
      this.#taken++;
      if (step === count - 1) loss = await result.item();
    }
    return loss;
  }

  async describe(plane: Tensor): Promise<Learner> {
    return {
      amount: this.#amount,
      logOdds: Float32Array.from(await this.#answer(plane).data()),
      steps: [...this.#record.steps],
      trainLosses: [...this.#record.trainLosses],
      heldOutLosses: [...this.#record.heldOutLosses],
      trainAccuracy: (await this.#examine(this.#known)).accuracy,
      heldOutAccuracy: (await this.#examine(this.#unseen)).accuracy,
    };
  }

  async #takeLosses(): Promise<void> {
    const { steps, trainLosses, heldOutLosses } = this.#record;
    steps.push(this.#taken);
    trainLosses.push((await this.#examine(this.#known)).loss);
    heldOutLosses.push((await this.#examine(this.#unseen)).loss);
    if (steps.length < mostRecords) return;
    // Every other record goes, and from now on they are taken half as often
    for (const list of [steps, trainLosses, heldOutLosses]) {
      const kept = list.filter((_, index) => index % 2 === 0);
      list.splice(0, list.length, ...kept);
    }
    this.#every *= 2;
  }

  async #examine({ x, labels }: Exam): Promise<{ loss: number; accuracy: number }> {
    const logits = await this.#answer(x).data();
    let [loss, right] = [0, 0];
    labels.forEach((label, row) => {
      const logit = at(logits, row);
      // log(1 + e^−z) without overflow, z the logit of the true kind
      const margin = label === 1 ? logit : -logit;
      loss += Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)));
      right += margin > 0 ? 1 : 0;
    });
    return { loss: loss / labels.length, accuracy: right / labels.length };
  }
}

/** Losses and the steps at which they were taken. */
interface LossRecord {
  readonly steps: number[];
  readonly trainLosses: number[];
  readonly heldOutLosses: number[];
}

/** Points to be asked about. */
interface Exam {
  readonly x: Tensor;
  readonly labels: Uint8Array;
}

function examOf({ points, labels }: Sample): Exam {
  return { x: tensor(points, { shape: [labels.length, 2] }), labels };
}

/**
 * The sample in batches, one after the other; points are drawn independently, so their order is as good as any. The last batch
 * goes back so far that it is whole.
 */
function batchesOf({ points, labels }: Sample): { x: Tensor; y: Tensor }[] {
  const size = Math.min(batchSize, labels.length);
  return Array.from({ length: Math.ceil(labels.length / size) }, (_, batch) => {
    const to = Math.min(labels.length, (batch + 1) * size);
    const from = to - size;
    return {
      x: tensor(points.slice(2 * from, 2 * to), { shape: [size, 2] }),
      y: tensor(Float32Array.from(labels.subarray(from, to))),
    };
  });
}

/** The centres of the cells, row-major, the lowest row first. */
function planePoints(): Float32Array<ArrayBuffer> {
  const size = (2 * planeReach) / planeSide;
  return Float32Array.from({ length: 2 * planeSide ** 2 }, (_, index) => {
    const cell = index >> 1;
    const place = index % 2 === 0 ? cell % planeSide : Math.floor(cell / planeSide);
    return -planeReach + size * (place + 0.5);
  });
}
