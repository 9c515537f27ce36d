/** How the terms of a product in tiles (`tiles.ts`) are walked: in blocks of what a tile takes. */
import type { Expression } from "../../kernel/expression.ts";
import { tileRows, tileTerms } from "../../kernel/kernel.ts";
import { at } from "../../support/invariant.ts";
import type { Axis, NestContext } from "../nest.ts";
import type { Precision } from "../program.ts";
import { type Cover, cover } from "./cover.ts";
import { areNeighbours, extentOf, type Product, walkEvenly } from "./product.ts";

/** The factors of a product in bf16. */
export interface Halves {
  readonly left: Expression;
  readonly right: Expression;
}

/** The same, and whether each element of the result is to be computed once. */
export interface Demands extends Halves {
  readonly isExact: boolean;
}

/** The factors in bf16, where they are that already or may be rounded. */
export function halvesOf(
  { builder }: NestContext,
  { carry: { initial }, rows, columns }: Product,
  precision: Precision,
): Halves | undefined {
  if (initial.kind !== "literal" || initial.dtype !== "f32" || initial.value !== 0) return undefined;
  const half = (value: Expression) => builder.cast("bf16", value);
  const isExact = [rows, columns].every(({ value }) => value.kind === "cast" && value.input.dtype === "bf16");
  return isExact || precision === "bf16" ? { left: half(rows.value), right: half(columns.value) } : undefined;
}

/** An element of a tensor. */
export type Load = Extract<Expression, { kind: "load" }>;

/** What `value` reads, where it is nothing but an element of a tensor in another dtype. */
export function loadIn(value: Expression): Load | undefined {
  if (value.kind === "cast") return loadIn(value.input);
  return value.kind === "load" ? value : undefined;
}

/** Two tiles at once, where that does not compute much more than is wanted: each that is loaded serves two products then. */
export function tileCover(extent: number): Cover {
  const [wide, narrow] = [cover(extent, 2 * tileRows), cover(extent, tileRows)];
  const isWide = extent >= wide.width && wide.count * wide.width <= 1.2 * narrow.count * narrow.width;
  return isWide ? wide : narrow;
}

/** How the axes of a sum are walked: `inner` in blocks of 32 terms, and `around` it the others. Axes that both factors walk as one are one. */
export interface Terms {
  readonly around: readonly (readonly Axis[])[];
  readonly inner: readonly Axis[];
  /** Terms with the zeros that fill the last block. */
  readonly padded: number;
}

/** The terms of `product`, with as few zeros as possible. */
export function termsOf(context: NestContext, { summed, rows, columns }: Product): Terms {
  const runs: Axis[][] = [];
  for (const axis of summed) {
    const run = runs.at(-1);
    const joins = (each: readonly Axis[]) => [rows, columns].every(({ value }) => walkEvenly(context, value, each));
    if (run !== undefined && joins([at(run, -1), axis])) run.push(axis);
    else runs.push([axis]);
  }
  const paddedOf = (run: readonly Axis[]) => Math.ceil(extentOf(run) / tileTerms) * tileTerms;
  const waste = (run: readonly Axis[]) => paddedOf(run) / extentOf(run);
  const neighbours = (run: readonly Axis[]) =>
    [rows, columns].filter(({ value }) => areNeighbours(value, at(run, -1))).length;
  const [inner = []] = [...runs].sort((a, b) => waste(a) - waste(b) || neighbours(b) - neighbours(a));
  const around = runs.filter((run) => run !== inner);
  return { around, inner, padded: extentOf(around.flat()) * paddedOf(inner) };
}
