/**
 * Which elements a launch touches, where that can be said exactly: accesses that are reached for certain, whose index
 * is a sum over loops with known bounds. Nothing is said of the others (behind an `if`, indirect, in ragged loops).
 */

import { at } from "../support/invariant.ts";
import type { Expression } from "./expression.ts";
import { type Sum, sumOf } from "./indexArithmetic.ts";
import { type Kernel, type Statement, type TileProduct, termsIn, tileTerms } from "./kernel.ts";
import { evaluate } from "./meaning.ts";
import { expressionsOf, visitExpressions } from "./traverse.ts";

/** First and last element of a buffer that one access touches. */
export interface IndexRange {
  readonly buffer: number;
  readonly lowest: number;
  readonly highest: number;
}

/** The ranges of all accesses of `kernel` that are known when it is launched with `sizes`. */
export function indexRanges(kernel: Kernel, sizes: readonly number[]): readonly IndexRange[] {
  const found: IndexRange[] = [];
  walk(kernel.body, { kernel, sizes, bounds: new Map(), definitions: new Map(), found });
  return found;
}

interface Walk {
  readonly kernel: Kernel;
  readonly sizes: readonly number[];
  /** First and last value of each loop around whose bounds are known. */
  readonly bounds: ReadonlyMap<number, { first: number; last: number }>;
  readonly definitions: Map<number, Expression>;
  readonly found: IndexRange[];
}

function walk(body: readonly Statement[], around: Walk): void {
  for (const statement of body) {
    visitExpressions(expressionsOf(statement), (part) => {
      if (part.kind === "load") record(part.buffer, part.index, around);
    });
    if (statement.kind === "store") record(statement.buffer, statement.index, around);
    if (statement.kind === "multiply") recordProduct(statement, around);
    if (statement.kind === "let") around.definitions.set(statement.local, statement.value);
    if (statement.kind !== "loop") continue;
    const start = numberOf(statement.start, around.sizes);
    const stop = numberOf(statement.stop, around.sizes);
    if (start === undefined || stop === undefined || start >= stop) continue;
    const last = start + Math.floor((stop - 1 - start) / statement.step) * statement.step;
    const bounds = new Map(around.bounds).set(statement.local, { first: start, last });
    walk(statement.body, { ...around, bounds });
  }
}

/** Notes an access, and with `span` that of as many elements after it. */
function record(buffer: number, index: Expression, { sizes, bounds, definitions, found }: Walk, span = 0): void {
  const sum = sumOf(index, (local) => definitions.get(local));
  const slopes = slopesOf(sum, sizes, bounds);
  if (slopes === undefined) return;
  let [lowest, highest] = [slopes.constant, slopes.constant];
  for (const [local, slope] of slopes.byLocal) {
    const { first, last } = bounds.get(local) ?? { first: 0, last: 0 };
    lowest += slope * (slope > 0 ? first : last);
    highest += slope * (slope > 0 ? last : first);
  }
  found.push({ buffer, lowest, highest: highest + span });
}

/** All that a product of tiles touches, in its loops. */
function recordProduct({ buffers, indices, apart, steps, rows, columns }: TileProduct, around: Walk): void {
  const known = (expression: Expression) => numberOf(expression, around.sizes) ?? 0;
  const moved = (operand: 1 | 2) =>
    steps.reduce((sum, step) => sum + (known(step[0]) - 1) * Math.max(0, known(step[operand])), 0);
  const [sums, left, right] = apart.map(known);
  const spans = [
    (rows - 1) * (sums ?? 0) + columns - 1,
    (rows - 1) * (left ?? 0) + tileTerms / termsIn(around.kernel, buffers[1]) - 1 + moved(1),
    (tileTerms / 2 - 1) * (right ?? 0) + columns - 1 + moved(2),
  ];
  buffers.forEach((buffer, operand) => record(buffer, at(indices, operand), around, spans[operand]));
}

/** The sum with numbers for sizes: how far it moves along each loop; undefined where that is not fixed. */
function slopesOf(
  sum: Sum,
  sizes: readonly number[],
  bounds: Walk["bounds"],
): { constant: number; byLocal: Map<number, number> } | undefined {
  let constant = sum.constant;
  const byLocal = new Map<number, number>();
  for (const { coefficient, factors } of sum.terms) {
    let slope = coefficient;
    let along: number | undefined;
    for (const factor of factors) {
      const value = numberOf(factor, sizes);
      if (value !== undefined) slope *= value;
      else if (factor.kind === "local" && bounds.has(factor.local) && along === undefined) along = factor.local;
      else return undefined;
    }
    if (along === undefined) constant += slope;
    else byLocal.set(along, (byLocal.get(along) ?? 0) + slope);
  }
  return { constant, byLocal };
}

/** The value of an expression of literals and sizes alone; undefined for others. */
export function numberOf(expression: Expression, sizes: readonly number[]): number | undefined {
  if (expression.kind === "literal") return expression.value;
  if (expression.kind === "size") return sizes[expression.size];
  if (expression.kind !== "apply") return undefined;
  const values = expression.inputs.map((input) => numberOf(input, sizes));
  if (!values.every((value) => value !== undefined)) return undefined;
  return evaluate(expression.op, expression.inputs.at(-1)?.dtype ?? "i32", values);
}
