/**
 * A convolutional network learns to tell drawings apart, and shows what it found: its filters, the maps of the visitor's
 * own drawing, the drawings that excite each unit most, and which ink decides. Every drawing is new, so nothing is learned
 * by heart; it is judged by drawings of higher numbers. Equal options give equal losses, bit for bit, in page and Node.
 */
import { integrateSlopes } from "../../../../explain/integratedGradients.ts";
import { type Slopes, slopesOf } from "../../../../explain/model.ts";
import { crossEntropy } from "../../../../nn/losses/crossEntropy.ts";
import { Adam } from "../../../../optim/adam.ts";
import { at } from "../../../../support/invariant.ts";
import { seed as seedRandom } from "../../../../tensor/generator.ts";
import { concat } from "../../../../tensor/joining.ts";
import { softmax } from "../../../../tensor/normalize.ts";
import { Parameter } from "../../../../tensor/parameter.ts";
import { max } from "../../../../tensor/reduce.ts";
import { argmax } from "../../../../tensor/statistics.ts";
import { type Tensor, tensor } from "../../../../tensor/tensor.ts";
import { compile } from "../../../../transforms/compile.ts";
import {
  type DrawingProblemName,
  drawingProblems,
  firstHeldOut,
  type Pictures,
  picturesOf,
} from "../drawings/problems.ts";
import { pictureDots, pictureSize } from "../drawings/strokes.ts";
import { mapNumbers, seeingLayers, sightAt } from "../seeing/layers.ts";
import { SeeingNetwork } from "../seeing/network.ts";
import {
  type Decision,
  type Exciting,
  judgedDrawings,
  judgeEvery,
  type NamedNumbers,
  type SeeingChange,
  type SeeingLook,
  type SeeingOptions,
  type SeeingSnapshot,
  seeingBatch,
  type UnitPlace,
} from "../seeing/shown.ts";
import type { Job, Training } from "../training.ts";

/** How many parts of drawings are shown for a unit. */
const excitingShown = 8;

/** Points on the way from the empty paper to the drawing: integrated gradients. */
const explainPoints = 24;

/** The job. */
export const seeingJob: Job<SeeingOptions, SeeingSnapshot, SeeingChange> = {
  start: (options) => new SeeingTraining(options),
};

class SeeingTraining implements Training<SeeingSnapshot, SeeingChange> {
  readonly #problem: DrawingProblemName;
  readonly #seed: number;
  readonly #classes: number;
  readonly #network: SeeingNetwork;
  readonly #optimizer: Adam;
  readonly #judge: Judge;
  readonly #contest: Contest;
  #look: SeeingLook;
  #taken = 0;

