/**
 * A network as explanations of pictures ask it: its scores, their slopes along pixels, what its stages give and how a score
 * depends on that. Pictures are asked in blocks of one size, so that each program is compiled once and a picture gets the same
 * answer alone and among others. `explainPictures.ts` is the place to start.
 */
import { Module } from "../../nn/module.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import { multiply } from "../../tensor/arithmetic.ts";
import { sum } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import { gradientsOf } from "../../transforms/gradient.ts";
import type { StagedNetwork } from "../stagedNetwork.ts";

/** Sizes of the pictures that a network is asked about. */
export interface PictureShape {
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** Pixels from left to right. */
  readonly width: number;
}

/** How a network is asked. */
export interface PictureNetworkOptions {
  /** Pictures in one call of the network. Default: 64 of 32 × 32 pixels, fewer of larger ones. */
  readonly block?: number;
}

/** Numbers of several pictures, row-major, and the shape that belongs to one. */
export interface PictureNumbers {
  readonly data: Float32Array;
  /** Without the axis of pictures. */
  readonly shape: readonly number[];
}

/** Scores with their slopes along pixels. */
export interface PictureSlopes {
  /** [pictures, classes], as the program with the slopes computed them. */
  readonly scores: Float32Array;
  /** [pictures, channels, height, width]. */
  readonly gradients: Float32Array;
}

/** What a stage gives, and how the explained number depends on it. */
export interface StageSlopes {
  readonly scores: Float32Array;
  readonly activations: PictureNumbers;
  readonly gradients: PictureNumbers;
}

/** Numbers of pixels in a block, unless the caller says how many pictures. */
const blockPixels = 64 * 32 * 32;

/**
 * A network to be explained, which keeps its compiled programs: make one and ask it again and again.
 *
 * @example
 * ```ts
 * import { PictureNetwork } from "smilodon/explain";
 * import { createNetwork } from "smilodon/systems/vision";
 * const shape = { channels: 3, height: 16, width: 16 } as const;
 * const network = createNetwork({ network: "lenet", ...shape, classes: 2, breadth: 0.25 }).eval();
 * const asked = new PictureNetwork(network, shape);
 * console.log((await asked.scores(new Float32Array(3 * 16 * 16))).length); // 2
 * ```
 */
export class PictureNetwork {
  readonly network: StagedNetwork;
  readonly shape: PictureShape;
  /** Pictures in one call of the network. */
  readonly block: number;
  readonly #plain: (x: Tensor) => Tensor;
  readonly #slopes: (x: Tensor, weights: Tensor) => readonly [scores: Tensor, gradients: Tensor];
  readonly #activations = new Map<number, (x: Tensor) => Tensor>();
  readonly #stageSlopes = new Map<number, (x: Tensor, weights: Tensor) => readonly Tensor[]>();
  #classes: number | undefined;

