/**
 * Occlusion: cover a part of the picture, and see how far the score falls. Needs no slopes and assumes nothing about the
 * network; what it says is about covered pictures, which the network may never have seen.
 */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import {
  type AskedPictures,
  askPictures,
  completeExplanation,
  type ExplanationCost,
  outputOf,
  type PictureExplanation,
  type PictureQuestion,
} from "./explanation.ts";
import type { PictureNetwork, PictureShape } from "./pictureNetwork.ts";

/** Choices of `occlusion`. */
export interface OcclusionOptions extends PictureQuestion {
  /** Sides of the cover in pixels: one number for both, or [height, width]. Default: a sixth of the picture's sides, at least 1. */
  readonly window?: number | readonly [height: number, width: number];
  /** How far it is moved each time. Default: half of the window, at least 1. */
  readonly stride?: number | readonly [down: number, right: number];
  /** What covers: a grey from 0 to 1, or the mean colour of the picture. Default `"mean"`. */
  readonly cover?: number | "mean";
}

/** A part of a picture: rows and columns from start (included) to end (excluded). */
export interface PictureBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * How far the explained number falls when a window is covered, for each pixel the mean over the windows that cover it. Windows begin at
 * multiples of the stride; the last ones are cut off at the edge, so that every pixel is covered.
 *
 * Source: M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, section 4.2.
 * @throws ArgumentError for windows and strides that are no whole numbers of 1 or more.
 */
export async function occlusion(
  network: PictureNetwork,
  pictures: Float32Array,
  { window, stride, cover = "mean", ...question }: OcclusionOptions = {},
): Promise<PictureExplanation> {
  const boxes = occlusionBoxes(network.shape, window, stride);
  const asked = await askPictures(network, pictures, question);
  const { height, width } = network.shape;
  const maps = new Float32Array(asked.count * height * width);
  // Once without a cover in the same program: occlusion explains what the plain network says
  const explainedScores = new Float32Array(asked.scores.length);
  for (let picture = 0; picture < asked.count; picture++) {
    const drops = await dropsOf(network, asked, picture, { boxes, cover, explainedScores });
    const covered = new Float64Array(height * width);
    const total = new Float64Array(height * width);
    boxes.forEach((box, index) =>
      forEachPixel(box, width, (pixel) => {
        covered[pixel] = at(covered, pixel) + 1;
        total[pixel] = at(total, pixel) + at(drops, index);
      }),
    );
    maps.set(
      total.map((sum, pixel) => sum / Math.max(1, at(covered, pixel))),
      picture * height * width,
    );
  }
  const [first] = boxes;
  return completeExplanation(network, asked, {
    method: `occlusion, ${boxes.length} covers of ${first?.bottom} × ${first?.right}, ${cover === "mean" ? "mean colour" : `grey ${cover}`}`,
    maps,
    explainedScores,
    baselineOutputs: null,
    cost: occlusionCost(asked.count, boxes.length),
  });
}

/** Passes that occlusion makes. */
export function occlusionCost(count: number, boxes: number): ExplanationCost {
  return { forward: count * (boxes + 2), backward: 0 };
}

/** `picture` [channels, height, width] with a part of it covered, by a grey from 0 to 1 or by its mean colour. */
export function coveredPicture(
  picture: Float32Array,
  shape: PictureShape,
  box: PictureBox,
  cover: number | "mean" = "mean",
): Float32Array {
  const made = picture.slice();
  coverBox(made, shape, box, coverColours(picture, shape, cover));
  return made;
}

async function dropsOf(
  network: PictureNetwork,
  asked: AskedPictures,
  picture: number,
  {
    boxes,
    cover,
    explainedScores,
  }: { boxes: readonly PictureBox[]; cover: number | "mean"; explainedScores: Float32Array },
): Promise<Float64Array> {
  const { pictureSize, shape, block } = network;
  const { classes } = asked;
  const own = asked.pictures.subarray(picture * pictureSize, (picture + 1) * pictureSize);
  const colours = coverColours(own, shape, cover);
  const drops = new Float64Array(boxes.length);
  // The first of all is the picture as it is
  const all = [undefined, ...boxes];
  for (let start = 0; start < all.length; start += block) {
    const some = all.slice(start, start + block);
    const made = new Float32Array(some.length * pictureSize);
    some.forEach((box, row) => {
      made.set(own, row * pictureSize);
      if (box !== undefined) coverBox(made.subarray(row * pictureSize, (row + 1) * pictureSize), shape, box, colours);
    });
    const scores = await network.scores(made);
    if (start === 0) explainedScores.set(scores.subarray(0, classes), picture * classes);
    const plain = outputOf(asked, picture, asked.scores, picture);
    some.forEach((box, row) => {
      if (box !== undefined) drops[start + row - 1] = plain - outputOf(asked, picture, scores, row);
    });
  }
  return drops;
}

/** The windows that `occlusion` covers. @throws ArgumentError for sizes out of range. */
export function occlusionBoxes(
  { height, width }: PictureShape,
  window: OcclusionOptions["window"],
  stride: OcclusionOptions["stride"],
): PictureBox[] {
  const windows = pairOf(window ?? [Math.max(1, Math.round(height / 6)), Math.max(1, Math.round(width / 6))]);
  const strides = pairOf(stride ?? [Math.max(1, Math.floor(windows[0] / 2)), Math.max(1, Math.floor(windows[1] / 2))]);
  if ([...windows, ...strides].some((size) => !Number.isInteger(size) || size < 1))
    throw new ArgumentError(
      `occlusion: a window of ${windows.join(" × ")} moved by ${strides.join(" and ")}; they have to be whole numbers of 1 or more.`,
      { window, stride },
    );
  const starts = (size: number, axis: 0 | 1) => {
    const [long, step] = [windows[axis], strides[axis]];
    return Array.from({ length: Math.ceil(Math.max(0, size - long) / step) + 1 }, (_, index) => index * step);
  };
  return starts(height, 0).flatMap((top) =>
    starts(width, 1).map((left) => ({
      top,
      bottom: Math.min(height, top + windows[0]),
      left,
      right: Math.min(width, left + windows[1]),
    })),
  );
}

function pairOf(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size;
}

/** The colour of the cover, channel by channel. */
function coverColours(own: Float32Array, { channels }: PictureShape, cover: number | "mean"): readonly number[] {
  const size = own.length / channels;
  return Array.from({ length: channels }, (_, channel) =>
    cover === "mean"
      ? own.subarray(channel * size, (channel + 1) * size).reduce((sum, value) => sum + value, 0) / size
      : cover,
  );
}

function coverBox(
  picture: Float32Array,
  { height, width }: PictureShape,
  box: PictureBox,
  colours: readonly number[],
): void {
  colours.forEach((colour, channel) =>
    forEachPixel(box, width, (pixel) => (picture[channel * height * width + pixel] = colour)),
  );
}

function forEachPixel({ top, bottom, left, right }: PictureBox, width: number, visit: (pixel: number) => void): void {
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) visit(row * width + column);
}
