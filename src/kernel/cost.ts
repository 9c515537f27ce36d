/** How much work a kernel is, counted from its structure: what a launch is divided by, and what a profile compares with. */
import { bytesOf } from "../shape/dtype.ts";
import type { Expression } from "./expression.ts";
import { numberOf } from "./indexRanges.ts";
import { type Kernel, type Statement, type TileProduct, tileTerms } from "./kernel.ts";
import { expressionsOf, visitExpressions } from "./traverse.ts";

/** What one launch of a kernel does. */
export interface Cost {
  /** Scalar operations on values; those on indices are left out. */
  readonly operations: number;
  /** Bytes that loads and stores move, those of the cache included: what is loaded twice counts twice. */
  readonly bytes: number;
}

/**
 * The work of one launch of `kernel` with `sizes`. Both sides of an `if` count, and a loop whose bounds are only known
 * inside counts as one iteration.
 */
export function costOf(kernel: Kernel, sizes: readonly number[]): Cost {
  let [operations, bytes] = [0, 0];
  const count = (body: readonly Statement[], times: number): void => {
    const seen = new Set<Expression>();
    for (const statement of body) {
      visitExpressions(
        expressionsOf(statement),
        (part) => {
          if (part.kind === "load") bytes += times * bytesOf(part.dtype);
          if (part.kind === "apply" && part.dtype !== "i32") operations += times;
        },
        seen,
      );
      if (statement.kind === "accumulate") operations += times;
      if (statement.kind === "store") bytes += times * bytesOf(statement.value.dtype);
      if (statement.kind === "multiply") operations += times * productOperations(statement, sizes);
      if (statement.kind === "if") for (const inner of [statement.body, statement.otherwise]) count(inner, times);
      if (statement.kind === "loop") count(statement.body, times * iterations(statement, sizes));
    }
  };
  count(kernel.body, 1);
  return { operations, bytes };
}

/** Multiplications and additions of a product of tiles. */
function productOperations({ rows, columns, steps, bytes }: TileProduct, sizes: readonly number[]): number {
  const terms = bytes === undefined ? tileTerms : 2 * tileTerms;
  return steps.reduce((all, [count]) => all * (numberOf(count, sizes) ?? 1), 2 * rows * columns * terms);
}

function iterations({ start, stop, step }: Statement & { kind: "loop" }, sizes: readonly number[]): number {
  const [from, to] = [numberOf(start, sizes), numberOf(stop, sizes)];
  return from === undefined || to === undefined ? 1 : Math.max(0, Math.ceil((to - from) / step));
}
