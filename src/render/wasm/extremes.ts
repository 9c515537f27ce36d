/**
 * The largest or smallest of many f32, lane by lane. The instruction for it takes eight of the machine, since NaN has to win and
 * 0 is above −0. Seen as whole numbers, floats without a sign are in order and those with one in reverse: three searches
 * of one instruction each know all that is needed, zeros and every NaN included.
 */
import type { ReduceOp } from "../../kernel/scalarOps.ts";
import { at } from "../../support/invariant.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode } from "./opcodes.ts";
import { repeated } from "./vectorForms.ts";

/** Searches under way: vectors of bits, one for each of the `searches`. */
export interface Extreme {
  readonly op: keyof typeof searches;
  readonly found: readonly number[];
}

const [signedMost, signedLeast, unsignedMost, unsignedLeast] = [
  { opcode: "i32x4.max_s", identity: -(2 ** 31) },
  { opcode: "i32x4.min_s", identity: 2 ** 31 - 1 },
  { opcode: "i32x4.max_u", identity: 0 },
  { opcode: "i32x4.min_u", identity: -1 },
] as const satisfies readonly { opcode: Opcode; identity: number }[];

/**
 * First the search whose result tells by its sign on which side of zero to look; then the ones that are right where it has none
 * and where it has one; then, as a comparison with `infinity`, what tells of NaN that both may have missed.
 */
const searches = {
  maximum: { all: [signedMost, unsignedLeast, unsignedMost], side: 0, plain: 0, signed: 1 },
  minimum: { all: [unsignedMost, signedLeast, signedMost], side: 0, plain: 1, signed: 0 },
} as const;

/** Bits of −∞ and of ∞: NaN with a sign are above the one, those without above the other. */
const [negativeInfinity, infinity] = [-0x800000, 0x7f800000];

/** Locals that one search takes. */
export const vectorsOfExtreme = 3;

/** Is `op` on f32 such a search? */
export function isExtreme(op: ReduceOp): op is Extreme["op"] {
  return op === "maximum" || op === "minimum";
}

/** Begins a search. Its result means something once every lane has seen an element. */
export function beginExtreme(w: FunctionWriter, op: Extreme["op"]): Extreme {
  const found = searches[op].all.map(({ identity }) => {
    const local = w.local("v128");
    w.v128(repeated("i32", identity));
    w.set(local);
    return local;
  });
  return { op, found };
}

/** Looks at the vector on the stack. */
export function lookAt(w: FunctionWriter, { op, found }: Extreme): void {
  const value = w.local("v128");
  w.set(value);
  searches[op].all.forEach(({ opcode }, index) => {
    const local = at(found, index);
    w.op(local, value, opcode);
    w.set(local);
  });
  w.release(value);
}

/** Pushes what was found, and gives the locals back. */
export function pushExtreme(w: FunctionWriter, { op, found }: Extreme): void {
  const { side, plain, signed } = searches[op];
  w.op(at(found, signed), at(found, plain), at(found, side));
  w.i32(31);
  w.op("i32x4.shr_s", "v128.bitselect");
  // All bits set are a NaN
  const missed = at(found, 2);
  const bound = w.local("v128");
  w.v128(repeated("i32", op === "maximum" ? negativeInfinity : infinity));
  w.set(bound);
  w.op(bound, missed, op === "maximum" ? "i32x4.lt_u" : "i32x4.lt_s", "v128.or");
  for (const local of [...found, bound]) w.release(local);
}
