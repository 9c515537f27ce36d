/**
 * Few rows times a large matrix: too little work for packing, too much memory for visits to distant places. The matrix is
 * read once, row by row as it lies, and every row of it is added to sums that wait in the fastest cache.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/target.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import type { Origin } from "../../support/origin.ts";
import { loopOver, type NestContext, rewriteSteps, type Step, substitution } from "../nest.ts";
import { cover, split, startOf } from "./cover.ts";
import { areNeighbours, extentOf, type Factor, type Product, place, stridesInPlace, walkEvenly } from "./product.ts";
import { jam } from "./tile.ts";

/** A matrix of fewer bytes stays in the cache while its columns are visited one by one. */
const largeBytes = 2 ** 18;
/** With more rows, packing pays. */
const mostRows = 12;
/**
 * Bytes that one row of the matrix gives to one chunk: two pages, so that memory is read in long runs while the sums stay near; one
 * where there would be a single chunk, which threads could not share.
 */
const chunkBytes = 8192;
/** Rows of the matrix that are read side by side. */
const rowsAtOnce = 8;

/** Is `product` few rows times a matrix that is too large for the cache and lies row by row? */
export function shouldStream(context: NestContext, product: Product, target: Target): boolean {
  const { columns, rows, summed } = product;
  const [n, m, k] = [extentOf(columns.tiled), extentOf(rows.tiled), extentOf(summed)];
  const bytes = bytesOf(columns.value.dtype);
  if (m > mostRows || n * k * bytes < largeBytes || (n * bytes) / target.vectorBytes < 4) return false;
  if (stridesInPlace(context, rows, summed)?.summed === undefined) return false;
  const strides = stridesInPlace(context, columns, summed);
  if (strides === undefined) return isReadInRows(context, columns);
  return strides.tiled === 1 && strides.summed !== 1 && strides.summed !== undefined;
}

/** Is `columns` computed from matrices that lie row by row themselves, such as quantized weights? */
function isReadInRows(context: NestContext, { value, tiled }: Factor): boolean {
  return value.kind !== "load" && walkEvenly(context, value, tiled) && areNeighbours(value, at(tiled, -1));
}

/** The loops: chunks of columns; in each all rows of the matrix; then what is done with the sums. */
export function streamColumns(
  context: NestContext,
  { carry, summed, columns, rows, outer, stores }: Product,
  target: Target,
  origin: Origin,
): readonly Step[] {
  const { builder, arithmetic } = context;
  const { dtype } = carry.initial;
  const [n, m, k] = [extentOf(columns.tiled), extentOf(rows.tiled), extentOf(summed)];
  const lanes = (2 * target.vectorBytes) / bytesOf(dtype);
  const rowBytes = n * bytesOf(dtype);
  const wanted = rowBytes / (rowBytes < 2 * chunkBytes ? chunkBytes / 2 : chunkBytes);
  const least = Math.ceil(n / Math.max(1, Math.round(wanted)));
  const chunks = cover(n, Math.min(n, Math.ceil(least / lanes) * lanes));
  const outerExtents = outer.map((axis) => axis.extent);
  const task = context.newAxis(extentOf(outer) * chunks.count);
  const row = context.newAxis(m);
  const positions = split(context, context.position(task), [...outerExtents, chunks.count]);
  const shape = [task.extent, m, chunks.width];
  const sums = context.scratch(origin, dtype, shape);
  /** A pass over the sums of one chunk, for every row. */
  const pass = (step: (at: (k: Expression) => Map<number, Expression>, sum: readonly Expression[]) => Step): Step => {
    const lane = context.newAxis(chunks.width);
    const placesAt = (position: Expression) => {
      const places = new Map(outer.map((axis, index) => [axis.local, at(positions, index)]));
      place(context, places, columns.tiled, startOf(context, chunks, at(positions, -1)), lane);
      place(context, places, rows.tiled, builder.index(0), row);
      for (const axis of summed) places.set(axis.local, builder.index(0));
      const last = summed.at(-1);
      if (last !== undefined) places.set(last.local, position);
      return places;
    };
    const indices = [context.position(task), context.position(row), context.position(lane)];
    const body = jam(context, [step(placesAt, indices)], row, builder.index(0), 0, m);
    return loopOver(lane, body, "vector", lanes);
  };
  const product = (factor: Factor, places: Map<number, Expression>) =>
    context.rewriter(substitution(places))(factor.value);
  const add = (first: Expression, count: number) =>
    pass((placesAt, indices) => {
      let sum = context.load(sums, indices);
      for (let next = 0; next < count; next++) {
        const places = placesAt(arithmetic.sum([[first, 1]], next));
        sum = builder.apply("add", sum, builder.apply("multiply", product(rows, places), product(columns, places)));
      }
      return { kind: "store", tensor: sums, indices, value: sum };
    });
  const whole = k - (k % rowsAtOnce);
  const position = context.newAxis(whole);
  // One loop around all, even for one task: what is added up must not be shared among threads
  const body = [
    pass((_, indices) => ({ kind: "store", tensor: sums, indices, value: carry.initial })),
    ...(whole > 0
      ? [{ ...loopOver(position, [add(builder.local(position.local, "i32"), rowsAtOnce)]), step: rowsAtOnce }]
      : []),
    ...(whole < k ? [add(builder.index(whole), k - whole)] : []),
    ...stores.map((step) =>
      pass((placesAt, indices) => {
        const places = placesAt(builder.index(0)).set(carry.local, context.load(sums, indices));
        return at(rewriteSteps(context, [step], substitution(places)), 0);
      }),
    ),
  ];
  return [loopOver(task, body, "parallel")];
}
