/** Sampling at the coordinates of a grid, and the grids of affine maps: spatial transformers, and pictures turned and shifted at random. */
import { dtypes } from "../../shape/dtype.ts";
import { type Shape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { abs, add, divide, floor, multiply, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { floatsOf } from "../../tensor/operands.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { requireFloats } from "./boxes.ts";
import { cubicTaps, edgeOutside, linearTaps, nearestTaps, type Outside, sampleAt, zerosOutside } from "./sampling.ts";

/** Where −1 and 1 lie. */
export interface AlignOptions {
  /** At the centres of the first and the last pixel; else at their outer edges. Default false. */
  readonly alignCorners?: boolean;
}

/** How a grid is sampled. */
export interface GridSampleOptions extends AlignOptions {
  /** How values between positions are made; bilinear, bicubic and their kin in other dimensions. Default `"linear"`. */
  readonly mode?: "nearest" | "linear" | "cubic";
  /** What lies outside: zeros, what lies at the border, or the picture mirrored there. Default `"zeros"`. */
  readonly padding?: "zeros" | "border" | "reflection";
}

const tapsOf = { nearest: nearestTaps, linear: linearTaps, cubic: cubicTaps };

/**
 * The values of x [batch, channels, …sizes] at `grid` [batch, …places, dimensions] → [batch, channels, …places]. A place is
 * (x, y) or (x, y, z), the last axis of x first, from −1 at one side to 1 at the other; NaN is outside. Two or three dimensions;
 * integers become f32. One kernel makes positions and weights, one reads. Jaderberg et al., Spatial Transformer Networks, 2015;
 * as PyTorch's grid_sample and ONNX's GridSample.
 * @throws ShapeError where grid and x do not fit, DtypeError where the grid is not of floats, ArgumentError for other modes.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * const centre = tensor([[[[0, 0]]]]);
 * console.log(await images.gridSample(x, centre).toArray()); // [[[[2.5]]]]
 * ```
 */
export function gridSample(
  x: Tensor,
  grid: Tensor,
  { mode = "linear", padding = "zeros", alignCorners = false }: GridSampleOptions = {},
): Tensor {
  const dimensions = x.rank - 2;
  if (
    dimensions < 1 ||
    grid.rank !== x.rank ||
    grid.shape[0] !== x.shape[0] ||
    at(grid.shape, -1) !== dimensions ||
    x.shape.slice(2).includes(0)
  )
    throw new ShapeError(
      `gridSample: x of shape ${showShape(x.shape)} needs elements and a grid of ${showShape(x.shape.slice(0, 1))}, then places, then ${dimensions} coordinates; it has shape ${showShape(grid.shape)}.`,
      { x: x.shape, grid: grid.shape },
    );
  requireFloats("gridSample", "the grid", grid);
  const taps = tapsOf[mode];
  const outside = { zeros: zerosOutside, border: edgeOutside, reflection: mirrored(alignCorners) }[padding];
  if (taps === undefined || outside === undefined)
    throw new ArgumentError(
      `gridSample: mode "${mode}" with padding "${padding}"; there are nearest, linear and cubic with zeros, border and reflection.`,
      { mode, padding },
    );
  const values = floatsOf(x);
  const coordinates = astype(grid, dtypes[values.dtype].computed);
  const lists = x.shape.slice(2).map((size, axis) => {
    const place = dimensions - 1 - axis;
    const given = reshape(slice(coordinates, "...", [place, place + 1]), grid.shape.slice(0, -1));
    const coordinate: Tensor = alignCorners
      ? multiply(add(given, 1), (size - 1) / 2)
      : divide(subtract(multiply(add(given, 1), size), 1), 2);
    return taps(coordinate, size, outside);
  });
  return astype(sampleAt(astype(values, coordinates.dtype), x.shape.slice(2), lists), values.dtype);
}

/** Mirrored at the outer edges of the first and last pixels, or at their centres. */
function mirrored(alignCorners: boolean): Outside {
  return (coordinate, size) => {
    const low = alignCorners ? 0 : -0.5;
    const span = alignCorners ? size - 1 : size;
    if (span === 0) return { coordinate: multiply(coordinate, 0) };
    const distance: Tensor = abs(subtract(coordinate, low));
    const turns: Tensor = floor(divide(distance, span));
    const extra: Tensor = subtract(distance, multiply(turns, span));
    const isTurned = multiply(floor(divide(turns, 2)), 2).less(turns);
    return edgeOutside(add(where(isTurned, subtract(span, extra), extra), low), size);
  };
}

/**
 * The grid of an affine map for `gridSample`: theta [batch, 2, 3] and size [batch, channels, height, width] → [batch, height, width, 2]; or
 * [batch, 3, 4] and [batch, channels, depth, height, width] → [batch, depth, height, width, 3]. Row i of theta says coordinate i of
 * the input by (x, y, 1) of the result. A map of the positions: fused into what samples. As PyTorch's affine_grid and ONNX's AffineGrid.
 * @throws ShapeError where theta and size do not fit, DtypeError where theta is not of floats.
 *
 * @example
 * ```ts
 * import { images, tensor } from "smilodon";
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * const mirror = tensor([[[-1, 0, 0], [0, 1, 0]]]);
 * const grid = images.affineGrid(mirror, x.shape);
 * console.log(await images.gridSample(x, grid).toArray()); // [[[[2, 1], [4, 3]]]]
 * ```
 */
export function affineGrid(theta: Tensor, size: Shape, { alignCorners = false }: AlignOptions = {}): Tensor {
  const sizes = size.slice(2);
  const dimensions = sizes.length;
  const wanted = [size[0] ?? 0, dimensions, dimensions + 1];
  if (dimensions < 1 || showShape(theta.shape) !== showShape(wanted))
    throw new ShapeError(
      `affineGrid: theta has shape ${showShape(theta.shape)}; for size ${showShape(size)} it has to be ${showShape(wanted)}.`,
      { theta: theta.shape, size },
    );
  requireFloats("affineGrid", "theta", theta);
  const column = (index: number) =>
    reshape(slice(theta, null, null, [index, index + 1]), [...wanted.slice(0, 1), ...sizes.map(() => 1), dimensions]);
  return sizes.reduce<Tensor>((total, count, axis) => {
    const step = alignCorners ? 2 / Math.max(1, count - 1) : 2 / count;
    const start = alignCorners ? (count > 1 ? -1 : 0) : 1 / count - 1;
    const positions = add(multiply(astype(arange(count), theta.dtype), step), start);
    const along = reshape(positions, [count, ...new Array<number>(dimensions - axis).fill(1)]);
    return add(total, multiply(column(dimensions - 1 - axis), along));
  }, column(dimensions));
}
