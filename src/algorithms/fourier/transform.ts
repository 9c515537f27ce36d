/**
 * What all Fourier transforms share: real or complex arguments as planes (real parts, then imaginary parts), one axis
 * brought to the end and transformed, `norm` as a factor. `mixedRadix.ts` and `bluestein.ts` do the work.
 */
import { withOneOrigin } from "../../graph/node.ts";
import { computedIn, type Data } from "../../shape/dtype.ts";
import { normalizeAxis, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, DtypeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { astype } from "../../tensor/cast.ts";
import { zeros } from "../../tensor/creation.ts";
import { computeTogether } from "../../tensor/evaluation.ts";
import { stack } from "../../tensor/joining.ts";
import { expandDims, moveAxis, reshape } from "../../tensor/manipulate.ts";
import { explaining, toFloat } from "../../tensor/operands.ts";
import { slice } from "../../tensor/slice.ts";
import { requireTensor, Tensor } from "../../tensor/tensor.ts";
import { Complex, isComplex } from "../complex/complex.ts";
import { bluestein } from "./bluestein.ts";
import { mixedRadix } from "./mixedRadix.ts";
import { radicesOf } from "./radices.ts";

/** Which direction is divided by the length: the inverse, the forward one, or each by its root. */
export type Norm = "backward" | "ortho" | "forward";

/** What transforms along one axis are told. */
export interface TransformAxisOptions {
  /** Length of the transform: the input is cut, or zeros are added at its end. Default the size of the axis. */
  readonly n?: number;
  /** Default the last axis. */
  readonly axis?: number;
  /** Default "backward": the inverse is divided by n. */
  readonly norm?: Norm;
}

/** What is transformed. */
export type Transformable = Tensor | Complex;

/** Real parts and imaginary parts, where there are any, along a first axis of size 1 or 2. */
export type Planes = Tensor;

/** The planes of `x`, in f32 or f64. */
export function planesOf(operation: string, x: Transformable): Planes {
  if (isComplex(x)) return stack([x.real, x.imag]);
  requireTensor(operation, "x", x);
  return expandDims(astype(x, computedIn(toFloat(x.dtype))));
}

/** The planes of real numbers. @throws DtypeError for complex ones. */
export function realPlanes(operation: string, x: Tensor): Planes {
  const given: Transformable = x;
  if (isComplex(given))
    throw new DtypeError(
      `${operation}: ${String(given)} holds complex numbers; this transform is of real ones. Use fft, or its real part.`,
      { dtype: "complex" },
    );
  return planesOf(operation, x);
}

/** The complex numbers of planes; without imaginary parts those are zeros. */
export function complexOf(planes: Planes): Complex {
  const real = new Part(slice(planes, 0).node);
  const imag = new Part((planes.shape[0] === 2 ? slice(planes, 1) : zeros(real.shape, { dtype: real.dtype })).node);
  real.other = imag;
  imag.other = real;
  return new Complex(real, imag);
}

/** One part of what was computed together: reading it computes the other as well, or a transform would run for each. */
class Part extends Tensor {
  other: Tensor = this;

  override data(): Promise<Data> {
    computeTogether([this, this.other]);
    return super.data();
  }

  override dataSync(): Data {
    computeTogether([this, this.other]);
    return super.dataSync();
  }
}

/** One transform of planes. */
export interface AxisTransform {
  /** Axis of the array, not of its planes. */
  readonly axis: number;
  readonly length: number;
  readonly direction: -1 | 1;
  readonly norm: Norm | undefined;
  /** How many outputs are wanted. Default all. */
  readonly outputs?: number;
  readonly partsOut?: 1 | 2;
}

/** Planes transformed along one axis. */
export function transformPlanes(planes: Planes, given: AxisTransform): Planes {
  const { axis, length, direction, norm, outputs = length, partsOut = 2 } = given;
  const last = moveAxis(planes, [0, axis + 1], [-2, -1]);
  const outer = last.shape.slice(0, -2);
  const rows = sizeOf(outer);
  const shape = [...outer, partsOut, outputs];
  const options = { length, direction, outputs, partsOut, scale: scaleOf(norm, length, direction) };
  const result =
    rows === 0
      ? zeros(shape, { dtype: planes.dtype })
      : transformRows(reshape(last, [rows, ...last.shape.slice(-2)]), options);
  return moveAxis(reshape(result, shape), [-2, -1], [0, axis + 1]);
}

function transformRows(rows: Tensor, options: Parameters<typeof bluestein>[1]): Tensor {
  const cut = slice(rows, null, null, [0, options.length]);
  const radices = radicesOf(options.length);
  return radices === undefined ? bluestein(cut, options) : mixedRadix(cut, radices, options);
}

function scaleOf(norm: Norm | undefined, length: number, direction: -1 | 1): number {
  if (norm === "ortho") return 1 / Math.sqrt(length);
  return (norm === "forward") === direction < 0 ? 1 / length : 1;
}

/** The axis, and the length of the transform along it. @throws ArgumentError unless the length is a whole number of at least 1. */
export function axisAndLength(
  operation: string,
  x: Transformable,
  axis: number,
  n: number | undefined,
  ownLength = (size: number) => size,
): { readonly axis: number; readonly length: number } {
  const place = explaining(operation, [x], () => normalizeAxis(operation, axis, x.rank));
  const length = n ?? ownLength(at(x.shape, place));
  if (!Number.isSafeInteger(length) || length < 1)
    throw new ArgumentError(
      `${operation}: a transform of length ${length} along axis ${place}; it has to be a whole number of at least 1.`,
      { n: length, axis: place },
    );
  return { axis: place, length };
}

/** Checks `norm` and makes all nodes of one operation come from the user's line. */
export function transforming<T>(operation: string, norm: Norm | undefined, make: () => T): T {
  const known: readonly (string | undefined)[] = [undefined, "backward", "ortho", "forward"];
  if (!known.includes(norm))
    throw new ArgumentError(`${operation}: norm is ${String(norm)}; it is "backward", "ortho" or "forward".`, { norm });
  return withOneOrigin(make);
}
