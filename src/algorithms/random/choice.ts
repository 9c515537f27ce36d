/** Choosing among things: with and without putting them back, equally or by weight. */

import { isFloat } from "../../shape/dtype.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { minimum } from "../../tensor/arithmetic.ts";
import { cumulativeSum } from "../../tensor/cumulative.ts";
import { drawing, gumbelNoise, type RandomOptions } from "../../tensor/drawing.ts";
import { take } from "../../tensor/indexing.ts";
import { broadcastTo, reshape } from "../../tensor/manipulate.ts";
import { integers, uniform } from "../../tensor/random.ts";
import { slice } from "../../tensor/slice.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { log } from "../../tensor/transcendental.ts";
import { searchSorted } from "../sorting/searchSorted.ts";
import { topK } from "../sorting/sort.ts";

/** Options of `multinomial`. */
export interface MultinomialOptions extends RandomOptions {
  /** Whether a position may be drawn more than once. Default false. */
  readonly replacement?: boolean;
}

/** Options of `choice`. */
export interface ChoiceOptions extends RandomOptions {
  /** Whether a thing may be drawn more than once. Default true. */
  readonly replace?: boolean;
  /** The axis of a tensor whose slices are chosen. Default 0. */
  readonly axis?: number;
  /** How likely each is, in proportion, of shape [things]. Default: equally. */
  readonly probabilities?: Tensor;
}

/**
 * `count` positions along the last axis of `weights` for each row, i32, each drawn in proportion to its weight; weights are not negative
 * and need not add up to 1. Without replacement the order is that of drawing one after the other; where fewer than
 * `count` have a weight, those without follow.
 * @throws ArgumentError where `count` is no whole number, ShapeError where there are fewer to draw from, DtypeError where weights are no floats.
 *
 * Source, without replacement: P. Efraimidis, P. Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97 (2006).
 *
 * @example
 * ```ts
 * import { random, tensor } from "smilodon";
 * console.log(await random.multinomial(tensor([0, 3, 0, 1]), 2).sum().item()); // 4
 * console.log(random.multinomial(tensor([[1, 1], [0, 5]]), 7, { replacement: true }).shape); // [2, 7]
 * ```
 */
export function multinomial(
  weights: Tensor,
  count: number,
  { replacement = false, ...options }: MultinomialOptions = {},
): Tensor {
  const length = weights.shape.at(-1);
  if (!isFloat(weights.dtype))
    throw new DtypeError(
      `multinomial: the weights are ${weights.dtype}; they have to be floats. Convert with astype("f32").`,
      { dtype: weights.dtype },
    );
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(`multinomial: count is ${count}; it has to be a whole number of 0 or more.`, { count });
  if (length === undefined || (length === 0 && count > 0) || (!replacement && count > length))
    throw new ShapeError(
      `multinomial: ${count} cannot be drawn along the last axis of shape [${weights.shape}]${replacement ? "" : " without replacement"}.`,
      { shape: weights.shape, count },
    );
  const outer = weights.shape.slice(0, -1);
  const inner = weights.dtype === "f64" ? "f64" : "f32";
  if (!replacement) {
    const noise = drawing(weights.shape, options, (words) => gumbelNoise(words(0), inner));
    return topK(log(weights).astype(inner).add(noise), count).indices;
  }
  const sums = cumulativeSum(weights.astype(inner), { axis: -1 });
  const draws = uniform([...outer, count], { ...options, dtype: inner });
  const total = length === 0 ? sums : slice(sums, "...", [length - 1, length]);
  const places = searchSorted(
    sums,
    draws.multiply(broadcastTo(total, length === 0 ? [...outer, 0] : [...outer, count])),
    { side: "right" },
  );
  // A product that was rounded up to the total would be one too far
  return minimum(places.astype("i32"), Math.max(length - 1, 0));
}

/**
 * `shape` things of `from`: slices of a tensor along `axis`, or numbers 0 … from − 1 (i32).
 * @throws ArgumentError where there is nothing to choose from, ShapeError where more are wanted than there are and none is put
 * back, or probabilities do not fit.
 *
 * @example
 * ```ts
 * import { random, tensor } from "smilodon";
 * const cards = random.choice(52, [5], { replace: false });
 * console.log(cards.shape, random.choice(tensor([2.5, 7.5]), [3]).dtype); // [5] f32
 * ```
 */
export function choice(
  from: number | Tensor,
  shape: Shape,
  { replace = true, axis = 0, probabilities, ...options }: ChoiceOptions = {},
): Tensor {
  const things = typeof from === "number" ? from : (from.shape.at(axis) ?? 0);
  const count = sizeOf(shape);
  if (!Number.isInteger(things) || things < 0 || (things === 0 && count > 0))
    throw new ArgumentError(`choice: there are ${things} things to choose from.`, { things });
  if (probabilities !== undefined && (probabilities.rank !== 1 || probabilities.shape[0] !== things))
    throw new ShapeError(
      `choice: probabilities have shape [${probabilities.shape}], and there are ${things} things; it has to be [${things}].`,
      {
        shape: probabilities.shape,
      },
    );
  if (!replace && count > things)
    throw new ShapeError(
      `choice: ${count} cannot be chosen of ${things} when none is put back. Choose fewer, or with replace: true.`,
      { count, things },
    );
  const places = placesOf(things, count, { replace, probabilities, ...options });
  const chosen = reshape(places, shape);
  return from instanceof Tensor ? take(from, chosen, { axis }) : chosen;
}

function placesOf(
  things: number,
  count: number,
  { replace, probabilities, ...options }: RandomOptions & { replace: boolean; probabilities: Tensor | undefined },
): Tensor {
  if (probabilities !== undefined) return multinomial(probabilities, count, { ...options, replacement: replace });
  if (replace) return integers([count], 0, Math.max(things, 1), options);
  const noise = drawing([things], options, (words) => gumbelNoise(words(0), "f64"));
  return topK(noise, count).indices;
}
