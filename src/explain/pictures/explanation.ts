/** What explanations of pictures say, what they are asked, and what they cost. */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { PictureNetwork } from "./pictureNetwork.ts";

/** Passes through the network, counted in pictures. */
export interface ExplanationCost {
  readonly forward: number;
  readonly backward: number;
}

/** Which number is explained: the score of a class, or how far it is above another's. */
export interface PictureQuestion {
  /** The class: one for all pictures or one for each. Default: the class with the highest score. */
  readonly target?: number | ArrayLike<number>;
  /**
   * What it is compared with: nothing, so that its score is explained (default), or the class with the next highest score, so
   * that the decision between the two is.
   */
  readonly against?: "nothing" | "runnerUp";
}

/** Why a network gave pictures the scores that it gave. */
export interface PictureExplanation {
  /** Name of the method with its parameters. */
  readonly method: string;
  /** One number a pixel, row-major [pictures, height, width]: above 0 speaks for the answer. Sums over channels. */
  readonly maps: Float32Array;
  readonly height: number;
  readonly width: number;
  /** The class that was asked about, for each picture, and the one that it was compared with, −1 for none. */
  readonly targets: Int32Array;
  readonly against: Int32Array;
  /** The network's plain scores, [pictures, classes]. */
  readonly scores: Float32Array;
  /** The number that is explained, for each picture, from the plain scores. */
  readonly outputs: Float64Array;
  /** Did the program that explains compute the very scores of the plain network, bit for bit? 1 or 0 for each picture. */
  readonly isExact: Uint8Array;
  /**
   * For methods whose parts add up: (output − output of the baseline) − sum of the map, for each picture; what is left
   * unexplained. Null for methods that promise nothing.
   */
  readonly delta: Float64Array | null;
  /** `delta` as a share of |output − output of the baseline|. */
  readonly relativeDelta: Float64Array | null;
  /** Passes that were made. */
  readonly cost: ExplanationCost;
}

/** A question made definite for pictures. */
export interface AskedPictures {
  readonly pictures: Float32Array;
  readonly count: number;
  readonly classes: number;
  readonly scores: Float32Array;
  readonly targets: Int32Array;
  readonly against: Int32Array;
  /** [pictures, classes]: the explained number is Σ weights · scores. */
  readonly weights: Float32Array;
}

/**
 * Asks the plain network and settles which number is explained.
 * @throws ArgumentError for a class that there is not, or no class to compare with.
 */
export async function askPictures(
  network: PictureNetwork,
  pictures: Float32Array,
  { target, against = "nothing" }: PictureQuestion,
): Promise<AskedPictures> {
  const count = network.countOf(pictures);
  const scores = await network.scores(pictures);
  const classes = scores.length / Math.max(1, count);
  if (against === "runnerUp" && classes < 2 && count > 0)
    throw new ArgumentError("explain: the network scores one class; there is no other to compare it with.");
  const targets = new Int32Array(count);
  const others = new Int32Array(count).fill(-1);
  const weights = new Float32Array(count * classes);
  for (let picture = 0; picture < count; picture++) {
    const own = scores.subarray(picture * classes, (picture + 1) * classes);
    const asked = typeof target === "number" ? target : (target?.[picture] ?? largestOf(own, -1));
    if (!(asked in own))
      throw new ArgumentError(`explain: there is no class ${asked}; the network scores ${classes}.`, { target: asked });
    targets[picture] = asked;
    weights[picture * classes + asked] = 1;
    if (against === "nothing") continue;
    const other = largestOf(own, asked);
    others[picture] = other;
    weights[picture * classes + other] = -1;
  }
  return { pictures, count, classes, scores, targets, against: others, weights };
}

/** The explained number of one picture of `asked`, from any scores [pictures, classes] at `row`. */
export function outputOf({ weights, classes }: AskedPictures, picture: number, scores: Float32Array, row: number) {
  let output = 0;
  for (let each = 0; each < classes; each++) {
    const weight = at(weights, picture * classes + each);
    if (weight !== 0) output += weight * at(scores, row * classes + each);
  }
  return output;
}

/** What methods find; `completeExplanation` adds what is common to all. */
export interface ExplanationParts {
  readonly method: string;
  readonly maps: Float32Array;
  /** [pictures, classes] as the program that explains computed them. */
  readonly explainedScores: Float32Array;
  /** Outputs of the baselines, for methods whose parts add up. */
  readonly baselineOutputs: Float64Array | null;
  readonly cost: ExplanationCost;
}

/** The explanation with its invariants: exactness and completeness of every picture. */
export function completeExplanation(
  { shape: { height, width } }: PictureNetwork,
  asked: AskedPictures,
  { explainedScores, baselineOutputs, ...parts }: ExplanationParts,
): PictureExplanation {
  const { count, classes, scores, targets, against } = asked;
  const outputs = Float64Array.from({ length: count }, (_, picture) => outputOf(asked, picture, scores, picture));
  const isExact = Uint8Array.from({ length: count }, (_, picture) => {
    const [from, to] = [picture * classes, (picture + 1) * classes];
    return scores.subarray(from, to).every((score, index) => Object.is(score, explainedScores[from + index])) ? 1 : 0;
  });
  const change = baselineOutputs?.map((baseline, picture) => at(outputs, picture) - baseline) ?? null;
  const size = height * width;
  const delta = change?.map((whole, picture) => {
    let total = 0;
    for (let pixel = 0; pixel < size; pixel++) total += at(parts.maps, picture * size + pixel);
    return whole - total;
  });
  const relative = delta?.map((rest, picture) => relativeTo(rest, at(change ?? [], picture)));
  return {
    ...parts,
    height,
    width,
    targets,
    against,
    scores,
    outputs,
    isExact,
    delta: delta ?? null,
    relativeDelta: relative ?? null,
  };
}

function relativeTo(rest: number, whole: number): number {
  if (rest === 0) return 0;
  return Math.abs(rest) / Math.abs(whole);
}

/** Sums over channels: [pictures, channels, height, width] → [pictures, height, width]. */
export function sumChannels(
  { shape: { channels, height, width } }: PictureNetwork,
  values: Float32Array,
): Float32Array {
  const size = height * width;
  const maps = new Float32Array(values.length / channels);
  for (let index = 0; index < maps.length; index++) {
    const picture = Math.floor(index / size);
    const pixel = index % size;
    let total = 0;
    for (let channel = 0; channel < channels; channel++)
      total += at(values, (picture * channels + channel) * size + pixel);
    maps[index] = total;
  }
  return maps;
}

/** The place of the largest number, leaving one place out. */
export function largestOf(numbers: ArrayLike<number>, except = -1): number {
  let best = except === 0 ? 1 : 0;
  for (let index = 0; index < numbers.length; index++)
    if (index !== except && at(numbers, index) > at(numbers, best)) best = index;
  return best;
}
