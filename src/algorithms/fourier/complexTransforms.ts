/** Fourier transforms of complex numbers (real ones are taken, too), in one, two and more dimensions. `transform.ts` says how. */
import { normalizeAxis } from "../../shape/shape.ts";
import { ArgumentError } from "../../support/errors.ts";
import { explaining } from "../../tensor/operands.ts";
import type { Complex } from "../complex/complex.ts";
import {
  axisAndLength,
  complexOf,
  type Norm,
  type Planes,
  planesOf,
  type TransformAxisOptions,
  type Transformable,
  transforming,
  transformPlanes,
} from "./transform.ts";

/** What transforms along several axes are told. */
export interface TransformAxesOptions {
  /** Length of the transform along each axis. Default the sizes of the axes. */
  readonly s?: readonly number[];
  /** Default all axes, or the last ones where `s` says how many. */
  readonly axes?: readonly number[];
  /** Default "backward": inverses are divided by the product of the lengths. */
  readonly norm?: Norm;
}

/**
 * The discrete Fourier transform along one axis: X[k] = Σ x[j] · e^(−2πi jk/n). Any length: those with prime factors up
 * to 127 by Cooley and Tukey's method, others by Bluestein's.
 *
 * f64 is transformed in f64, everything else in f32. The error is a few units in the last place times log₂ n, relative to the
 * norm. Gradients are transforms, too.
 * @throws ArgumentError where the length is less than 1; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * console.log(await fft.fft(tensor([1, 0, -1, 0])).toArray()); // [[0, 0], [2, 0], [0, 0], [2, 0]]
 * ```
 */
export function fft(x: Transformable, options: TransformAxisOptions = {}): Complex {
  return alongOne("fft", x, -1, options);
}

/**
 * The inverse of `fft`: x[j] = 1/n · Σ X[k] · e^(2πi jk/n).
 * @throws ArgumentError where the length is less than 1; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * console.log(await fft.ifft(tensor([4, 0, 0, 0])).real.toArray()); // [1, 1, 1, 1]
 * ```
 */
export function ifft(x: Transformable, options: TransformAxisOptions = {}): Complex {
  return alongOne("ifft", x, 1, options);
}

/**
 * The Fourier transform along several axes, all by default.
 * @throws ArgumentError where a length is less than 1, axes repeat or are not as many as lengths; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, ones } from "smilodon";
 * console.log(await fft.fftn(ones([2, 2])).real.toArray()); // [[4, 0], [0, 0]]
 * ```
 */
export function fftn(x: Transformable, options: TransformAxesOptions = {}): Complex {
  return alongSeveral("fftn", x, -1, options);
}

/**
 * The inverse of `fftn`.
 * @throws ArgumentError where a length is less than 1, axes repeat or are not as many as lengths; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * console.log(await fft.ifftn(tensor([[4, 0], [0, 0]])).real.toArray()); // [[1, 1], [1, 1]]
 * ```
 */
export function ifftn(x: Transformable, options: TransformAxesOptions = {}): Complex {
  return alongSeveral("ifftn", x, 1, options);
}

/**
 * The Fourier transform along two axes, the last ones by default.
 * @throws ArgumentError where a length is less than 1, axes repeat or are not as many as lengths; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, ones } from "smilodon";
 * console.log(fft.fft2(ones([3, 4, 5])).shape); // [3, 4, 5]
 * ```
 */
export function fft2(x: Transformable, options: TransformAxesOptions = {}): Complex {
  return alongSeveral("fft2", x, -1, { axes: [-2, -1], ...options });
}

/**
 * The inverse of `fft2`.
 * @throws ArgumentError where a length is less than 1, axes repeat or are not as many as lengths; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * console.log(await fft.ifft2(tensor([[4, 0], [0, 0]])).real.toArray()); // [[1, 1], [1, 1]]
 * ```
 */
export function ifft2(x: Transformable, options: TransformAxesOptions = {}): Complex {
  return alongSeveral("ifft2", x, 1, { axes: [-2, -1], ...options });
}

function alongOne(
  operation: string,
  x: Transformable,
  direction: -1 | 1,
  { n, axis = -1, norm }: TransformAxisOptions,
): Complex {
  return transforming(operation, norm, () => {
    const planes = planesOf(operation, x);
    return complexOf(transformPlanes(planes, { ...axisAndLength(operation, x, axis, n), direction, norm }));
  });
}

function alongSeveral(
  operation: string,
  x: Transformable,
  direction: -1 | 1,
  { s, axes, norm }: TransformAxesOptions,
): Complex {
  return transforming(operation, norm, () => {
    const planes = planesOf(operation, x);
    const places = axesOf(operation, x, s, axes);
    return complexOf(transformAxes(operation, x, planes, places, s, direction, norm));
  });
}

/** Planes transformed along each of `axes`, the last one first. */
export function transformAxes(
  operation: string,
  x: Transformable,
  planes: Planes,
  axes: readonly number[],
  lengths: readonly (number | undefined)[] = [],
  direction: -1 | 1 = -1,
  norm?: Norm,
): Planes {
  return axes.reduceRight((state, axis, index) => {
    const place = axisAndLength(operation, x, axis, lengths[index]);
    return transformPlanes(state, { ...place, direction, norm });
  }, planes);
}

/** The axes that `axes` and `s` speak of, in order. @throws ArgumentError where they do not agree or an axis comes twice. */
export function axesOf(
  operation: string,
  x: Transformable,
  s: readonly number[] | undefined,
  axes: readonly number[] | undefined,
): readonly number[] {
  const count = s?.length ?? x.rank;
  const named = axes ?? Array.from({ length: count }, (_, index) => index - count);
  const places = explaining(operation, [x], () => named.map((axis) => normalizeAxis(operation, axis, x.rank)));
  if (new Set(places).size !== places.length || (s !== undefined && s.length !== places.length))
    throw new ArgumentError(
      `${operation}: lengths [${String(s ?? "")}] along axes [${String(named)}]; there has to be one a length, each of them once.`,
      { s, axes },
    );
  return places;
}
