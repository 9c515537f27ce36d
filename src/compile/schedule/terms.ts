/** How the terms of a product in tiles (`tiles.ts`) are walked: in blocks of what a tile takes. */
import { tileTerms } from "../../kernel/kernel.ts";
import { at } from "../../support/invariant.ts";
import type { Axis, NestContext } from "../nest.ts";
import { areNeighbours, extentOf, type Product, walkEvenly } from "./product.ts";

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
