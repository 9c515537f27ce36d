/**
 * Resampling along axes: each position of the result is a weighted sum of a few positions of the input, which tables
 * name. Tables are small (one row an output position) and made on the host; the sums are gathers, fused into one kernel over
 * all axes. The derivative is a resampling by the transposed tables. `interpolate.ts` makes the tables.
 */
import { node } from "../../graph/node.ts";
import { isFloat } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import { add, multiply } from "../../tensor/arithmetic.ts";
import { repeat, reshape } from "../../tensor/manipulate.ts";
import { sum } from "../../tensor/reduce.ts";
import { Tensor, tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";

/** One position that an output position is made of, and its share. */
export interface Tap {
  readonly place: number;
  readonly weight: number;
}

/** What the positions along one axis become: one list of taps for each position of the result. */
export interface Table {
  readonly axis: number;
  /** Positions of the input. */
  readonly size: number;
  readonly rows: readonly (readonly Tap[])[];
}

/** More taps than this are summed by a loop of the kernel instead of being written out. */
const fewTaps = 4;

/** `x` with each axis that has a table resampled by it; the last axes first, which lie closest in memory. */
export function resample(x: Tensor, tables: readonly Table[]): Tensor {
  const needed = tables.filter((table) => repetitionOf(table) !== 1);
  if (needed.length === 0) return x;
  const apply = (given: Tensor): Tensor => needed.reduceRight(resampleAlong, given);
  if (!isFloat(x.dtype)) return apply(x);
  return customVjp(apply, {
    forward: (given) => [apply(given), null],
    backward: (_, cotangent) => [resample(cotangent, needed.map(transposed))],
  })(x);
}

/** From each position of the input to the positions of the result that it is part of. */
function transposed({ axis, size, rows }: Table): Table {
  const lists = Array.from({ length: size }, () => new Map<number, number>());
  rows.forEach((taps, output) => {
    for (const { place, weight } of taps) {
      const list = at(lists, place);
      list.set(output, (list.get(output) ?? 0) + weight);
    }
  });
  return {
    axis,
    size: rows.length,
    rows: lists.map((list) => [...list].map(([place, weight]) => ({ place, weight }))),
  };
}

/** How often each position stands in a row, where that is all that happens. */
function repetitionOf({ size, rows }: Table): number | undefined {
  const times = rows.length / size;
  const isRepeated = (taps: readonly Tap[], index: number) =>
    taps.length === 1 && taps[0]?.weight === 1 && taps[0].place === Math.floor(index / times);
  return Number.isInteger(times) && rows.every(isRepeated) ? times : undefined;
}

function resampleAlong(x: Tensor, table: Table): Tensor {
  const { axis, rows } = table;
  const times = repetitionOf(table);
  if (times !== undefined) return repeat(x, times, axis);
  const count = Math.max(1, ...rows.map((taps) => taps.length));
  const behind = new Array<number>(x.rank - axis - 1).fill(1);
  // A row with fewer taps repeats one of its own, with no weight
  const read = (places: readonly number[], shape: readonly number[]) => {
    const indices = tensor([...places], { shape, dtype: "i32" });
    return new Tensor(node("gather", [x.node, indices.node], { axis, batch: 0, value: null }));
  };
  const placeOf = (taps: readonly Tap[], tap: number) => (taps[tap] ?? taps[0])?.place ?? 0;
  const weightOf = (taps: readonly Tap[], tap: number) => taps[tap]?.weight ?? 0;
  if (count > fewTaps) {
    const each = Array.from({ length: count }, (_, tap) => tap);
    const shape = [rows.length, count];
    const places = rows.flatMap((taps) => each.map((tap) => placeOf(taps, tap)));
    const weights = rows.flatMap((taps) => each.map((tap) => weightOf(taps, tap)));
    const share = tensor(weights, { shape: [...shape, ...behind], dtype: x.dtype });
    return sum(multiply(read(places, shape), share), axis + 1);
  }
  const parts = Array.from({ length: count }, (_, tap): Tensor => {
    const weights = rows.map((taps) => weightOf(taps, tap));
    const part = read(
      rows.map((taps) => placeOf(taps, tap)),
      [rows.length],
    );
    if (weights.every((weight) => weight === 1)) return part;
    return multiply(part, reshape(tensor(weights, { dtype: x.dtype }), [rows.length, ...behind]));
  });
  return parts.reduce<Tensor>((total, part, index) => (index === 0 ? part : add(total, part)), at(parts, 0));
}
