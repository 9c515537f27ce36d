/**
 * Reading a tensor between its positions, at coordinates that are data: for each axis a few positions with weights, and the sum
 * over all their combinations. What `gridSample.ts` and `regions.ts` are made of: a kernel for positions and weights,
 * one for the sums.
 */
import { node } from "../../graph/node.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { add, clip, floor, maximum, minimum, multiply, round, subtract } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { greaterEqual, isNan, lessEqual, logicalAnd, where } from "../../tensor/comparison.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** Positions along one axis, of i32 and inside, and their weights: both as the coordinates are shaped. */
export interface Tap {
  readonly place: Tensor;
  readonly weight: Tensor | undefined;
}

/** What brings a position back into an axis of so many, or says what it is worth outside. */
export type Outside = (coordinate: Tensor, size: number) => { readonly coordinate: Tensor; readonly isInside?: Tensor };

/** The nearest position, halves to even ones. */
export function nearestTaps(coordinate: Tensor, size: number, outside: Outside): readonly Tap[] {
  return [tapAt(round(outside(coordinate, size).coordinate), undefined, size, outside)];
}

/** The positions on both sides; coordinates are brought back before. */
export function linearTaps(coordinate: Tensor, size: number, outside: Outside): readonly Tap[] {
  const inside = clipped(outside(coordinate, size).coordinate, size);
  const low = floor(inside);
  const part = subtract(inside, low);
  return [tapAt(low, subtract(1, part), size, outside), tapAt(add(low, 1), part, size, outside)];
}

/** The two positions on both sides, weighed by Keys's cubic with a = −0.75; each of them is brought back. */
export function cubicTaps(coordinate: Tensor, size: number, outside: Outside): readonly Tap[] {
  const inside = clipped(coordinate, size);
  const low = floor(inside);
  const part: Tensor = subtract(inside, low);
  return [-1, 0, 1, 2].map((step) => {
    const distance: Tensor = step <= 0 ? subtract(part, step) : subtract(step, part);
    return tapAt(add(low, step), step === 0 || step === 1 ? near(distance) : far(distance), size, outside);
  });
}

const a = -0.75;

/** Of a distance up to 1. */
function near(distance: Tensor): Tensor {
  return add(multiply(multiply(subtract(multiply(distance, a + 2), a + 3), distance), distance), 1);
}

/** Of a distance from 1 to 2. */
function far(distance: Tensor): Tensor {
  return multiply(subtract(multiply(add(multiply(subtract(distance, 5), distance), 8), distance), 4), a);
}

/** Far outside nothing changes any more, and positions stay numbers that i32 has; NaN is −1, as in PyTorch. */
function clipped(coordinate: Tensor, size: number): Tensor {
  const reach = 4 * (size + 4);
  return clip(where(isNan(coordinate), -1, coordinate), -reach, reach);
}

function tapAt(position: Tensor, weight: Tensor | undefined, size: number, outside: Outside): Tap {
  const { coordinate, isInside } = outside(clipped(position, size), size);
  const place = minimum(maximum(astype(coordinate, "i32"), 0), size - 1);
  if (isInside === undefined) return { place, weight };
  return { place, weight: where(isInside, weight ?? 1, 0).astype(position.dtype) };
}

/** What lies outside counts as zeros. */
export const zerosOutside: Outside = (coordinate, size) => ({
  coordinate,
  isInside: logicalAnd(greaterEqual(coordinate, 0), lessEqual(coordinate, size - 1)),
});

/** What lies outside is what lies at the edge. */
export const edgeOutside: Outside = (coordinate, size) => ({ coordinate: clip(coordinate, 0, size - 1) });

/**
 * The sum over all combinations of taps, one list an axis of `sizes`: x [batch, channels, …sizes], taps [batch, …places] → [batch,
 * channels, …places]; `combine` says what is done with the parts, a sum where it is left out.
 */
export function sampleAt(
  x: Tensor,
  sizes: readonly number[],
  taps: readonly (readonly Tap[])[],
  combine: (sum: Tensor, part: Tensor) => Tensor = (sum, part) => add(sum, part),
): Tensor {
  const rows = x.reshape([...x.shape.slice(0, 2), sizeOf(sizes)]);
  const parts = tapsTogether(sizes, taps).map(({ place, weight }): Tensor => {
    const read = new Tensor(node("gather", [rows.node, place.node], { axis: 2, batch: 1, value: null }));
    return weight === undefined ? read : multiply(read, expandDims(weight, 1));
  });
  return parts.reduce((sum, part) => combine(sum, part));
}

/** All combinations of taps, one list an axis of `sizes`: places are counted row by row, weights multiplied. */
export function tapsTogether(sizes: readonly number[], taps: readonly (readonly Tap[])[]): readonly Tap[] {
  const [first = [], ...others] = taps;
  return others.reduce(
    (known, list, axis) =>
      known.flatMap((before) =>
        list.map(({ place, weight }) => ({
          place: add(multiply(before.place, at(sizes, axis + 1)), place),
          weight:
            before.weight === undefined
              ? weight
              : weight === undefined
                ? before.weight
                : multiply(before.weight, weight),
        })),
      ),
    first,
  );
}
