/**
 * Fourier transforms between real numbers and the half of their spectrum that says all: the other half is its conjugate. Only
 * what is wanted is computed: the first step has no imaginary parts to read, the last makes the first half only, or real parts only.
 */
import { at } from "../../support/invariant.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Complex } from "../complex/complex.ts";
import { axesOf, type TransformAxesOptions, transformAxes } from "./complexTransforms.ts";
import { numberTable } from "./tables.ts";
import {
  axisAndLength,
  complexOf,
  type Norm,
  type Planes,
  planesOf,
  realPlanes,
  type TransformAxisOptions,
  type Transformable,
  transforming,
  transformPlanes,
} from "./transform.ts";

/**
 * The transform of real numbers along one axis: the first ⌊n/2⌋ + 1 numbers of what `fft` gives.
 * @throws DtypeError for complex numbers; ArgumentError where the length is less than 1; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * console.log(await fft.rfft(tensor([1, 0, -1, 0])).toArray()); // [[0, 0], [2, 0], [0, 0]]
 * ```
 */
export function rfft(x: Tensor, { n, axis = -1, norm }: TransformAxisOptions = {}): Complex {
  return transforming("rfft", norm, () => {
    const planes = realPlanes("rfft", x);
    return complexOf(halfSpectrum(planes, { ...axisAndLength("rfft", x, axis, n), norm, direction: -1 }));
  });
}

/**
 * The real numbers whose `rfft` is given: the inverse of `rfft`, for n numbers along the axis, by default 2(m − 1) of m. The
 * imaginary part of the first number, and of the last where n is even, does not count.
 * @throws ArgumentError where the length is less than 1; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * const x = tensor([1, 2, 3, 4, 5]);
 * console.log(fft.irfft(fft.rfft(x), { n: 5 }).shape); // [5]
 * ```
 */
export function irfft(x: Transformable, { n, axis = -1, norm }: TransformAxisOptions = {}): Tensor {
  return transforming("irfft", norm, () => {
    const planes = planesOf("irfft", x);
    return slice(fromHalf(planes, { ...axisAndLength("irfft", x, axis, n, wholeLength), norm, direction: 1 }), 0);
  });
}

/**
 * The transform of real numbers along several axes, all by default: the last of them is halved as by `rfft`.
 * @throws DtypeError for complex numbers; ArgumentError where a length is less than 1, or axes repeat or are not as many as lengths.
 *
 * @example
 * ```ts
 * import { fft, ones } from "smilodon";
 * console.log(fft.rfftn(ones([4, 6])).shape); // [4, 4]
 * ```
 */
export function rfftn(x: Tensor, { s, axes, norm }: TransformAxesOptions = {}): Complex {
  return realToHalf("rfftn", x, { ...(s && { s }), ...(axes && { axes }), ...(norm && { norm }) });
}

/**
 * The inverse of `rfftn`: real numbers; the last axis has 2(m − 1) by default.
 * @throws ArgumentError where a length is less than 1, or axes repeat or are not as many as lengths.
 *
 * @example
 * ```ts
 * import { fft, ones } from "smilodon";
 * console.log(fft.irfftn(fft.rfftn(ones([4, 6]))).shape); // [4, 6]
 * ```
 */
export function irfftn(x: Transformable, options: TransformAxesOptions = {}): Tensor {
  return halfToReal("irfftn", x, options);
}

/**
 * `rfftn` along two axes, the last ones by default.
 * @throws DtypeError for complex numbers; ArgumentError where a length is less than 1, or axes repeat or are not as many as lengths.
 *
 * @example
 * ```ts
 * import { fft, ones } from "smilodon";
 * console.log(fft.rfft2(ones([3, 4, 6])).shape); // [3, 4, 4]
 * ```
 */
export function rfft2(x: Tensor, options: TransformAxesOptions = {}): Complex {
  return realToHalf("rfft2", x, { axes: [-2, -1], ...options });
}

/**
 * `irfftn` along two axes, the last ones by default.
 * @throws ArgumentError where a length is less than 1, or axes repeat or are not as many as lengths.
 *
 * @example
 * ```ts
 * import { fft, ones } from "smilodon";
 * console.log(fft.irfft2(fft.rfft2(ones([4, 6]))).shape); // [4, 6]
 * ```
 */