  readonly #takeStep = compile((x: Tensor, labels: Tensor) =>
    this.#optimizer.minimize(() => crossEntropy(this.#network.forward(x), labels)),
  );
  readonly #see = compile((x: Tensor) => {
    const { maps, scores } = this.#network.look(x);
    return concat([...maps, scores, softmax(scores)].map((part) => part.flatten()));
  });
  readonly #numbers = compile(() => concat(this.#network.parameters().map(({ value }) => value.flatten())));

  constructor({ problem, seed, learningRate, look }: SeeingOptions) {
    this.#problem = problem;
    this.#seed = seed;
    this.#classes = drawingProblems[problem].classes.length;
    seedRandom(seed);
    this.#network = new SeeingNetwork(this.#classes);
    this.#optimizer = new Adam(this.#network.parameters(), { learningRate });
    this.#judge = new Judge(this.#network, picturesOf(problem, seed, firstHeldOut, judgedDrawings), this.#classes);
    this.#contest = new Contest(this.#network, this.#classes);
    this.#look = look;
  }

  async step(count: number): Promise<number> {
    let loss = Number.NaN;
    for (let index = 0; index < count; index++) {
      if (this.#taken === 0) await this.#judge.measure();
      const { dots, labels } = picturesOf(this.#problem, this.#seed, this.#taken * seeingBatch, seeingBatch);
      const taken = this.#takeStep(asPictures(dots), tensor(labels));
      this.#taken++;
      if (index === count - 1) loss = await taken.item();
      if (this.#taken % judgeEvery === 0) await this.#judge.measure();
    }
    return loss;
  }

  async snapshot(): Promise<SeeingSnapshot> {
    if (this.#judge.accuracies.length === 0) await this.#judge.measure();
    const { picture, unit, rival } = this.#look;
    const seen = await floats(this.#see(asPictures(picture)));
    const [first, second] = seeingLayers;
    const firstNumbers = first.units * first.places ** 2;
    const scores = seen.subarray(mapNumbers, mapNumbers + this.#classes);
    const numbers = await this.#namedNumbers();
    return {
      picture,
      filters: at(numbers, 0).values,
      maps: [seen.slice(0, firstNumbers), seen.slice(firstNumbers, firstNumbers + second.units * second.places ** 2)],
      probabilities: seen.slice(mapNumbers + this.#classes),
      decision: await this.#contest.decide(picture, pairOf(scores, rival), this.#taken),
      exciting: this.#judge.exciting(unit),
      accuracies: Float32Array.from(this.#judge.accuracies),
      confusion: this.#judge.confusion.slice(),
      numbers,
    };
  }

  change({ look, learningRate }: SeeingChange): void {
    if (look !== undefined) this.#look = look;
    if (learningRate !== undefined) this.#optimizer.learningRate = learningRate;
  }

  async #namedNumbers(): Promise<NamedNumbers[]> {
    const all = await floats(this.#numbers());
    let offset = 0;
    return [...this.#network.namedParameters()].map(([name, { shape }]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return { name, shape, values: all.slice(offset, (offset += count)) };
    });
  }
}

/** Measures the network on drawings that it never learned from, and remembers what excites its units. */
class Judge {
  readonly accuracies: number[] = [];
  /** [true class, answer]: how many. */
  confusion: Uint32Array;
  readonly #pictures: Pictures;
  readonly #x: Tensor;
  readonly #classes: number;
  /** For each layer, row-major [drawings, units]: the strongest answer of a unit and where it is. */
  #peaks: readonly { readonly values: Float32Array; readonly places: Float32Array }[] = [];
  readonly #examine: (x: Tensor) => Tensor;

  constructor(network: SeeingNetwork, pictures: Pictures, classes: number) {
    this.#pictures = pictures;
    this.#classes = classes;
    this.#x = asPictures(pictures.dots);
    this.confusion = new Uint32Array(classes ** 2);
    this.#examine = compile((x: Tensor) => {
      const { maps, scores } = network.look(x);
      const peaks = maps.flatMap((map) => {
        const rows = map.reshape([...map.shape.slice(0, 2), -1]);
        return [max(rows, -1), argmax(rows, -1).astype("f32")];
      });
      return concat([argmax(scores, -1).astype("f32"), ...peaks].map((part) => part.flatten()));
    });
  }

  async measure(): Promise<void> {
    const found = await floats(this.#examine(this.#x));
    const count = this.#pictures.labels.length;
    let offset = 0;
    const take = (size: number): Float32Array => found.slice(offset, (offset += size));
    const answers = take(count);
    this.#peaks = seeingLayers.map(({ units }) => ({ values: take(count * units), places: take(count * units) }));
    this.confusion = new Uint32Array(this.#classes ** 2);
    let right = 0;
    answers.forEach((answer, index) => {
      const label = at(this.#pictures.labels, index);
      const cell = label * this.#classes + answer;
      this.confusion[cell] = at(this.confusion, cell) + 1;
      if (answer === label) right++;
    });
    this.accuracies.push(right / count);
  }

  /** The parts of drawings that excite a unit most, at most one of each drawing; none where it never answers. */
  exciting({ layer, unit }: UnitPlace): Exciting[] {
    const sizes = at(seeingLayers, layer);
    const { values, places } = at(this.#peaks, layer);
    const activation = (drawing: number): number => at(values, drawing * sizes.units + unit);
    return Array.from(this.#pictures.labels, (_, drawing) => drawing)
      .filter((drawing) => activation(drawing) > 0)
      .sort((a, b) => activation(b) - activation(a) || a - b)
      .slice(0, excitingShown)
      .map((drawing) => {
        const picture = this.#pictures.dots.subarray(drawing * pictureDots, (drawing + 1) * pictureDots);
        const sight = sightAt(picture, sizes, at(places, drawing * sizes.units + unit));
        return { sight, activation: activation(drawing), label: at(this.#pictures.labels, drawing) };
      });
  }
}

/** Says which ink decides between two classes, by integrated gradients from an empty paper. */
class Contest {
  /** +1 for the chosen class, −1 for the rival. An input of the compiled model, so that every pair is compiled once. */
  readonly #sides: Parameter;
  readonly #slopes: (rows: ArrayLike<number>) => Promise<Slopes>;
  readonly #classes: number;
  #last: { readonly picture: Float32Array; readonly key: string; readonly decision: Decision } | undefined;

  constructor(network: SeeingNetwork, classes: number) {
    this.#classes = classes;
    this.#sides = new Parameter(new Float32Array(classes), { trainable: false });
    this.#slopes = slopesOf((rows) => {
      const scores = network.forward(rows.reshape([-1, 1, pictureSize, pictureSize]));
      return scores.multiply(this.#sides.value).sum(-1);
    }, pictureDots);
  }

  /** Asked again for the same picture and pair it answers anew only after `judgeEvery` steps: pictures come often. */
  async decide(picture: Float32Array, [chosen, rival]: readonly [number, number], taken: number): Promise<Decision> {
    const key = [chosen, rival, Math.floor(taken / judgeEvery)].join();
    if (this.#last?.picture === picture && this.#last.key === key) return this.#last.decision;
    const sides = new Float32Array(this.#classes);
    sides[chosen] = 1;
    sides[rival] = -1;
    this.#sides.assign(tensor(sides));
    const empty = new Float32Array(pictureDots);
    const found = await integrateSlopes(this.#slopes, picture, {
      baseline: empty,
      columns: pictureDots,
      points: explainPoints,
    });
    const decision = {
      chosen,
      rival,
      lead: at(found.outputs, 0),
      emptyLead: at(found.baselineOutputs, 0),
      pushes: Float32Array.from(found.values),
      residual: at(found.residuals, 0),
    };
    this.#last = { picture, key, decision };
    return decision;
  }
}

/** The likeliest class and whom it is compared with: `rival`, or the likeliest of the others. */
function pairOf(scores: Float32Array, rival: number | undefined): readonly [number, number] {
  const order = Array.from(scores, (_, index) => index).sort((a, b) => at(scores, b) - at(scores, a));
  const chosen = at(order, 0);
  return [chosen, rival === undefined || rival === chosen ? at(order, 1) : rival];
}

function asPictures(dots: Float32Array): Tensor {
  return tensor(Float32Array.from(dots), { shape: [dots.length / pictureDots, 1, pictureSize, pictureSize] });
}

async function floats(values: Tensor): Promise<Float32Array> {
  return Float32Array.from(await values.data(), Number);
}
