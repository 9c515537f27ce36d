/** Which frequencies the numbers of a Fourier transform stand for, and moving frequency 0 to the middle and back. */
import type { Dtype } from "../../shape/dtype.ts";
import { normalizeAxes } from "../../shape/shape.ts";
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { arange } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { explaining } from "../../tensor/operands.ts";
import { roll } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Complex, isComplex } from "../complex/complex.ts";
import type { Transformable } from "./transform.ts";

/** What is said of frequencies. */
export interface FrequencyOptions {
  /** Time between samples; frequencies are in cycles per its unit. Default 1. */
  readonly d?: number;
  /** f32 or f64. Default f32. */
  readonly dtype?: Dtype;
}

/**
 * The frequencies of `fft`'s n results: 0, 1, …, then the negative ones, divided by n · d.
 * @throws ArgumentError unless n is a whole number of at least 1 and d is not 0.
 *
 * @example
 * ```ts
 * import { fft } from "smilodon";
 * console.log(await fft.fftfreq(4).toArray()); // [0, 0.25, -0.5, -0.25]
 * ```
 */
export function fftfreq(n: number, options: FrequencyOptions = {}): Tensor {
  const { dtype, spacing } = readFrequencies("fftfreq", n, options);
  const half = Math.floor((n - 1) / 2) + 1;
  const count = (start: number, stop: number) => arange(start, stop, 1, { dtype });
  return concat([count(0, half), count(half - n, 0)]).divide(n * spacing);
}

/**
 * The frequencies of `rfft`'s ⌊n/2⌋ + 1 results: 0, 1, … divided by n · d; n is the length of the real signal.
 * @throws ArgumentError unless n is a whole number of at least 1 and d is not 0.
 *
 * @example
 * ```ts
 * import { fft } from "smilodon";
 * console.log(await fft.rfftfreq(4).toArray()); // [0, 0.25, 0.5]
 * ```
 */
export function rfftfreq(n: number, options: FrequencyOptions = {}): Tensor {
  const { dtype, spacing } = readFrequencies("rfftfreq", n, options);
  return arange(0, Math.floor(n / 2) + 1, 1, { dtype }).divide(n * spacing);
}

function readFrequencies(operation: string, n: number, { d = 1, dtype = "f32" }: FrequencyOptions) {
  if (!Number.isSafeInteger(n) || n < 1 || d === 0 || !Number.isFinite(d))
    throw new ArgumentError(
      `${operation}: n is ${n} and d is ${d}; n has to be a whole number of at least 1, d finite and not 0.`,
      { n, d },
    );
  return { dtype, spacing: d };
}

/** What shifts are told. */
export interface ShiftOptions {
  /** Default all axes. */
  readonly axes?: number | readonly number[];
}

/**
 * Moves frequency 0 to the middle of each axis: the second half comes first.
 * @throws ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft } from "smilodon";
 * console.log(await fft.fftshift(fft.fftfreq(4)).toArray()); // [-0.5, -0.25, 0, 0.25]
 * ```
 */
export function fftshift<T extends Transformable>(x: T, options?: ShiftOptions): T;
export function fftshift(x: Transformable, { axes }: ShiftOptions = {}): Transformable {
  return rolled("fftshift", x, axes, (size) => Math.floor(size / 2));
}

/**
 * The way back from `fftshift`; for odd sizes it is another move.
 * @throws ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * console.log(await fft.ifftshift(tensor([-1, 0, 1])).toArray()); // [0, 1, -1]
 * ```
 */
export function ifftshift<T extends Transformable>(x: T, options?: ShiftOptions): T;
export function ifftshift(x: Transformable, { axes }: ShiftOptions = {}): Transformable {
  return rolled("ifftshift", x, axes, (size) => -Math.floor(size / 2));
}

function rolled(
  operation: string,
  x: Transformable,
  axes: ShiftOptions["axes"],
  shift: (size: number) => number,
): Transformable {
  const places = explaining(operation, [x], () => normalizeAxes(operation, axes, x.rank));
  const move = (tensor: Tensor) =>
    places.reduce((state: Tensor, axis) => roll(state, shift(at(tensor.shape, axis)), axis), tensor);
  if (!isComplex(x)) return move(x);
  const moved: Complex = places.reduce((state, axis) => state.roll(shift(at(x.shape, axis)), axis), x);
  return moved;
}
