/**
 * Lanes that each walk along a row of memory, their elements stored side by side, as operands of products are laid out: instead of
 * one gather for each step, sixteen rows are read as vectors, sixteen steps long, and turned in registers. `statementWriter.ts` asks.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Statement } from "../../kernel/kernel.ts";
import type { Frame, Lanes, Loop } from "./frame.ts";

/** Rows that are turned at once, and steps. */
export const turnedLanes = 16;

type Store = Extract<Statement, { kind: "store" }>;
type Load = Extract<Expression, { kind: "load" }>;

/** What a loop copies from rows to columns. */
export interface TurnedRows {
  readonly store: Store;
  readonly load: Load;
}

/** The copy that `loop`, in a vector loop of `lanes`, is nothing but; undefined where it does more, or otherwise. */
export function turnedRowsIn(loop: Loop, lanes: Lanes | undefined, { features }: Frame): TurnedRows | undefined {
  const [store, more] = loop.body;
  if (features.isa !== "avx512" || lanes?.width !== turnedLanes || lanes.some !== undefined) return undefined;
  if (more !== undefined || store?.kind !== "store" || store.ahead !== undefined || loop.step !== 1) return undefined;
  const { value: load } = store;
  if (load.kind !== "load" || load.dtype !== "f32" || load.buffer === store.buffer) return undefined;
  const isTurned = lanes.shapes.of(store.index) === 1 && lanes.shapes.of(load.index) !== 1;
  if (!isTurned || stepOf(load.index, loop.local) !== 1 || stepOf(store.index, loop.local) === undefined)
    return undefined;
  return { store, load };
}

/** How far `index` moves with each step of `local`: a number, by what no step changes ("even"), or unevenly (undefined). */
function stepOf(index: Expression, local: number): number | "even" | undefined {
  if (index.kind === "literal" || index.kind === "size") return 0;
  if (index.kind === "local") return index.local === local ? 1 : 0;
  if (index.kind !== "apply") return undefined;
  const steps = index.inputs.map((input) => stepOf(input, local));
  if (steps.every((step) => step === 0)) return 0;
  const [a, b] = steps;
  if (a === undefined || b === undefined) return undefined;
  if (index.op === "add" || index.op === "subtract") {
    if (a === "even" || b === "even") return "even";
    return index.op === "add" ? a + b : a - b;
  }
  return index.op === "multiply" && (a === 0 || b === 0) ? "even" : undefined;
}
