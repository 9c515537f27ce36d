/** Where the positions of a resized axis lie on the original one, by the rules that libraries have for it, named as in ONNX. */

/** Sizes of an axis before and after, and by how much it is scaled. */
export interface Scaling {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** The part of the original axis that is taken, as fractions of it: `tfCropAndResize` only. */
  readonly region: readonly [start: number, end: number];
}

/** From a position of the result to one of the original axis, by rule. */
export const coordinateRules = {
  /** Positions are the centres of pixels: what most libraries have as default, PyTorch's `align_corners = false`. */
  halfPixel: (position, given) => source(position + 0.5, given) - 0.5,
  /** The same about the centre of the axis, where the scaled size is no whole number. */
  halfPixelSymmetric: (position, given) => {
    const centre = (given.from / 2) * (1 - given.to / (given.scale * given.from));
    return centre + source(position + 0.5, given) - 0.5;
  },
  /** `halfPixel`, but 0 where the result has one position. */
  pytorchHalfPixel: (position, given) => (given.to > 1 ? source(position + 0.5, given) - 0.5 : 0),
  /** The first and the last positions stay where they are. */
  alignCorners: (position, { from, to }) => (to > 1 ? (position * (from - 1)) / (to - 1) : 0),
  /** Positions are the corners of pixels. */
  asymmetric: source,
  /** Centres to corners: nearest-exact of PyTorch, TensorFlow's nearest with half-pixel centres. */
  tfHalfPixelForNn: (position, given) => source(position + 0.5, given),
  /** A region of the axis is resized, its ends being aligned: TensorFlow's `crop_and_resize`. */
  tfCropAndResize: (position, { from, to, region: [start, end] }) =>
    to > 1 ? start * (from - 1) + (position * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1),
} as const satisfies Record<string, (position: number, given: Scaling) => number>;

/** Name of a rule. */
export type CoordinateRule = keyof typeof coordinateRules;

/** Scaled back; exact where the scale is a ratio of sizes. */
function source(position: number, { from, to, scale }: Scaling): number {
  return scale === to / from ? (position * from) / to : position / scale;
}

/** How a coordinate becomes a position. */
export const roundings = {
  floor: Math.floor,
  ceil: Math.ceil,
  roundPreferFloor: (coordinate) => Math.ceil(coordinate - 0.5),
  roundPreferCeil: (coordinate) => Math.floor(coordinate + 0.5),
} as const satisfies Record<string, (coordinate: number) => number>;

/** Name of a rounding, as in ONNX. */
export type Rounding = keyof typeof roundings;
