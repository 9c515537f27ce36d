/**
 * How WebAssembly spells each operation on one v128: four f32, i32, u32, u8 (widened) or bool (as masks of 32 bits), or
 * two f64. Comparisons of f64 give masks of 64 bits, which `vectorEmitter.ts` brings together.
 */

import { reinterpret, toWide } from "../../kernel/meaning.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { type ComputedDtype, type Dtype, isHalf } from "../../shape/dtype.ts";
import { andThen, type Form, none, op, perLane, reordered, sequence, unchanged } from "./forms.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode } from "./opcodes.ts";
import { type Row, spelling } from "./spelling.ts";

/** 16 bytes that repeat `value` as `dtype`; a bool is a mask. */
export function repeated(dtype: Dtype, value: number): Uint8Array {
  if (dtype === "f32") return new Uint8Array(new Float32Array(4).fill(value).buffer);
  if (dtype === "f64") return new Uint8Array(new Float64Array(2).fill(value).buffer);
  if (dtype === "i64") return new Uint8Array(new BigInt64Array(2).fill(toWide(value)).buffer);
  const word = isHalf(dtype) ? Number(reinterpret(dtype, "i16", value)) : dtype === "bool" ? -value : value;
  return new Uint8Array(new Int32Array(4).fill(word).buffer);
}

const vectorTypeNames = { f32: "f32x4", f64: "f64x2", i32: "i32x4", i64: "i64x2", bits: "v128" } as const;
const { rows, floatRow, floats, integers, numbers, ordered, undefinedOnFloats, shiftForm } = spelling(
  vectorTypeNames,
  (w) => {
    w.v128(repeated("i32", 0xff));
    w.op("v128.and");
  },
  perLane,
);

const laneByLane: Row = { ...floatRow(perLane, perLane), ...integers(perLane, perLane), bool: perLane };
const shifts: Row = { ...laneByLane, f32: none, f64: none };
const chosen = reordered("v128.bitselect", [1, 2, 0]);

/** Spelling of each operation on one v128, by the dtype of its operands. */
export const vectorForms: { readonly [Op in ScalarOp]: Row } = {
  ...rows,
  negative: numbers("neg", op("i32x4.neg"), op("i64x2.neg")),
  abs: { ...floats("abs"), ...integers(op("i64x2.abs"), op("i32x4.abs"), unchanged) },
  sign: {
    ...floatRow(sequence(writeSign("f32")), sequence(writeSign("f64"))),
    ...integers(perLane, sequence(writeIntegerSign), sequence(writeIsNotZero)),
  },
  not: { ...undefinedOnFloats, bool: op("v128.not") },
  quotient: { ...laneByLane, bool: none },
  remainder: { ...laneByLane, bool: none },
  maximum: {
    ...floats("max"),
    ...integers(wideExtreme("i64x2.gt_s"), op("i32x4.max_s"), op("i32x4.max_u")),
    bool: op("v128.or"),
  },
  minimum: {
    ...floats("min"),
    ...integers(wideExtreme("i64x2.lt_s"), op("i32x4.min_s"), op("i32x4.min_u")),
    bool: op("v128.and"),
  },
  // masks are −1 where they hold, so the order of signed numbers is turned around
  less: ordered("lt", reordered("i32x4.lt_s", [1, 0])),
  lessEqual: ordered("le", reordered("i32x4.le_s", [1, 0])),
  shiftLeft: shifts,
  shiftRight: shifts,
  select: { ...floatRow(chosen, chosen), ...integers(chosen, chosen), bool: chosen },
};

/** The instruction for a·b + c, or for c − a·b of f32, with one rounding. */
export function fused(dtype: Dtype, isSubtracted = false): Opcode {
  if (dtype === "f64") return "f64x2.relaxed_madd";
  return isSubtracted ? "f32x4.relaxed_nmadd" : "f32x4.relaxed_madd";
}

/** Each lane of the operand for which `compare` holds. */
function wideExtreme(compare: Opcode): Form {
  return sequence((w, [a = 0, b = 0]) => w.op(a, b, a, b, compare, "v128.bitselect"));
}

/** `select` on masks that are all ones or all zeros, where the engine has relaxed instructions: one instruction, not three. */
export const relaxedSelect: Form = reordered("i32x4.relaxed_laneselect", [1, 2, 0]);

/** `select` where one of the two is zero, on masks that are all ones or all zeros. */
export const selectZeroOr: Form = reordered("v128.andnot", [2, 0]);
export const selectOrZero: Form = reordered("v128.and", [1, 0]);

/** The form of an operation whose second operand is `literal`, where there is a shorter one; it takes the first operand alone. */
export function vectorLiteralForm(name: ScalarOp, dtype: ComputedDtype, literal: number): Form | undefined {
  if (dtype === "f32" || dtype === "f64") return extremeForm(name, dtype, literal);
  if (dtype === "bool" || dtype === "i64") return undefined;
  const isMask = name === "remainder" && literal > 0 && Number.isInteger(Math.log2(literal));
  return isMask ? withConstant("v128.and", "i32", literal - 1) : shiftForm(name, dtype, literal);
}

/**
 * maximum and minimum with a literal: `pmax(x, y)` is x < y ? y : x, one instruction where the full maximum takes eight;
 * NaN stays, and adding 0 mends the one zero that it gets wrong.
 */
function extremeForm(name: ScalarOp, dtype: "f32" | "f64", literal: number): Form | undefined {
  const lanes = dtype === "f32" ? "f32x4" : "f64x2";
  if (Number.isNaN(literal)) return undefined;
  if (name === "minimum") return Object.is(literal, -0) ? undefined : withConstant(`${lanes}.pmin`, dtype, literal);
  if (name !== "maximum") return undefined;
  const form = withConstant(`${lanes}.pmax`, dtype, literal);
  if (!Object.is(literal, 0)) return form;
  return andThen(form, (w) => {
    w.v128(repeated(dtype, 0));
    w.op(`${lanes}.add`);
  });
}

function withConstant(opcode: Opcode, dtype: Dtype, value: number): Form {
  return {
    kind: "stack",
    write: (w) => {
      w.v128(repeated(dtype, value));
      w.op(opcode);
    },
  };
}

/** 1, −1, or the number itself plus 0: −0 becomes 0, NaN stays. */
function writeSign(dtype: "f32" | "f64") {
  const lanes = dtype === "f32" ? "f32x4" : "f64x2";
  return (w: FunctionWriter, [x = 0]: readonly number[]) => {
    w.v128(repeated(dtype, 1));
    w.v128(repeated(dtype, -1));
    w.get(x);
    w.v128(repeated(dtype, 0));
    w.op(`${lanes}.add`);
    for (const compare of [`${lanes}.lt`, `${lanes}.gt`] as const) {
      w.get(x);
      w.v128(repeated(dtype, 0));
      w.op(compare, "v128.bitselect");
    }
  };
}

function writeIntegerSign(w: FunctionWriter, [x = 0]: readonly number[]): void {
  w.get(x);
  w.i32(31);
  w.op("i32x4.shr_s", x);
  w.v128(repeated("i32", 0));
  w.op("i32x4.gt_s", "i32x4.sub");
}

function writeIsNotZero(w: FunctionWriter, [x = 0]: readonly number[]): void {
  w.get(x);
  w.v128(repeated("i32", 0));
  w.op("i32x4.ne");
  w.v128(repeated("i32", 1));
  w.op("v128.and");
}
