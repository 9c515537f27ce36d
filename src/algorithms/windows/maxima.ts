/**
 * The maximum of each window. Its derivative finds again, by comparison, where a maximum is from: nothing but the maxima is kept. What
 * comes back is chosen at each position of the input, where few windows meet there, or else written to where it belongs.
 */
import { dtypes } from "../../shape/dtype.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { add, maximum } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, isNan, logicalOr, where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { broadcastTo, reshape } from "../../tensor/manipulate.ts";
import { pad, type SliceRange, slice } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { addAt } from "./largest.ts";
import { combineWindows, elementsOfWindows, positions, type WindowPlaces } from "./windowElements.ts";

/** The maximum of each window of floats. */
export function windowMaxima(x: Tensor, places: WindowPlaces): Tensor {
  const find = (given: Tensor): Tensor =>
    at(
      combineWindows([given], places, [dtypes[x.dtype].lowest], ([a], [b]) =>
        a === undefined || b === undefined ? [] : [maximum(a, b)],
      ),
      0,
    );
  return customVjp(find, {
    forward: (given) => {
      const found = find(given);
      return [found, { given, found }];
    },
    backward: ({ given, found }, cotangent) => {
      const wide = astype(cotangent, dtypes[cotangent.dtype].computed);
      return [astype(giveBack(given, found, wide, places), cotangent.dtype)];
    },
  })(x);
}

/** `cotangent` where the maxima `found` in the windows of `x` are from, and 0 elsewhere. */
function giveBack(x: Tensor, found: Tensor, cotangent: Tensor, places: WindowPlaces): Tensor {
  const { kernel, stride, dilation, first } = places;
  const isDense = stride.every((step) => step === 1);
  const isApart = kernel.every((size, d) => size <= at(stride, d) && at(dilation, d) === 1);
  if (!isDense && !isApart) return addAt(elementsChosen(x, found, places), cotangent, x.shape, first);
  const chosen = choices(x, found, places, unitsOf(kernel));
  return isDense ? chooseInPlace(chosen, cotangent, x, places) : spreadApart(chosen, cotangent, x, places);
}

/** What a step along each dimension adds to the number of an element, counted row by row in `sizes`. */
function unitsOf(sizes: readonly number[]): readonly number[] {
  return sizes.map((_, d) => sizeOf(sizes.slice(d + 1)));
}

/** `of` each place along each dimension, times what a step along it adds: one number for each window. */
function eachWindow(
  { outputs }: WindowPlaces,
  units: readonly number[],
  of: (place: number, d: number) => number,
): Tensor {
  const along = outputs.map((count, d) => {
    const values = Array.from({ length: count }, (_, place) => of(place, d) * at(units, d));
    return reshape(tensor(values, { dtype: "i32" }), [count, ...new Array<number>(outputs.length - d - 1).fill(1)]);
  });
  return along.reduce((sum, each) => add(sum, each));
}

/**
 * For each window the first of its elements that equals the maximum, each step along a dimension counting as `units` say. Outside is the
 * least number that there is: where that is the maximum, the first inside is meant.
 */
function choices(x: Tensor, found: Tensor, places: WindowPlaces, units: readonly number[]): Tensor {
  const { kernel, low, stride, dilation } = places;
  const lowest = dtypes[x.dtype].lowest;
  const codes = positions(kernel).map((element) => element.reduce((sum, place, d) => sum + place * at(units, d), 0));
  const last = broadcastTo(tensor(at(codes, -1), { dtype: "i32" }), found.shape);
  const chosen = elementsOfWindows(x, places, lowest)
    .slice(0, -1)
    .reduceRight<Tensor>(
      (later, element, index) => where(logicalOr(equal(element, found), isNan(element)), at(codes, index), later),
      last,
    );
  if (low.every((before) => before === 0)) return chosen;
  const firstInside = eachWindow(places, units, (place, d) =>
    Math.max(0, Math.ceil((at(low, d) - place * at(stride, d)) / at(dilation, d))),
  );
  return where(equal(found, lowest), firstInside, chosen);
}

/** Windows one position apart: each position looks at all windows that it is in. */
function chooseInPlace(chosen: Tensor, cotangent: Tensor, x: Tensor, places: WindowPlaces): Tensor {
  const { kernel, dilation, low, first } = places;
  const outside = kernel.map((size, d): [number, number] => {
    const [before, reach] = [at(low, d), (size - 1) * at(dilation, d)];
    return [reach - before, at(x.shape, first + d) + before - at(cotangent.shape, first + d)];
  });
  const widths = [...new Array<[number, number]>(first).fill([0, 0]), ...outside];
  const [codes, values] = [pad(chosen, widths, { value: -1 }), pad(cotangent, widths)];
  const parts = positions(kernel).map((element, number) => {
    const ranges = element.map((place, d): SliceRange => {
      const start = (at(kernel, d) - 1 - place) * at(dilation, d);
      return [start, start + at(x.shape, first + d)];
    });
    const cut = (given: Tensor) => slice(given, ...new Array<null>(first).fill(null), ...ranges);
    return where(equal(cut(codes), number), cut(values), 0);
  });
  return parts.reduce((sum, part) => add(sum, part));
}

/** Windows that do not overlap: each position is in one of them, or in none. */
function spreadApart(chosen: Tensor, cotangent: Tensor, x: Tensor, places: WindowPlaces): Tensor {
  const { kernel, stride, low, first, outputs } = places;
  const outer = x.shape.slice(0, first);
  const between = (inner: readonly number[]) => [...outer, ...outputs.flatMap((count, d) => [count, at(inner, d)])];
  const each = (given: Tensor) => broadcastTo(reshape(given, between(kernel.map(() => 1))), between(kernel));
  const own = arange(0, sizeOf(kernel), 1, { dtype: "i32" });
  const beside = kernel.flatMap((size) => [1, size]);
  const spread = where(equal(each(chosen), reshape(own, beside)), each(cotangent), 0);
  const gaps = kernel.flatMap((size, d): [number, number][] => [
    [0, 0],
    [0, at(stride, d) - size],
  ]);
  const before = new Array<[number, number]>(first).fill([0, 0]);
  const joined = reshape(pad(spread, [...before, ...gaps]), [
    ...outer,
    ...outputs.map((count, d) => count * at(stride, d)),
  ]);
  const fit = outputs.map((count, d): [number, number] => [
    -at(low, d),
    at(x.shape, first + d) + at(low, d) - count * at(stride, d),
  ]);
  return pad(joined, [...before, ...fit]);
}

/** For each window the position in `x` of its maximum, counted row by row in the last dimensions. */
function elementsChosen(x: Tensor, found: Tensor, places: WindowPlaces): Tensor {
  const { stride, dilation, low, first } = places;
  const units = unitsOf(x.shape.slice(first));
  const chosen = choices(
    x,
    found,
    places,
    units.map((unit, d) => unit * at(dilation, d)),
  );
  return add(
    chosen,
    eachWindow(places, units, (place, d) => place * at(stride, d) - at(low, d)),
  );
}
