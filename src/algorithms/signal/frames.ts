/**
 * Cutting signals into frames that overlap, and adding frames up again. Where a frame is a few hops long, both are made of
 * slices and sums of shifted rows, whose derivatives are each other; else of indexed reads and writes.
 */
import { withOneOrigin } from "../../graph/node.ts";
import { showShape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { arange, zeros } from "../../tensor/creation.ts";
import { scatterAdd, take } from "../../tensor/indexing.ts";
import { concat } from "../../tensor/joining.ts";
import { expandDims, reshape } from "../../tensor/manipulate.ts";
import { toNumber, whence } from "../../tensor/operands.ts";
import { pad, slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Frames that are longer than so many hops are read and written by index. */
const mostHops = 16;

/**
 * Frames along the last axis: [..., samples] becomes [..., frames, length], of which frame f begins at f · hop. What is
 * left at the end and fills no frame is left out.
 * @throws ArgumentError unless length and hop are whole numbers of at least 1; ShapeError for scalars.
 *
 * @example
 * ```ts
 * import { signal, tensor } from "smilodon";
 * console.log(await signal.frame(tensor([1, 2, 3, 4, 5]), 3, 2).toArray()); // [[1, 2, 3], [3, 4, 5]]
 * ```
 */
export function frame(x: Tensor, length: number, hop: number): Tensor {
  requireCounts("frame", { length, hop });
  if (x.rank === 0) throw new ShapeError(`frame: a scalar has no axis to cut.${whence([x])}`, { shape: x.shape });
  return withOneOrigin(() => {
    const [outer, samples] = [x.shape.slice(0, -1), at(x.shape, -1)];
    const count = Math.max(0, Math.floor((samples - length) / hop) + 1);
    const hops = Math.ceil(length / hop);
    if (count === 0 || hops > mostHops) return take(x, places(count, length, hop), { axis: -1 });
    // As rows of one hop each: a frame is `hops` rows in a row, which may end in what is not there
    const rows = count + hops - 1;
    const needed = slice(x, "...", [0, Math.min(samples, rows * hop)]);
    const missing = rows * hop - at(needed.shape, -1);
    const whole = missing === 0 ? needed : pad(needed, [...outer.map((): [number, number] => [0, 0]), [0, missing]]);
    const cut = reshape(whole, [...outer, rows, hop]);
    const parts = Array.from({ length: hops }, (_, hopIndex) => slice(cut, "...", [hopIndex, hopIndex + count], null));
    return slice(concat(parts, -1), "...", [0, length]);
  });
}

/**
 * Frames added up where they lie, booleans as i32: [..., frames, length] becomes [..., (frames − 1) · hop + length], frame f from f · hop on.
 * @throws ArgumentError unless hop is a whole number of at least 1; ShapeError unless there are two axes, and a frame.
 *
 * @example
 * ```ts
 * import { ones, signal } from "smilodon";
 * console.log(await signal.overlapAdd(ones([2, 3]), 2).toArray()); // [1, 1, 2, 1, 1]
 * ```
 */
export function overlapAdd(frames: Tensor, hop: number): Tensor {
  requireCounts("overlapAdd", { hop });
  if (frames.rank < 2 || at(frames.shape, -2) === 0 || at(frames.shape, -1) === 0)
    throw new ShapeError(
      `overlapAdd: ${showShape(frames.shape)} has to be [..., frames, length] with at least one of both.${whence([frames])}`,
      { shape: frames.shape },
    );
  return withOneOrigin(() => {
    const numbers = astype(frames, toNumber(frames.dtype));
    const outer = frames.shape.slice(0, -2);
    const [count, length] = [at(frames.shape, -2), at(frames.shape, -1)];
    const [hops, samples] = [Math.ceil(length / hop), (count - 1) * hop + length];
    if (hops > mostHops) return scattered(numbers, places(count, length, hop), [...outer, samples]);
    const keep = outer.map((): [number, number] => [0, 0]);
    const whole = pad(numbers, [...keep, [0, 0], [0, hops * hop - length]]);
    const cut = reshape(whole, [...outer, count, hops, hop]);
    const rows = Array.from({ length: hops }, (_, index) =>
      pad(slice(cut, "...", index, null), [...keep, [index, hops - 1 - index], [0, 0]]),
    );
    const total = rows.reduce((sum: Tensor, row) => add(sum, row));
    return slice(reshape(total, [...outer, (count + hops - 1) * hop]), "...", [0, samples]);
  });
}

/** Where each element of each frame lies. */
function places(count: number, length: number, hop: number): Tensor {
  return expandDims(arange(count).multiply(hop), -1).add(arange(length));
}

function scattered(frames: Tensor, indices: Tensor, shape: readonly number[]): Tensor {
  const flat = reshape(frames, [...shape.slice(0, -1), sizeOf(indices.shape)]);
  return scatterAdd(zeros(shape, { dtype: frames.dtype }), reshape(indices, [indices.size]), flat, { axis: -1 });
}

/** @throws ArgumentError unless all are whole numbers of at least 1. */
export function requireCounts(operation: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts))
    if (!Number.isSafeInteger(count) || count < 1)
      throw new ArgumentError(`${operation}: ${name} is ${count}; it has to be a whole number of at least 1.`, {
        [name]: count,
      });
}