  /** @throws ArgumentError where the network is being trained: what it says then is not what it will say. */
  constructor(network: StagedNetwork, shape: PictureShape, { block }: PictureNetworkOptions = {}) {
    const { height, width } = shape;
    requireEvaluation(network);
    this.network = network;
    this.shape = shape;
    this.block = block ?? Math.min(64, Math.max(1, Math.round(blockPixels / (height * width))));
    this.#plain = compile((x: Tensor) => network.forward(x));
    this.#slopes = compile((x: Tensor, weights: Tensor) => {
      const scores = network.forward(x);
      return [scores, at(gradientsOf(sum(multiply(scores, weights)), [x]), 0)] as const;
    });
  }

  /** Numbers of one picture. */
  get pictureSize(): number {
    const { channels, height, width } = this.shape;
    return channels * height * width;
  }

  /** Number of classes that the network scores. */
  async classes(): Promise<number> {
    this.#classes ??= (await this.scores(new Float32Array(this.pictureSize))).length;
    return this.#classes;
  }

  /**
   * The plain scores of pictures: [pictures, classes].
   * @param pictures row-major [pictures, channels, height, width], from 0 to 1
   */
  async scores(pictures: Float32Array): Promise<Float32Array> {
    const [scores] = await this.#inBlocks(pictures, undefined, (x) => [this.#plain(x)]);
    if (scores?.shape.length !== 1)
      throw new ShapeError(
        `explain: a network of pictures has to give scores [pictures, classes]; for one picture it gave ${showShape(scores?.shape ?? [])}.`,
      );
    return scores.data;
  }

  /** Scores, and the slopes of Σ weights · scores of each picture along its pixels. @param weights [pictures, classes] */
  async slopes(pictures: Float32Array, weights: Float32Array): Promise<PictureSlopes> {
    const [scores, gradients] = await this.#inBlocks(pictures, weights, (x, w) => this.#slopes(x, w));
    return { scores: scores?.data ?? new Float32Array(), gradients: gradients?.data ?? new Float32Array() };
  }

  /** What stage number `stage` gives. @throws ArgumentError where there is no such stage. */
  async activations(stage: number, pictures: Float32Array): Promise<PictureNumbers> {
    const run = remember(this.#activations, this.#stageNumber(stage), () =>
      compile((x: Tensor) => this.network.stages.slice(0, stage + 1).reduce((y, each) => each.forward(y), x)),
    );
    return at(await this.#inBlocks(pictures, undefined, (x) => [run(x)]), 0);
  }

  /** What stage number `stage` gives, and the slopes of Σ weights · scores along it. */
  async stageSlopes(stage: number, pictures: Float32Array, weights: Float32Array): Promise<StageSlopes> {
    const { stages } = this.network;
    const run = remember(this.#stageSlopes, this.#stageNumber(stage), () =>
      compile((x: Tensor, w: Tensor) => {
        const activations = stages.slice(0, stage + 1).reduce((y, each) => each.forward(y), x);
        const scores = stages.slice(stage + 1).reduce((y, each) => each.forward(y), activations);
        return [scores, activations, ...gradientsOf(sum(multiply(scores, w)), [activations])];
      }),
    );
    const [scores, activations, gradients] = await this.#inBlocks(pictures, weights, (x, w) => run(x, w));
    const none = { data: new Float32Array(), shape: [] };
    return { scores: (scores ?? none).data, activations: activations ?? none, gradients: gradients ?? none };
  }

  /** The number of a stage that is given by name or number. @throws ArgumentError naming those that there are. */
  stageNamed(stage: string | number): number {
    if (typeof stage === "number") return this.#stageNumber(stage);
    const found = this.network.stages.findIndex(({ name }) => name === stage);
    return this.#stageNumber(found < 0 ? stage : found);
  }

  #stageNumber(stage: number | string): number {
    if (typeof stage === "number" && stage in this.network.stages) return stage;
    const names = this.network.stages.map(({ name }, index) => `${index} ${name}`).join(", ");
    throw new ArgumentError(`explain: there is no stage ${stage}; there are ${names}.`, { stage });
  }

  /** How many pictures these are. @throws ArgumentError where they are not whole ones. */
  countOf(pictures: Float32Array): number {
    const count = pictures.length / this.pictureSize;
    const { channels, height, width } = this.shape;
    if (Number.isInteger(count)) return count;
    throw new ArgumentError(
      `explain: ${pictures.length} numbers are not whole pictures of ${channels} × ${height} × ${width}.`,
      { ...this.shape },
    );
  }

  /** `run` for blocks of pictures (and rows of weights), filled up with zeros; what it gives is joined. */
  async #inBlocks(
    pictures: Float32Array,
    weights: Float32Array | undefined,
    run: (x: Tensor, weights: Tensor) => readonly Tensor[],
  ): Promise<PictureNumbers[]> {
    requireEvaluation(this.network);
    const count = this.countOf(pictures);
    const { block, pictureSize } = this;
    const { channels, height, width } = this.shape;
    const classes = weights === undefined ? 1 : weights.length / Math.max(1, count);
    const joined: PictureNumbers[] = [];
    for (let start = 0; start < Math.max(1, count); start += block) {
      const some = Math.min(block, count - start);
      const x = filled(pictures, start * pictureSize, some * pictureSize, block * pictureSize);
      const w = filled(weights ?? new Float32Array(), start * classes, some * classes, block * classes);
      const given = run(tensor(x, { shape: [block, channels, height, width] }), tensor(w, { shape: [block, classes] }));
      for (const [index, each] of given.entries()) {
        const shape = each.shape.slice(1);
        const size = each.size / block;
        joined[index] ??= { data: new Float32Array(count * size), shape };
        at(joined, index).data.set((await each.astype("f32").data()).subarray(0, some * size), start * size);
      }
    }
    return joined;
  }
}

/** `length` numbers from `start`, and zeros up to `whole`. */
function filled(numbers: Float32Array, start: number, length: number, whole: number): Float32Array<ArrayBuffer> {
  const block = new Float32Array(whole);
  block.set(numbers.subarray(start, start + length));
  return block;
}

function requireEvaluation(network: StagedNetwork): void {
  if (!(network instanceof Module)) return;
  for (const [path, module] of network.namedModules())
    if (module.training)
      throw new ArgumentError(
        `explain: ${path === "" ? "the network" : `the layer ${path}`} is in training mode, where batches and chance change its answers. Call eval() first.`,
        { path },
      );
}
