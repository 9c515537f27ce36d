/**
 * Loops over truth values alone: a vector holds sixteen of them as they lie in memory, where other loops widen each to 32 bits.
 * `renderKernel.ts` asks for them.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Statement } from "../../kernel/kernel.ts";
import { sharedExpressions } from "../../kernel/traverse.ts";
import type { LaneShapes } from "../laneShapes.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Loop } from "./loopFacts.ts";
import type { Opcode } from "./opcodes.ts";
import type { ScalarEmitter } from "./scalarEmitter.ts";
import { repeated } from "./vectorForms.ts";

type Store = Extract<Statement, { kind: "store" }>;

/** Iterations that run at once. */
export const byteLanes = 16;

/** What is the same on masks of any width. */
const onMasks: ReadonlyMap<string, Opcode> = new Map([
  ["not", "v128.not"],
  ["and", "v128.and"],
  ["or", "v128.or"],
  ["xor", "v128.xor"],
]);

/** Does `loop` do nothing but store truth values that are made of neighbours in memory? */
export function isBytewise({ body }: Loop, shapes: LaneShapes): boolean {
  const isMadeOfBytes = (part: Expression): boolean =>
    part.kind === "load"
      ? part.dtype === "bool" && shapes.of(part.index) === 1
      : part.kind === "apply" && part.dtype === "bool" && onMasks.has(part.op) && part.inputs.every(isMadeOfBytes);
  return body.every(
    (statement) =>
      statement.kind === "store" &&
      shapes.of(statement.index) === 1 &&
      sharedExpressions([statement.value]).length === 0 &&
      isMadeOfBytes(statement.value),
  );
}

/** Stores sixteen lanes. */
export function storeBytes(w: FunctionWriter, store: Store, scalars: ScalarEmitter): void {
  const offset = scalars.pushAddress(store);
  pushMask(w, store.value, scalars);
  w.v128(repeated("i32", 0x01010101));
  w.op("v128.and");
  w.memory("v128.store", offset);
}

/** Pushes sixteen bytes, each −1 where the truth value holds and 0 where not. */
function pushMask(w: FunctionWriter, part: Expression, scalars: ScalarEmitter): void {
  if (part.kind === "load") {
    const offset = scalars.pushAddress(part);
    w.memory("v128.load", offset);
    w.v128(repeated("i32", 0));
    return w.op("i8x16.ne");
  }
  if (part.kind !== "apply") return;
  for (const input of part.inputs) pushMask(w, input, scalars);
  const opcode = onMasks.get(part.op);
  if (opcode !== undefined) w.op(opcode);
}
