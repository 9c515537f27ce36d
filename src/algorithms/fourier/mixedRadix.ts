/**
 * The Fourier transform of a length with small factors, as contractions: one a factor, with a small dense matrix, and
 * twiddles between them, which are maps (Cooley and Tukey, Mathematics of Computation 19 (1965), 297; the order of axes is
 * Stockham's, which needs no reversal of digits). Contractions are what the engine is fastest at, derivatives and
 * batches come by themselves, and the graph has a few nodes a factor whatever the length.
 */
import type { Shape } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { contractNamed } from "../../tensor/linear.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { pad, slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dftMatrix, rootTable, rotate } from "./tables.ts";

/** What is wanted of a transform. */
export interface TransformOptions {
  readonly length: number;
  /** −1 forward, 1 inverse: the sign in the exponent. */
  readonly direction: -1 | 1;
  /** How many outputs are wanted, from the first on. */
  readonly outputs: number;
  /** 2: complex results; 1: only their real parts. */
  readonly partsOut: 1 | 2;
  /** Factor of the result. */
  readonly scale: number;
}

/** Largest table of twiddles; longer ones are products of two tables. */
const mostTwiddles = 2 ** 14;

/**
 * The transform of `x` [batch, parts, inputs] by way of `radices`, whose product is the length; positions from `inputs` to the
 * length count as zeros. Gives [batch, parts out, outputs].
 */
export function mixedRadix(x: Tensor, radices: readonly number[], options: TransformOptions): Tensor {
  const { length, direction, partsOut, scale } = options;
  const batch = at(x.shape, 0);
  let [state, left, done] = [x, length, 1];
  for (const [step, radix] of (radices.length === 0 ? [1] : radices).entries()) {
    const isLast = step >= radices.length - 1;
    left /= radix;
    const partsIn = at(state.shape, 1);
    const inputs = step === 0 ? Math.max(1, Math.ceil(at(x.shape, 2) / left)) : radix;
    const outputs = isLast ? Math.ceil(options.outputs / done) : radix;
    const matrix = dftMatrix(radix, x.dtype, {
      direction,
      inputs,
      outputs,
      partsIn,
      partsOut: isLast ? partsOut : 2,
      scale: isLast ? scale : 1,
    });
    const digits = reshape(zerosAfter(state, inputs * left * done), [batch, partsIn, inputs, left, done]);
    const sums = contractNamed(
      "fft",
      { tensor: matrix, names: [5, 6, 1, 2] },
      { tensor: digits, names: [0, 1, 2, 3, 4] },
      [0, 5, 3, 6, 4],
    );
    done *= radix;
    state = isLast ? sums : reshape(twiddled(sums, radix * left, direction), [batch, 2, length]);
  }
  const whole = reshape(state, [batch, partsOut, at(state.shape, 3) * at(state.shape, 4)]);
  return slice(whole, null, null, [0, options.outputs]);
}

/** `x` with zeros after it along the last axis, up to `length`. */
function zerosAfter(x: Tensor, length: number): Tensor {
  const missing = length - at(x.shape, -1);
  return missing === 0 ? x : pad(x, [0, 0, [0, missing]]);
}

/** `sums` [batch, 2, rest, k, done] turned by k · rest / `length` turns. */
function twiddled(sums: Tensor, length: number, direction: -1 | 1): Tensor {
  const [batch, parts, rest, radix, done] = sums.shape as readonly [number, number, number, number, number];
  const low = rest * radix <= mostTwiddles ? rest : lowerPart(rest);
  const table = (shape: Shape, step: number) =>
    rootTable(
      `twiddle ${shape} ${step} ${length}`,
      shape,
      sums.dtype,
      length,
      (index) => step * Math.floor(index / radix) * (index % radix),
    );
  const apart = reshape(sums, [batch, parts, rest / low, low, radix, done]);
  const turned = rotate(apart, table([1, low, radix, 1], 1), direction < 0);
  return low === rest ? turned : rotate(turned, table([rest / low, 1, radix, 1], low), direction < 0);
}

/** The divisor of `rest` nearest to its root. */
function lowerPart(rest: number): number {
  let divisor = Math.floor(Math.sqrt(rest));
  while (rest % divisor !== 0) divisor--;
  return rest / divisor;
}
