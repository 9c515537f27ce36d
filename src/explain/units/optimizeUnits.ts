/**
 * What units look for: pictures that are changed until a unit answers as strongly as it can. They are made of waves in all
 * directions, so that large forms grow as easily as fine ones, and are moved, turned and scaled a little at each step: what
 * remains is what the unit means, not what fools it. `strongestPatches.ts` has what it answers to among real pictures.
 *
 * Source: C. Olah, A. Mordvintsev, L. Schubert, "Feature visualization", Distill 2017; A. Mordvintsev et al., "Differentiable
 * image parameterizations", Distill 2018.
 */
import { randomAffine } from "../../algorithms/augment/geometry.ts";
import { complex } from "../../algorithms/complex/complex.ts";
import { irfft2 } from "../../algorithms/fourier/realTransforms.ts";
import { AdamW } from "../../optim/adam.ts";
import { ArgumentError, UnsupportedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { sigmoid } from "../../tensor/activation.ts";
import { abs, add, multiply, subtract } from "../../tensor/arithmetic.ts";
import { Generator } from "../../tensor/generator.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { normal } from "../../tensor/random.ts";
import { mean, sum } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import type { PictureNetwork } from "../pictures/pictureNetwork.ts";

/** Choices of `optimizeUnits`. */
export interface OptimizeUnitsOptions {
  /** Name or number of the stage. */
  readonly stage: string | number;
  /** Numbers of units: channels of the stage, or classes. Default: the first 16. */
  readonly units?: readonly number[];
  /** Steps for all pictures at once. Default 256. */
  readonly steps?: number;
  /** Default 0.05. */
  readonly learningRate?: number;
  /** What is done to pictures before the network sees them, at random. */
  readonly robustness?: UnitRobustness;
  /** How strongly waves are drawn to zero, so that contrast stays bounded: none grows beyond 1 / decay. Default 0.3. */
  readonly decay?: number;
  /** How much differences between neighbouring pixels are held down. Default 0. */
  readonly totalVariation?: number;
  /** Decides where pictures begin and how they are moved. Default 0. */
  readonly seed?: number;
  /** Called after each step of a group of units. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** How far pictures are changed at each step, at most. */
export interface UnitRobustness {
  /** Share of the sides, to all sides. Default 0.06. */
  readonly jitter?: number;
  /** Degrees to both sides. Default 6. */
  readonly rotation?: number;
  /** Factors. Default 0.94 to 1.06. */
  readonly scale?: readonly [low: number, high: number];
}

/** A picture for each unit. */
export interface OptimizedUnits {
  readonly stage: string;
  readonly units: readonly number[];
  /** Row-major [units, channels, height, width], from 0 to 1. */
  readonly pictures: Float32Array;
  /** Mean answer of each unit to its picture, and to the noise that it began with. */
  readonly activations: Float64Array;
  readonly begun: Float64Array;
}

/** Units whose pictures are made at once. */
const unitsAtOnce = 16;

/**
 * A picture for each unit that makes its mean answer over all places large.
 * @throws ArgumentError for stages and units that are not there; UnsupportedError where the stage gives neither channels nor features.
 *
 * @example
 * ```ts
 * import { optimizeUnits, PictureNetwork } from "smilodon/explain";
 * import { createNetwork } from "smilodon/systems/vision";
 * const shape = { channels: 1, height: 12, width: 12 } as const;
 * const network = createNetwork({ network: "lenet", ...shape, classes: 2, breadth: 0.25 }).eval();
 * const asked = new PictureNetwork(network, shape);
 * const { pictures, activations } = await optimizeUnits(asked, { stage: 1, units: [0, 1], steps: 4 });
 * console.log(pictures.length, activations); // 2 · 144 pixels from 0 to 1
 * ```
 */
export async function optimizeUnits(
  network: PictureNetwork,
  { stage, units: asked, seed = 0, steps = 256, onProgress, ...options }: OptimizeUnitsOptions,
): Promise<OptimizedUnits> {
  const number = network.stageNamed(stage);
  const { name } = at(network.network.stages, number);
  const count = await unitCount(network, number);
  const units = asked ?? Array.from({ length: Math.min(16, count) }, (_, unit) => unit);
  for (const unit of units)
    if (!Number.isInteger(unit) || unit < 0 || unit >= count)
      throw new ArgumentError(`optimizeUnits: stage ${name} has no unit ${unit}; it has ${count}.`, { unit, count });
  const { pictureSize } = network;
  const pictures = new Float32Array(units.length * pictureSize);
  const begun = new Float64Array(units.length);
  const canvas = new UnitCanvas(network, number, count, {
    ...options,
    seed,
    atOnce: Math.min(unitsAtOnce, units.length),
  });
  for (let start = 0; start < units.length; start += unitsAtOnce) {
    const some = units.slice(start, start + unitsAtOnce);
    begun.set(await canvas.begin(some), start);
    for (let step = 0; step < steps; step++) {
      await canvas.step();
      onProgress?.(start * steps + (step + 1) * some.length, units.length * steps);
    }
    pictures.set(await canvas.pictures(some.length), start * pictureSize);
  }
  const activations = await answersOf(network, number, pictures, units);
  return { stage: name, units, pictures, activations, begun };
}

/** Number of units of a stage. @throws UnsupportedError where it gives neither [channels, rows, columns] nor [features]. */
export async function unitCount(network: PictureNetwork, stage: number): Promise<number> {
  const { shape } = await network.activations(stage, new Float32Array(network.pictureSize));
  const [units] = shape;
  if (units !== undefined && (shape.length === 3 || shape.length === 1)) return units;
  const { name } = at(network.network.stages, stage);
  throw new UnsupportedError(
    `Stage ${name} gives [${["pictures", ...shape].join(", ")}]: neither channels with rows and columns nor features, so that it has no units to show.`,
    { stage: name, shape },
  );
}

/** Mean answer over places of unit i to picture i. */
async function answersOf(
  network: PictureNetwork,
  stage: number,
  pictures: Float32Array,
  units: readonly number[],
): Promise<Float64Array> {
  const { data, shape } = await network.activations(stage, pictures);
  const size = shape.slice(1).reduce((product, each) => product * each, 1);
  const [channels = 1] = shape;
  return Float64Array.from(units, (unit, picture) => {
    const start = (picture * channels + unit) * size;
    return data.subarray(start, start + size).reduce((total, value) => total + value, 0) / size;
  });
}

/** Contrast of the noise that pictures begin with, attempt by attempt. */
const deviations = [0.01, 0.05, 0.2, 0.5, 0.5, 0.5, 1, 1] as const;

/** Pictures in hand, as waves, with the step that changes them. */
class UnitCanvas {
  readonly #waves: Parameter;
  readonly #generator: Generator;
  readonly #network: PictureNetwork;
  readonly #stage: number;
  readonly #units: number;
  readonly #optimizer: AdamW;
  readonly #fresh: ReturnType<AdamW["stateDictionary"]>;
  readonly #step: (mask: Tensor) => Tensor;
  readonly #draw: () => Tensor;
  #mask: Tensor = tensor([]);
  #steps = 0;

  constructor(
    network: PictureNetwork,
    stage: number,
    units: number,
    {
      seed,
      atOnce,
      learningRate = 0.05,
      robustness: { jitter = 0.06, rotation = 6, scale = [0.94, 1.06] as const } = {},
      decay = 0.3,
      totalVariation = 0,
    }: Pick<OptimizeUnitsOptions, "learningRate" | "robustness" | "decay" | "totalVariation"> & {
      seed: number;
      atOnce: number;
    },
  ) {
    const { channels, height, width } = network.shape;
    this.#network = network;
    this.#stage = stage;
    this.#units = units;
    this.#generator = new Generator(seed);
    this.#waves = new Parameter(this.#noise(atOnce, 0));
    this.#optimizer = new AdamW([this.#waves], { learningRate, weightDecay: decay });
    this.#fresh = this.#optimizer.stateDictionary();
    const scales = waveScales(height, width);
    const draw = () => pictureOfWaves(this.#waves.value, scales, { channels, height, width });
    const stages = network.network.stages.slice(0, stage + 1);
    this.#draw = compile(draw);
    this.#step = compile((mask: Tensor) =>
      this.#optimizer.minimize(() => {
        const pictures = draw();
        const generator = this.#generator;
        const moved = randomAffine(pictures, {
          rotation,
          translation: jitter,
          scale,
          padding: "reflection",
          generator,
        });
        const answers = stages.reduce((y, each) => each.forward(y), moved);
        const perUnit = answers.rank === 4 ? mean(answers, [2, 3]) : answers;
        const wanted = sum(multiply(perUnit, mask));
        const rough = totalVariation === 0 ? 0 : multiply(variationOf(pictures), totalVariation);
        return subtract(rough, wanted);
      }),
    );
  }

  /**
   * Begins with noise for other units, and gives their answers to it. A rectified unit that is silent has no slope to follow, so
   * those get noise of more and more contrast until they answer.
   */
  async begin(units: readonly number[]): Promise<Float64Array> {
    const [atOnce = 0] = this.#waves.shape;
    const size = this.#waves.value.size / atOnce;
    const chosen = Float32Array.from(await this.#noise(atOnce, 0).data());
    const answers = new Float64Array(units.length);
    for (let attempt = 0; attempt < deviations.length; attempt++) {
      const noise = await this.#noise(atOnce, attempt).data();
      this.#waves.assign(tensor(Float32Array.from(noise), { shape: this.#waves.shape }));
      const found = await answersOf(this.#network, this.#stage, await this.pictures(units.length), units);
      found.forEach((answer, row) => {
        if (attempt > 0 && (at(answers, row) > 0 || answer <= at(answers, row))) return;
        answers[row] = answer;
        chosen.set(noise.subarray(row * size, (row + 1) * size), row * size);
      });
      if (answers.every((answer) => answer > 0)) break;
    }
    this.#waves.assign(tensor(chosen, { shape: this.#waves.shape }));
    this.#optimizer.loadStateDictionary(this.#fresh);
    const mask = new Float32Array(atOnce * this.#units);
    units.forEach((unit, row) => (mask[row * this.#units + unit] = 1));
    this.#mask = tensor(mask, { shape: [atOnce, this.#units] });
    return answers;
  }

  /** One step for all pictures. Waits now and then, so that steps do not pile up. */
  async step(): Promise<void> {
    const loss = this.#step(this.#mask);
    if (this.#steps++ % 8 === 0) await loss.item();
  }

  /** The first `count` pictures as they are. */
  async pictures(count: number): Promise<Float32Array> {
    const data = await this.#draw().data();
    return Float32Array.from(data.subarray(0, count * this.#network.pictureSize));
  }

  /** [pictures, 2 for cosines and sines, channels, height, width / 2 + 1] */
  #noise(atOnce: number, attempt: number): Tensor {
    const { channels, height, width } = this.#network.shape;
    const shape = [atOnce, 2, channels, height, Math.floor(width / 2) + 1];
    return normal(shape, { deviation: at(deviations, attempt), generator: this.#generator });
  }
}

/** How strong each wave is drawn: as in photographs, inversely to its frequency. [height, width / 2 + 1] */
function waveScales(height: number, width: number): Tensor {
  const columns = Math.floor(width / 2) + 1;
  const scales = Float32Array.from({ length: height * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    const down = Math.min(row, height - row) / height;
    const frequency = Math.hypot(down, (index % columns) / width);
    return Math.sqrt(height * width) / Math.max(frequency, 1 / Math.max(height, width)) / 4;
  });
  return tensor(scales, { shape: [height, columns] });
}

/**
 * The three directions in which colours of photographs vary independently, brightest first: intensity, red against blue, green
 * against both; scaled by how far they vary.
 *
 * Source: Y. Ohta, T. Kanade, T. Sakai, "Color information for region segmentation", 1980.
 */
const colourDirections = [
  [0.58, 0.58, 0.58],
  [0.21, 0, -0.21],
  [-0.05, 0.1, -0.05],
] as const;

/** Waves to pixels from 0 to 1. */
function pictureOfWaves(
  waves: Tensor,
  scales: Tensor,
  { channels, height, width }: { readonly channels: number; readonly height: number; readonly width: number },
): Tensor {
  const part = (index: 0 | 1): Tensor => multiply(slice(waves, null, index), scales);
  const plain: Tensor = irfft2(complex(part(0), part(1)), { s: [height, width] });
  if (channels !== 3) return sigmoid(plain);
  const colours = [0, 1, 2].map((colour) => slice(plain, null, [colour, colour + 1]));
  const directions = tensor(colourDirections.map((direction) => direction.map((part) => 1.7 * part)));
  const mixed = colours.map((colour, index): Tensor => {
    const direction = slice(directions, index).reshape([1, 3, 1, 1]);
    return multiply(colour, direction);
  });
  return sigmoid(mixed.reduce((total, each) => add(total, each)));
}

/** Mean absolute difference of neighbouring pixels, for each picture, added up. */
function variationOf(pictures: Tensor): Tensor {
  const [, , height = 1, width = 1] = pictures.shape;
  const differences = (axis: 2 | 3, size: number): Tensor => {
    const from = (start: number, end: number) =>
      axis === 2 ? slice(pictures, null, null, [start, end]) : slice(pictures, "...", [start, end]);
    return sum(mean(abs(subtract(from(1, size), from(0, size - 1))), [1, 2, 3]));
  };
  return add(differences(2, height), differences(3, width));
}
