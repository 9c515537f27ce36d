/**
 * How WebAssembly spells each operation on one v128: four f32, i32, u32, u8 (widened) or bool (as masks of 32 bits), or
 * two f64. Comparisons of f64 give masks of 64 bits, which `vectorEmitter.ts` brings together.
 */

import type { ScalarOp } from "../../kernel/scalarOps.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { andThen, type Form, none, op, perLane, reordered, sequence, unchanged } from "./forms.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode } from "./opcodes.ts";
import type { Row } from "./scalarForms.ts";

/** 16 bytes that repeat `value` as `dtype`; a bool is a mask. */
export function repeated(dtype: Dtype, value: number): Uint8Array {
  if (dtype === "f32") return new Uint8Array(new Float32Array(4).fill(value).buffer);
  if (dtype === "f64") return new Uint8Array(new Float64Array(2).fill(value).buffer);
  return new Uint8Array(new Int32Array(4).fill(dtype === "bool" ? -value : value).buffer);
}

function byte(form: Form): Form {
  return andThen(form, (w) => {
    w.v128(repeated("i32", 0xff));
    w.op("v128.and");
  });
}

function floats(f32: Form, f64: Form): Row {
  return { f32, f64, i32: none, u32: none, u8: none, bool: none };
}

function numbers(f32: Opcode, f64: Opcode, whole: Opcode): Row {
  return { ...floats(op(f32), op(f64)), i32: op(whole), u32: op(whole), u8: byte(op(whole)) };
}

function integers(i32: Form, u32: Form): Pick<Row, "i32" | "u32" | "u8"> {
  return { i32, u32, u8: u32 };
}

const transcendental = floats(perLane, perLane);
const laneByLane: Row = { f32: perLane, f64: perLane, i32: perLane, u32: perLane, u8: perLane, bool: perLane };
const shifts: Row = { ...laneByLane, f32: none, f64: none };
const select = reordered("v128.bitselect", [1, 2, 0]);

function bitwise(opcode: Opcode): Row {
  return { ...floats(none, none), ...integers(op(opcode), op(opcode)), bool: op(opcode) };
}

/** Spelling of each operation on one v128, by the dtype of its operands. */
export const vectorForms: { readonly [Op in ScalarOp]: Row } = {
  negative: numbers("f32x4.neg", "f64x2.neg", "i32x4.neg"),
  abs: { ...floats(op("f32x4.abs"), op("f64x2.abs")), ...integers(op("i32x4.abs"), unchanged) },
  sign: {
    ...floats(sequence(writeSign("f32")), sequence(writeSign("f64"))),
    ...integers(sequence(writeIntegerSign), sequence(writeIsNotZero)),
  },
  floor: floats(op("f32x4.floor"), op("f64x2.floor")),
  ceil: floats(op("f32x4.ceil"), op("f64x2.ceil")),
  round: floats(op("f32x4.nearest"), op("f64x2.nearest")),
  sqrt: floats(op("f32x4.sqrt"), op("f64x2.sqrt")),
  exp: transcendental,
  expm1: transcendental,
  log: transcendental,
  log1p: transcendental,
  sin: transcendental,
  cos: transcendental,
  tanh: transcendental,
  sigmoid: transcendental,
  erf: transcendental,
  not: { ...floats(none, none), bool: op("v128.not") },
  add: numbers("f32x4.add", "f64x2.add", "i32x4.add"),
  subtract: numbers("f32x4.sub", "f64x2.sub", "i32x4.sub"),
  multiply: numbers("f32x4.mul", "f64x2.mul", "i32x4.mul"),
  divide: floats(op("f32x4.div"), op("f64x2.div")),
  quotient: { ...laneByLane, bool: none },
  remainder: { ...laneByLane, bool: none },
  power: transcendental,
  maximum: {
    ...floats(op("f32x4.max"), op("f64x2.max")),
    ...integers(op("i32x4.max_s"), op("i32x4.max_u")),
    bool: op("v128.or"),
  },
  minimum: {
    ...floats(op("f32x4.min"), op("f64x2.min")),
    ...integers(op("i32x4.min_s"), op("i32x4.min_u")),
    bool: op("v128.and"),
  },
  equal: {
    ...floats(op("f32x4.eq"), op("f64x2.eq")),
    ...integers(op("i32x4.eq"), op("i32x4.eq")),
    bool: op("i32x4.eq"),
  },
  // masks are −1 where they hold, so the order of signed numbers is turned around
  less: {
    ...floats(op("f32x4.lt"), op("f64x2.lt")),
    ...integers(op("i32x4.lt_s"), op("i32x4.lt_u")),
    bool: reordered("i32x4.lt_s", [1, 0]),
  },
  lessEqual: {
    ...floats(op("f32x4.le"), op("f64x2.le")),
    ...integers(op("i32x4.le_s"), op("i32x4.le_u")),
    bool: reordered("i32x4.le_s", [1, 0]),
  },
  and: bitwise("v128.and"),
  or: bitwise("v128.or"),
  xor: bitwise("v128.xor"),
  shiftLeft: shifts,
  shiftRight: shifts,
  select: { f32: select, f64: select, i32: select, u32: select, u8: select, bool: select },
};

