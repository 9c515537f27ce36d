/**
 * How much a filter looks like a Gabor function, a wave under a bell: what cells of the visual cortex answer to, and what a first
 * layer learns from natural scenes. All filters are fitted from many starts at once, by least squares.
 *
 * Source: J. Jones, L. Palmer, "An evaluation of the two-dimensional Gabor filter model of simple receptive fields in cat
 * striate cortex", Journal of Neurophysiology 1987.
 */
import { Adam } from "../../optim/index.ts";
import { ShapeError } from "../../support/errors.ts";
import { add, divide, multiply, negative, square, subtract } from "../../tensor/arithmetic.ts";
import { arange } from "../../tensor/creation.ts";
import { Generator } from "../../tensor/generator.ts";
import { stack } from "../../tensor/joining.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { uniform } from "../../tensor/random.ts";
import { max, mean, sum } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { cos, exp, sin } from "../../tensor/transcendental.ts";
import { compile } from "../../transforms/compile.ts";

/** Options of `fitGabors`. */
export interface GaborOptions {
  /** Starts of each filter. Default 48. */
  readonly starts?: number;
  /** Default 400. */
  readonly steps?: number;
  readonly seed?: number;
}

/**
 * R² of the best Gabor function for each filter: the share of its variance that the function explains.
 *
 * The function has a place, two widths, an orientation and a frequency, found by descent from many starts, and an amplitude and a
 * phase, for which the best values are computed: they are linear, the shares of a cosine and a sine.
 * @param filters [count, size, size]
 * @throws ShapeError for other shapes.
 *
 * @example
 * ```ts
 * import { fitGabors } from "smilodon/deep-belief";
 * import { random } from "smilodon";
 * const noise = random.normal([2, 10, 10]);
 * console.log((await fitGabors(noise, { starts: 4, steps: 20 })).map((r) => r < 0.7)); // [true, true]
 * ```
 */
export async function fitGabors(filters: Tensor, options: GaborOptions = {}): Promise<number[]> {
  const { starts = 48, steps = 400, seed = 0 } = options;
  const [count, size] = filters.shape;
  if (filters.rank !== 3 || count === undefined || size === undefined || size !== filters.shape[2])
    throw new ShapeError(`fitGabors: the filters have shape [${filters.shape}]; they have to be [count, size, size].`, {
      shape: filters.shape,
    });
  const shapes = new Parameter(firstShapes(count, starts, size, seed));
  const optimizer = new Adam([shapes], { learningRate: 0.05 });
  const centered = subtract(filters, mean(filters, [1, 2], { keepDims: true }));
  const targets = reshape(divide(centered, sum(square(centered), [1, 2], { keepDims: true }).sqrt()), [
    count,
    1,
    size * size,
  ]);
  const step = compile((wanted: Tensor) =>
    optimizer.minimize(() => negative(sum(explained(wanted, shapes.value, size)))),
  );
  for (let index = 0; index < steps; index++) step(targets);
  return Array.from(await max(explained(targets, shapes.value, size), 1).data(), Number);
}

/** Place (from −1 to 1), logarithms of widths in pixels, orientation, logarithm of the frequency in cycles a pixel: [count, starts, 6]. */
function firstShapes(count: number, starts: number, size: number, seed: number): Tensor {
  const generator = new Generator(seed);
  const ranges = [
    [-0.6, 0.6],
    [-0.6, 0.6],
    [Math.log(size / 10), Math.log(size / 4)],
    [Math.log(size / 10), Math.log(size / 4)],
    [0, Math.PI],
    [Math.log(0.5 / size), Math.log(0.35)],
  ];
  const low = tensor(ranges.map(([least = 0]) => least));
  const span = tensor(ranges.map(([least = 0, most = 0]) => most - least));
  return add(low, multiply(uniform([count, starts, ranges.length], { generator }), span));
}

/** The share of `targets`, [count, 1, pixels] of norm 1, that functions of the given shapes explain: [count, starts]. */
function explained(targets: Tensor, shapes: Tensor, size: number): Tensor {
  const [count = 0, starts = 0] = shapes.shape;
  const part = (index: number): Tensor => reshape(shapes.slice(null, null, index), [count, starts, 1, 1]);
  const half = (size - 1) / 2;
  const axis = subtract(arange(0, size), half);
  const x = subtract(axis, multiply(part(0), half));
  const y = subtract(reshape(axis, [size, 1]), multiply(part(1), half));
  const [c, s] = [cos(part(4)), sin(part(4))];
  const [along, across] = [add(multiply(x, c), multiply(y, s)), subtract(multiply(y, c), multiply(x, s))];
  const inside = (distance: Tensor, width: Tensor) => square(divide(distance, exp(width)));
  const bell = exp(multiply(add(inside(along, part(2)), inside(across, part(3))), -0.5));
  const turn = multiply(along, multiply(exp(part(5)), 2 * Math.PI));
  const flat = (wave: Tensor): Tensor => reshape(multiply(bell, wave), [count, starts, size * size]);
  return projection(targets, flat(cos(turn)), flat(sin(turn)));
}

/** Squared length of the part of `targets` in the plane of two functions: least squares with two unknowns. */
function projection(targets: Tensor, first: Tensor, second: Tensor): Tensor {
  const dot = (a: Tensor, b: Tensor) => sum(multiply(a, b), -1);
  const [aa, ab, bb] = [dot(first, first), dot(first, second), dot(second, second)];
  const [ta, tb] = [dot(targets, first), dot(targets, second)];
  const determinant = add(subtract(multiply(aa, bb), square(ab)), 1e-9);
  const parts = stack([
    multiply(bb, square(ta)),
    multiply(multiply(ab, multiply(ta, tb)), -2),
    multiply(aa, square(tb)),
  ]);
  return divide(sum(parts, 0), determinant);
}

/** The share of `fits` of at least `least`. */
export function shareFitted(fits: readonly number[], least = 0.7): number {
  return fits.filter((fit) => fit >= least).length / fits.length;
}