export function irfft2(x: Transformable, options: TransformAxesOptions = {}): Tensor {
  return halfToReal("irfft2", x, { axes: [-2, -1], ...options });
}

/**
 * The transform of a signal that is its own mirrored conjugate, of which the first half is given: real numbers, n of them,
 * by default 2(m − 1). `norm` "backward" divides nothing here, as this is a forward transform.
 * @throws ArgumentError where the length is less than 1; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * console.log(await fft.hfft(tensor([1, 1, 1])).toArray()); // [4, 0, 0, 0]
 * ```
 */
export function hfft(x: Transformable, { n, axis = -1, norm }: TransformAxisOptions = {}): Tensor {
  return transforming("hfft", norm, () => {
    const planes = planesOf("hfft", x);
    return slice(fromHalf(planes, { ...axisAndLength("hfft", x, axis, n, wholeLength), norm, direction: -1 }), 0);
  });
}

/**
 * The inverse of `hfft`: of n real numbers the first ⌊n/2⌋ + 1 of a mirrored conjugate signal.
 * @throws DtypeError for complex numbers; ArgumentError where the length is less than 1; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { fft, tensor } from "smilodon";
 * console.log(await fft.ihfft(tensor([4, 0, 0, 0])).real.toArray()); // [1, 1, 1]
 * ```
 */
export function ihfft(x: Tensor, { n, axis = -1, norm }: TransformAxisOptions = {}): Complex {
  return transforming("ihfft", norm, () => {
    const planes = realPlanes("ihfft", x);
    return complexOf(halfSpectrum(planes, { ...axisAndLength("ihfft", x, axis, n), norm, direction: 1 }));
  });
}

interface HalfTransform {
  readonly axis: number;
  readonly length: number;
  readonly norm: Norm | undefined;
  readonly direction: -1 | 1;
}

/** The first half of the spectrum of real planes. */
function halfSpectrum(planes: Planes, given: HalfTransform): Planes {
  return transformPlanes(planes, { ...given, outputs: Math.floor(given.length / 2) + 1 });
}

/**
 * Real numbers of the first half of their spectrum: what the other half would add is its conjugate, so the first half counts
 * twice, but for what mirrors onto itself, and real parts are all that is left.
 */
function fromHalf(planes: Planes, given: HalfTransform): Planes {
  const { axis, length } = given;
  const count = Math.min(Math.floor(length / 2) + 1, at(planes.shape, axis + 1));
  const ranges = planes.shape.map((_, each) => (each === axis + 1 ? ([0, count] as const) : null));
  const half = slice(planes, ...ranges);
  const parts = at(planes.shape, 0);
  const weights = numberTable(`half ${length} ${count} ${parts}`, [parts, count], planes.dtype, (index) => {
    const [part, place] = [Math.floor(index / count), index % count];
    const isAlone = place === 0 || 2 * place === length;
    return isAlone ? 1 - part : 2;
  });
  const shape = planes.shape.map((_, each) => (each === 0 ? parts : each === axis + 1 ? count : 1));
  const aligned = reshape(weights, shape);
  return transformPlanes(half.multiply(aligned), { ...given, partsOut: 1 });
}

function realToHalf(operation: string, x: Tensor, { s, axes, norm }: TransformAxesOptions): Complex {
  return transforming(operation, norm, () => {
    const planes = realPlanes(operation, x);
    const places = axesOf(operation, x, s, axes);
    if (places.length === 0) return complexOf(planes);
    const last = axisAndLength(operation, x, at(places, -1), s?.at(-1));
    const half = halfSpectrum(planes, { ...last, norm, direction: -1 });
    return complexOf(transformAxes(operation, x, half, places.slice(0, -1), s, -1, norm));
  });
}

function halfToReal(operation: string, x: Transformable, { s, axes, norm }: TransformAxesOptions): Tensor {
  return transforming(operation, norm, () => {
    const planes = planesOf(operation, x);
    const places = axesOf(operation, x, s, axes);
    if (places.length === 0) return slice(planes, 0);
    const last = axisAndLength(operation, x, at(places, -1), s?.at(-1), wholeLength);
    const others = transformAxes(operation, x, planes, places.slice(0, -1), s, 1, norm);
    return slice(fromHalf(others, { ...last, norm, direction: 1 }), 0);
  });
}

/** How many real numbers a half spectrum of `size` stands for by default. */
function wholeLength(size: number): number {
  return 2 * (size - 1);
}