/** `select` on masks that are all ones or all zeros, where the engine has relaxed instructions: one instruction, not three. */
export const relaxedSelect: Form = reordered("i32x4.relaxed_laneselect", [1, 2, 0]);

/** The form of an operation whose second operand is `literal`, where there is a shorter one; it takes the first operand alone. */
export function vectorLiteralForm(name: ScalarOp, dtype: Dtype, literal: number): Form | undefined {
  if (dtype === "f32" || dtype === "f64") return extremeForm(name, dtype, literal);
  if (dtype === "bool") return undefined;
  const isSigned = dtype === "i32";
  const bits = dtype === "u8" ? 8 : 32;
  if (name === "shiftLeft" && literal >= 0 && literal < bits)
    return (dtype === "u8" ? byte : (form: Form) => form)(shifted("i32x4.shl", literal));
  if (name === "shiftRight" && literal >= 0 && literal < bits)
    return shifted(isSigned ? "i32x4.shr_s" : "i32x4.shr_u", literal);
  const exponent = Math.log2(literal);
  if (!Number.isInteger(exponent) || literal <= 0) return undefined;
  if (name === "quotient") return shifted(isSigned ? "i32x4.shr_s" : "i32x4.shr_u", exponent);
  return name === "remainder" ? withConstant("v128.and", "i32", literal - 1) : undefined;
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

/** A shift of all lanes by the same count. */
function shifted(opcode: Opcode, count: number): Form {
  return {
    kind: "stack",
    write: (w) => {
      w.i32(count);
      w.op(opcode);
    },
  };
}

/** 1, −1, or the number itself: zeros keep their sign, NaN stays. */
function writeSign(dtype: "f32" | "f64") {
  const lanes = dtype === "f32" ? "f32x4" : "f64x2";
  return (w: FunctionWriter, [x = 0]: readonly number[]) => {
    w.v128(repeated(dtype, 1));
    w.v128(repeated(dtype, -1));
    w.get(x);
    for (const compare of [`${lanes}.lt`, `${lanes}.gt`] as const) {
      w.get(x);
      w.v128(repeated(dtype, 0));
      w.op(compare);
      w.op("v128.bitselect");
    }
  };
}

function writeIntegerSign(w: FunctionWriter, [x = 0]: readonly number[]): void {
  w.get(x);
  w.i32(31);
  w.op("i32x4.shr_s");
  w.get(x);
  w.v128(repeated("i32", 0));
  w.op("i32x4.gt_s");
  w.op("i32x4.sub");
}

function writeIsNotZero(w: FunctionWriter, [x = 0]: readonly number[]): void {
  w.get(x);
  w.v128(repeated("i32", 0));
  w.op("i32x4.ne");
  w.v128(repeated("i32", 1));
  w.op("v128.and");
}
