/**
 * Explanations by slopes at the picture itself: how the score changes with each pixel. Cheap, and noisy; they promise no
 * completeness. Sources: Simonyan, Vedaldi, Zisserman 2014 (saliency); Shrikumar et al. 2017 (input × gradient); Smilkov
 * et al. 2017 (SmoothGrad).
 */

import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { threefry, WordStream } from "../../support/threefry.ts";
import {
  askPictures,
  completeExplanation,
  type PictureExplanation,
  type PictureQuestion,
  sumChannels,
} from "./explanation.ts";
import type { PictureNetwork } from "./pictureNetwork.ts";

/**
 * The slope of the explained number along each pixel, added up over channels.
 *
 * Source: K. Simonyan, A. Vedaldi, A. Zisserman, "Deep inside convolutional networks", 2014, with signs.
 */
export async function saliency(
  network: PictureNetwork,
  pictures: Float32Array,
  question: PictureQuestion = {},
): Promise<PictureExplanation> {
  return bySlopes(network, pictures, question, "saliency", (slope) => slope);
}

/**
 * Each pixel times its slope. For networks of lines and rectifiers without biases the parts add up to the score, so the sum is
 * compared with the score of a black picture.
 *
 * Source: A. Shrikumar, P. Greenside, A. Kundaje, "Learning important features through propagating activation differences", 2017.
 */
export async function inputTimesGradient(
  network: PictureNetwork,
  pictures: Float32Array,
  question: PictureQuestion = {},
): Promise<PictureExplanation> {
  return bySlopes(network, pictures, question, "input × gradient", (slope, pixel) => slope * pixel);
}

async function bySlopes(
  network: PictureNetwork,
  pictures: Float32Array,
  question: PictureQuestion,
  method: string,
  value: (slope: number, pixel: number) => number,
): Promise<PictureExplanation> {
  const asked = await askPictures(network, pictures, question);
  const { scores, gradients } = await network.slopes(pictures, asked.weights);
  return completeExplanation(network, asked, {
    method,
    maps: sumChannels(
      network,
      gradients.map((slope, index) => value(slope, at(pictures, index))),
    ),
    explainedScores: scores,
    baselineOutputs: null,
    cost: { forward: 2 * asked.count, backward: asked.count },
  });
}

/** Choices of `smoothGrad`. */
export interface SmoothGradOptions extends PictureQuestion {
  /** Noisy copies of each picture. Default 32. */
  readonly samples?: number;
  /** Standard deviation of the noise, as a share of the range of pixels. Default 0.15. */
  readonly noise?: number;
  /** Decides the noise. Default 0. */
  readonly seed?: number;
}

/**
 * The mean slope over noisy copies of each picture.
 *
 * Source: D. Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017.
 * @throws ArgumentError unless there is at least one sample and the noise is 0 or more.
 */
export async function smoothGrad(
  network: PictureNetwork,
  pictures: Float32Array,
  { samples = 32, noise = 0.15, seed = 0, ...question }: SmoothGradOptions = {},
): Promise<PictureExplanation> {
  if (!Number.isInteger(samples) || samples < 1 || !(noise >= 0))
    throw new ArgumentError(`smoothGrad: ${samples} samples with noise ${noise}; give at least 1, and 0 or more.`);
  const asked = await askPictures(network, pictures, question);
  const total = new Float32Array(pictures.length);
  const words = new WordStream(threefry([seed, 0], [0, 0]), 0);
  for (let sample = 0; sample < samples; sample++) {
    const noisy = pictures.map((pixel) => pixel + noise * normalOf(words));
    const { gradients } = await network.slopes(noisy, asked.weights);
    for (let index = 0; index < total.length; index++) total[index] = at(total, index) + at(gradients, index) / samples;
  }
  // Once without noise: the scores of the program that explains
  const { scores } = await network.slopes(pictures, asked.weights);
  return completeExplanation(network, asked, {
    method: `SmoothGrad, ${samples} samples, noise ${noise}`,
    maps: sumChannels(network, total),
    explainedScores: scores,
    baselineOutputs: null,
    cost: { forward: (samples + 2) * asked.count, backward: (samples + 1) * asked.count },
  });
}

/** A standard normal number (Box and Muller 1958). */
function normalOf(words: WordStream): number {
  const radius = Math.sqrt(-2 * Math.log((words.next() + 1) / 2 ** 32));
  return radius * Math.cos((2 * Math.PI * words.next()) / 2 ** 32);
}
