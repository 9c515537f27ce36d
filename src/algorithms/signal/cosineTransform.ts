/** Discrete cosine transforms, by Fourier transforms of the same length (Makhoul, IEEE Transactions on Acoustics, Speech, and Signal Processing 28 (1980), 27). */
import type { Dtype } from "../../shape/dtype.ts";
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { concat, stack } from "../../tensor/joining.ts";
import { flip, moveAxis, reshape } from "../../tensor/manipulate.ts";
import { pad, slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { numberTable, rootOfUnity } from "../fourier/tables.ts";
import {
  axisAndLength,
  type Norm,
  realPlanes,
  type TransformAxisOptions,
  transforming,
  transformPlanes,
} from "../fourier/transform.ts";

/** What cosine transforms are told. */
export interface CosineOptions extends TransformAxisOptions {
  /** 2, or 3, its inverse but for a factor. Default 2. */
  readonly type?: 2 | 3;
}

/**
 * The discrete cosine transform along one axis, as SciPy has it. Type 2: 2 Σ x[j] cos(πk(2j + 1) / 2n); type 3:
 * x[0] + 2 Σ x[j] cos(πj(2k + 1) / 2n). `norm` "ortho" makes it orthogonal, "forward" divides by 2n.
 * @throws ArgumentError for other types and lengths below 1; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { ones, signal } from "smilodon";
 * console.log(await signal.dct(ones([4])).slice(0).item()); // 8
 * ```
 */
export function dct(x: Tensor, { type = 2, ...options }: CosineOptions = {}): Tensor {
  return cosineTransform("dct", x, type, options, false);
}

/**
 * The inverse of `dct` with the same options.
 * @throws ArgumentError for other types and lengths below 1; ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { signal, tensor } from "smilodon";
 * console.log(await signal.idct(tensor([8, 0, 0, 0])).toArray()); // [1, 1, 1, 1]
 * ```
 */
export function idct(x: Tensor, { type = 2, ...options }: CosineOptions = {}): Tensor {
  return cosineTransform("idct", x, type === 2 ? 3 : type === 3 ? 2 : type, options, true);
}

function cosineTransform(
  operation: string,
  x: Tensor,
  type: number,
  { n, axis = -1, norm = "backward" }: TransformAxisOptions,
  isInverse: boolean,
): Tensor {
  if (type !== 2 && type !== 3)
    throw new ArgumentError(`${operation}: there is no cosine transform of type ${type} here; there are 2 and 3.`, {
      type,
    });
  return transforming(operation, norm, () => {
    const { axis: place, length } = axisAndLength(operation, x, axis, n);
    const real = slice(realPlanes(operation, x), 0);
    const last = slice(moveAxis(real, place, -1), "...", [0, length]);
    const missing = length - at(last.shape, -1);
    const whole =
      missing === 0
        ? last
        : pad(
            last,
            last.shape.map((_, each) => (each === x.rank - 1 ? [0, missing] : [0, 0])),
          );
    const isDivided = (norm === "forward") !== isInverse && norm !== "ortho";
    const scale = isDivided ? 1 / (2 * length) : 1;
    const result = type === 2 ? second(whole, length, norm, scale) : third(whole, length, norm, scale);
    return moveAxis(result, -1, place);
  });
}

/** Type 2 along the last axis: the even samples, then the odd ones backwards, transformed and turned by a quarter of a step. */
function second(x: Tensor, length: number, norm: Norm, scale: number): Tensor {
  const order = concat([slice(x, "...", [0, null, 2]), flip(slice(x, "...", [1, null, 2]), -1)], -1);
  const spectrum = transformPlanes(reshape(order, [1, ...x.shape]), {
    axis: x.rank - 1,
    length,
    direction: -1,
    norm: "backward",
  });
  const { cos, sin } = turns(length, x.dtype, (k) => 2 * scale * weight(k, length, norm));
  return slice(spectrum, 0).multiply(cos).add(slice(spectrum, 1).multiply(sin));
}

/** Type 3: the same backwards, of which only the real parts are needed. */
function third(x: Tensor, length: number, norm: Norm, scale: number): Tensor {
  const { cos, sin } = turns(
    length,
    x.dtype,
    (k) => (norm === "ortho" ? 2 * weight(k, length, norm) : k === 0 ? 1 : 2) * scale,
  );
  const planes = stack([x.multiply(cos), x.multiply(sin)]);
  const order = transformPlanes(planes, { axis: x.rank - 1, length, direction: 1, norm: "forward", partsOut: 1 });
  const half = Math.ceil(length / 2);
  const [even, odd] = [slice(order, 0, "...", [0, half]), flip(slice(order, 0, "...", [half, length]), -1)];
  const odds =
    length % 2 === 0
      ? odd
      : pad(
          odd,
          odd.shape.map((_, axis) => (axis === odd.rank - 1 ? [0, 1] : [0, 0])),
        );
  const pairs = reshape(stack([even, odds], -1), [...x.shape.slice(0, -1), 2 * half]);
  return slice(pairs, "...", [0, length]);
}

/** Half of what makes the rows of type 2 orthogonal; else ½ · 2. */
function weight(k: number, length: number, norm: Norm): number {
  return norm === "ortho" ? Math.sqrt((k === 0 ? 1 : 2) / length) / 2 : 1;
}

/** cos and sin of πk / 2n, times a factor. */
function turns(
  length: number,
  dtype: Dtype,
  factor: (k: number) => number,
): { readonly cos: Tensor; readonly sin: Tensor } {
  const name = `${length} ${factor(0)} ${factor(1)}`;
  const part = (which: 0 | 1) =>
    numberTable(
      `cosine transform ${which} ${name}`,
      [length],
      dtype,
      (k) => factor(k) * rootOfUnity(k, 4 * length)[which],
    );
  return { cos: part(0), sin: part(1) };
}
