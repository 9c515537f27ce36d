/**
 * Grad-CAM: which places of a stage the score depends on, by the stage's own channels weighed with their mean slopes. As
 * coarse as the stage; a late one shows parts, an early one edges.
 */
import { interpolate } from "../../algorithms/images/interpolate.ts";
import { UnsupportedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { tensor } from "../../tensor/tensor.ts";
import { askPictures, completeExplanation, type PictureExplanation, type PictureQuestion } from "./explanation.ts";
import type { PictureNetwork, StageSlopes } from "./pictureNetwork.ts";

/** Choices of `gradCam`. */
export interface GradCamOptions extends PictureQuestion {
  /** Name or number of the stage. Default: the last whose results have places. */
  readonly stage?: string | number;
  /** Keep only what speaks for the answer, as the paper does. Default true. */
  readonly positive?: boolean;
  /** `"gradCam"` (default), or the weights of Grad-CAM++. */
  readonly weights?: "gradCam" | "gradCam++";
}

/** Grad-CAM in the size of the picture and in that of the stage. */
export interface GradCamExplanation extends PictureExplanation {
  readonly stage: string;
  /** Row-major [pictures, rows, columns]: before it was stretched over the picture. */
  readonly places: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The channels of a stage, added up with the mean slope of the explained number along each, and stretched linearly over the
 * picture.
 *
 * Source: R. Selvaraju et al., "Grad-CAM", ICCV 2017, equations 1 and 2; A. Chattopadhay et al., "Grad-CAM++", WACV 2018, equation 19
 * with powers of the slope for the higher derivatives.
 * @throws UnsupportedError where the stage gives no [channels, rows, columns]; ArgumentError where there is no such stage.
 *
 * @example
 * ```ts
 * import { gradCam, PictureNetwork } from "smilodon/explain";
 * import { createNetwork } from "smilodon/systems/vision";
 * const shape = { channels: 1, height: 12, width: 12 } as const;
 * const network = createNetwork({ network: "lenet", ...shape, classes: 2, breadth: 0.25 }).eval();
 * const { maps, stage, rows, columns } = await gradCam(new PictureNetwork(network, shape, { block: 1 }), new Float32Array(144));
 * console.log(maps.length, stage, rows, columns); // 144 numbers, of a stage with fewer places
 * ```
 */
export async function gradCam(
  network: PictureNetwork,
  pictures: Float32Array,
  { stage, positive = true, weights = "gradCam", ...question }: GradCamOptions = {},
): Promise<GradCamExplanation> {
  const number = stage === undefined ? await lastStageWithPlaces(network) : network.stageNamed(stage);
  const { name } = at(network.network.stages, number);
  const asked = await askPictures(network, pictures, question);
  const found = await network.stageSlopes(number, pictures, asked.weights);
  const [channels, rows, columns] = found.activations.shape;
  if (found.activations.shape.length !== 3 || channels === undefined || rows === undefined || columns === undefined)
    throw new UnsupportedError(
      `Grad-CAM: stage ${name} gives [${["pictures", ...found.activations.shape].join(", ")}]; it needs channels, rows and columns. Choose an earlier stage.`,
      { stage: name, shape: found.activations.shape },
    );
  const places = combine(found, asked.count, { channels, size: rows * columns }, weights);
  if (positive) places.forEach((value, index) => (places[index] = Math.max(0, value)));
  const { height, width } = network.shape;
  const maps = await stretched(places, [asked.count, rows, columns], [height, width]);
  const explained = completeExplanation(network, asked, {
    method: `${weights === "gradCam" ? "Grad-CAM" : "Grad-CAM++"} at ${name}${positive ? "" : ", with signs"}`,
    maps,
    explainedScores: found.scores,
    baselineOutputs: null,
    cost: { forward: 2 * asked.count, backward: asked.count },
  });
  return { ...explained, stage: name, places, rows, columns };
}

/** Σ over channels of weight · activation, [pictures, places]. */
function combine(
  { activations, gradients }: StageSlopes,
  count: number,
  { channels, size }: { readonly channels: number; readonly size: number },
  rule: "gradCam" | "gradCam++",
): Float32Array<ArrayBuffer> {
  const places = new Float32Array(count * size);
  for (let row = 0; row < count * channels; row++) {
    const activation = activations.data.subarray(row * size, (row + 1) * size);
    const slope = gradients.data.subarray(row * size, (row + 1) * size);
    const weight = rule === "gradCam" ? meanOf(slope) : plusWeight(activation, slope);
    const start = Math.floor(row / channels) * size;
    for (let place = 0; place < size; place++)
      places[start + place] = at(places, start + place) + weight * at(activation, place);
  }
  return places;
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Σ α · relu(slope), α = slope² / (2 slope² + Σ activations · slope³). */
function plusWeight(activation: Float32Array, slope: Float32Array): number {
  const total = activation.reduce((sum, value) => sum + value, 0);
  return slope.reduce((sum, g) => {
    const divisor = 2 * g ** 2 + total * g ** 3;
    return divisor === 0 ? sum : sum + (g ** 2 / divisor) * Math.max(0, g);
  }, 0);
}

/** The last stage that gives channels, rows and columns with more than one place. */
async function lastStageWithPlaces(network: PictureNetwork): Promise<number> {
  const { stages } = network.network;
  const picture = new Float32Array(network.pictureSize);
  for (let stage = stages.length - 1; stage >= 0; stage--) {
    const { shape } = await network.activations(stage, picture);
    if (shape.length === 3 && at(shape, 1) * at(shape, 2) > 1) return stage;
  }
  throw new UnsupportedError(
    "Grad-CAM: no stage of this network gives channels, rows and columns, so that there are no places to point at. Integrated gradients and occlusion need none.",
  );
}

/** Maps [count, rows, columns] in another size, linearly between the middles of their cells. */
export async function stretched(
  values: Float32Array<ArrayBuffer>,
  [count, rows, columns]: readonly [number, number, number],
  size: readonly [height: number, width: number],
): Promise<Float32Array> {
  if (count === 0) return new Float32Array();
  const x = tensor(values, { shape: [count, 1, rows, columns] });
  return Float32Array.from(await interpolate(x, { size, mode: "linear" }).data());
}
