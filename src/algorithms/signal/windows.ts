/**
 * Windows: weights that let a piece of a signal begin and end gently. Symmetric ones by default, for filters, as SciPy
 * and `torch.signal.windows` make them; `periodic: true` leaves the last weight of one longer away, for spectra (`stft`).
 * All are computed in f64 and rounded once. See Harris, Proceedings of the IEEE 66 (1978), 51.
 */
import type { Dtype } from "../../shape/dtype.ts";
import { isFloat } from "../../shape/dtype.ts";
import { checkShape } from "../../shape/shape.ts";
import { ArgumentError, DtypeError } from "../../support/errors.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";

/** What all windows are told. */
export interface WindowOptions {
  /** The first of a period rather than from end to end: one more weight would be the first again. Default false. */
  readonly periodic?: boolean;
  /** A float. Default f32. */
  readonly dtype?: Dtype;
}

/** A window of `length`; `weight` is told the place, from −1 to 1 where both ends are, and the number of steps between them. */
function windowOf(
  name: string,
  length: number,
  { periodic = false, dtype = "f32" }: WindowOptions,
  weight: (place: number, steps: number) => number,
): Tensor {
  if (!Number.isSafeInteger(length) || length < 0)
    throw new ArgumentError(`${name}: a window of length ${length}; it has to be a whole number of at least 0.`, {
      length,
    });
  if (!isFloat(dtype))
    throw new DtypeError(`${name}: a window of ${dtype}; its weights have fractions. Choose f32 or f64.`, { dtype });
  checkShape(name, [length]);
  const steps = periodic ? length : length - 1;
  const weights = Float64Array.from({ length }, (_, index) =>
    length === 1 ? 1 : weight((2 * index - steps) / steps, steps),
  );
  return tensor(weights, { dtype });
}

/** Σ coefficients[k] · cos(kπ · place), which has its greatest value in the middle. */
function cosineSum(coefficients: readonly number[]): (place: number) => number {
  return (place) =>
    coefficients.reduce((total, coefficient, index) => total + coefficient * Math.cos(index * Math.PI * place), 0);
}

/**
 * Hann's window: ½ + ½ cos πt for t from −1 to 1. It ends with 0.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(await signal.hann(5).toArray()); // [0, 0.5, 1, 0.5, 0]
 * ```
 */
export function hann(length: number, options: WindowOptions = {}): Tensor {
  return windowOf("hann", length, options, cosineSum([0.5, 0.5]));
}

/**
 * Hamming's window: 0.54 + 0.46 cos πt for t from −1 to 1.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(await signal.hamming(3, { dtype: "f64" }).slice(1).item()); // 1
 * ```
 */
export function hamming(length: number, options: WindowOptions = {}): Tensor {
  return windowOf("hamming", length, options, cosineSum([0.54, 0.46]));
}

/**
 * Blackman's window: 0.42 + 0.5 cos πt + 0.08 cos 2πt.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(signal.blackman(64).shape); // [64]
 * ```
 */
export function blackman(length: number, options: WindowOptions = {}): Tensor {
  return windowOf("blackman", length, options, cosineSum([0.42, 0.5, 0.08]));
}

/**
 * Nuttall's window of four terms with the lowest side lobes (IEEE Transactions on Acoustics, Speech, and Signal Processing 29 (1981), 84).
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(signal.nuttall(64).shape); // [64]
 * ```
 */
export function nuttall(length: number, options: WindowOptions = {}): Tensor {
  return windowOf("nuttall", length, options, cosineSum([0.3635819, 0.4891775, 0.1365995, 0.0106411]));
}

/**
 * Blackman and Harris's window of four terms.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(signal.blackmanHarris(64).shape); // [64]
 * ```
 */
export function blackmanHarris(length: number, options: WindowOptions = {}): Tensor {
  return windowOf("blackmanHarris", length, options, cosineSum([0.35875, 0.48829, 0.14128, 0.01168]));
}

/**
 * Bartlett's window: a triangle, 1 − |t|.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(await signal.bartlett(5).toArray()); // [0, 0.5, 1, 0.5, 0]
 * ```
 */
export function bartlett(length: number, options: WindowOptions = {}): Tensor {
  return windowOf("bartlett", length, options, (place) => 1 - Math.abs(place));
}

/**
 * Half a period of a sine, sampled in the middles of its steps; it has no weight of 0.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(signal.cosine(64).shape); // [64]
 * ```
 */
export function cosine(length: number, options: WindowOptions = {}): Tensor {
  return windowOf("cosine", length, options, (place, steps) => Math.cos(((Math.PI / 2) * place * steps) / (steps + 1)));
}

/** What `tukey` is told. */
export interface TukeyOptions extends WindowOptions {
  /** Which part of the window rises and falls: 0 is a rectangle, 1 Hann's window. Default 0.5. */
  readonly alpha?: number;
}

/**
 * Tukey's window: flat in the middle, with ends of a cosine.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(await signal.tukey(5).toArray()); // [0, 1, 1, 1, 0]
 * ```
 */
export function tukey(length: number, { alpha = 0.5, ...options }: TukeyOptions = {}): Tensor {
  const flat = 1 - Math.min(Math.max(alpha, 0), 1);
  return windowOf("tukey", length, options, (place) => {
    const beyond = Math.abs(place) - flat;
    return beyond <= 0 || flat === 1 ? 1 : 0.5 + 0.5 * Math.cos((Math.PI * beyond) / (1 - flat));
  });
}

/** What `kaiser` is told. */
export interface KaiserOptions extends WindowOptions {
  /** The larger, the wider the main lobe and the lower the side lobes. Default 12. */
  readonly beta?: number;
}

/**
 * Kaiser's window: I₀(β √(1 − t²)) / I₀(β), near to the one with the most energy in its main lobe.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(await signal.kaiser(3, { beta: 0 }).toArray()); // [1, 1, 1]
 * ```
 */
export function kaiser(length: number, { beta = 12, ...options }: KaiserOptions = {}): Tensor {
  const [peak, exponent] = bessel(beta);
  return windowOf("kaiser", length, options, (place) => {
    const [value, own] = bessel(beta * Math.sqrt(Math.max(0, 1 - place * place)));
    return (value / peak) * Math.exp(own - exponent);
  });
}

/** I₀(x) as m · e^p, by its power series: all terms are positive, so that none of its digits are lost. */
function bessel(x: number): readonly [m: number, p: number] {
  const quarter = (x * x) / 4;
  // e^(−|x|) is taken into the terms, of which the greatest would be too large otherwise
  const scale = Math.min(Math.abs(x), 700);
  let [term, total] = [Math.exp(-scale), 0];
  for (let k = 1; term > total * 1e-17 || k <= Math.abs(x) / 2; k++) {
    total += term;
    term *= quarter / (k * k);
  }
  return [total, scale];
}

/** What `gaussian` is told. */
export interface GaussianOptions extends WindowOptions {
  /** Standard deviation in steps. Default 1. */
  readonly std?: number;
}

/**
 * A Gaussian bell: exp(−d² / (2 std²)) at the distance d from the middle, in steps.
 * @throws ArgumentError unless the length is a whole number of at least 0; DtypeError for integers.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(signal.gaussian(51, { std: 7 }).shape); // [51]
 * ```
 */
export function gaussian(length: number, { std = 1, ...options }: GaussianOptions = {}): Tensor {
  return windowOf("gaussian", length, options, (place, steps) => Math.exp(-(((place * steps) / 2 / std) ** 2) / 2));
}
