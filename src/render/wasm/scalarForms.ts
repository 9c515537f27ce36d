/**
 * How WebAssembly spells each scalar operation on each dtype. Integers and booleans live in i32 (u8 as 0 … 255, bool as
 * 0 and 1). What the machine has no instruction for is imported from `kernel/meaning.ts`.
 */

import type { ScalarOp } from "../../kernel/scalarOps.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { andThen, type Form, imported, none, op, reordered, sequence, unchanged } from "./forms.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode } from "./opcodes.ts";

/** A form for each dtype. */
export type Row = { readonly [D in Dtype]: Form };

/** A sequence on i32, kept to the low bits of a u8. */
function byte(form: Form): Form {
  return andThen(form, (w) => {
    w.i32(0xff);
    w.op("i32.and");
  });
}

function floats(f32: Form, f64: Form): Row {
  return { f32, f64, i32: none, u32: none, u8: none, bool: none };
}

function numbers(f32: Opcode, f64: Opcode, whole: Form): Row {
  return { ...floats(op(f32), op(f64)), i32: whole, u32: whole, u8: byte(whole) };
}

function integers(i32: Form, u32: Form): Pick<Row, "i32" | "u32" | "u8"> {
  return { i32, u32, u8: u32 };
}

const transcendental = floats(imported, imported);

/** Spelling of each operation, by the dtype of its operands (of its values, for `select`). */
export const scalarForms: { readonly [Op in ScalarOp]: Row } = {
  negative: numbers(
    "f32.neg",
    "f64.neg",
    sequence((w, [x = 0]) => binary(w, 0, "i32.sub", x)),
  ),
  abs: { ...floats(op("f32.abs"), op("f64.abs")), ...integers(sequence(writeAbs), unchanged) },
  sign: {
    ...floats(sequence(writeSign("f32")), sequence(writeSign("f64"))),
    ...integers(sequence(writeIntegerSign), op("i32.eqz", "i32.eqz")),
  },
  floor: floats(op("f32.floor"), op("f64.floor")),
  ceil: floats(op("f32.ceil"), op("f64.ceil")),
  round: floats(op("f32.nearest"), op("f64.nearest")),
  sqrt: floats(op("f32.sqrt"), op("f64.sqrt")),
  exp: transcendental,
  expm1: transcendental,
  log: transcendental,
  log1p: transcendental,
  sin: transcendental,
  cos: transcendental,
  tanh: transcendental,
  sigmoid: transcendental,
  erf: transcendental,
  not: { ...floats(none, none), bool: op("i32.eqz") },
  add: numbers("f32.add", "f64.add", op("i32.add")),
  subtract: numbers("f32.sub", "f64.sub", op("i32.sub")),
  multiply: numbers("f32.mul", "f64.mul", op("i32.mul")),
  divide: floats(op("f32.div"), op("f64.div")),
  quotient: { ...transcendental, ...integers(sequence(writeQuotient), sequence(unsignedDivision("i32.div_u"))) },
  remainder: { ...transcendental, ...integers(sequence(writeRemainder), sequence(unsignedDivision("i32.rem_u"))) },
  power: transcendental,
  maximum: {
    ...floats(op("f32.max"), op("f64.max")),
    ...integers(choose("i32.gt_s"), choose("i32.gt_u")),
    bool: op("i32.or"),
  },
  minimum: {
    ...floats(op("f32.min"), op("f64.min")),
    ...integers(choose("i32.lt_s"), choose("i32.lt_u")),
    bool: op("i32.and"),
  },
  equal: { ...floats(op("f32.eq"), op("f64.eq")), ...integers(op("i32.eq"), op("i32.eq")), bool: op("i32.eq") },
  less: { ...floats(op("f32.lt"), op("f64.lt")), ...integers(op("i32.lt_s"), op("i32.lt_u")), bool: op("i32.lt_u") },
  lessEqual: {
    ...floats(op("f32.le"), op("f64.le")),
    ...integers(op("i32.le_s"), op("i32.le_u")),
    bool: op("i32.le_u"),
  },
  and: { ...floats(none, none), ...integers(op("i32.and"), op("i32.and")), bool: op("i32.and") },
  or: { ...floats(none, none), ...integers(op("i32.or"), op("i32.or")), bool: op("i32.or") },
  xor: { ...floats(none, none), ...integers(op("i32.xor"), op("i32.xor")), bool: op("i32.xor") },
  shiftLeft: {
    ...floats(none, none),
    i32: shift("i32.shl", 32),
    u32: shift("i32.shl", 32),
    u8: byte(shift("i32.shl", 8)),
    bool: shift("i32.shl", 1),
  },
  shiftRight: {
    ...floats(none, none),
    i32: sequence(writeArithmeticShift),
    u32: shift("i32.shr_u", 32),
    u8: shift("i32.shr_u", 8),
    bool: shift("i32.shr_u", 1),
  },
  select: { ...floats(chosen(), chosen()), ...integers(chosen(), chosen()), bool: chosen() },
};

/** The form of an integer operation whose second operand is `literal`, where there is a shorter one; it takes the first operand alone. */
export function scalarLiteralForm(name: ScalarOp, dtype: Dtype, literal: number): Form | undefined {
  if (dtype === "f32" || dtype === "f64" || dtype === "bool") return undefined;
  const isSigned = dtype === "i32";
  const bits = dtype === "u8" ? 8 : 32;
  if (name === "shiftLeft" && literal >= 0 && literal < bits)
    return (dtype === "u8" ? byte : same)(withConstant("i32.shl", literal));
  if (name === "shiftRight" && literal >= 0 && literal < bits)
    return withConstant(isSigned ? "i32.shr_s" : "i32.shr_u", literal);
  if (literal <= 0 || (name !== "quotient" && name !== "remainder")) return undefined;
  const exponent = Math.log2(literal);
  if (Number.isInteger(exponent)) {
    if (name === "remainder") return withConstant("i32.and", literal - 1);
    return withConstant(isSigned ? "i32.shr_s" : "i32.shr_u", exponent);
  }
  if (!isSigned) return withConstant(name === "quotient" ? "i32.div_u" : "i32.rem_u", literal);
  return sequence((w, [x = 0]) => writeSignedByLiteral(w, x, name, literal));
}

function same(form: Form): Form {
  return form;
}

function withConstant(opcode: Opcode, value: number): Form {
  return {
    kind: "stack",
    write: (w) => {
      w.i32(value);
      w.op(opcode);
    },
  };
}

/** WebAssembly takes the condition last. */
function chosen(): Form {
  return reordered("select", [1, 2, 0]);
}

function choose(compare: Opcode): Form {
  return sequence((w, [a = 0, b = 0]) => {
    w.get(a);
    w.get(b);
    w.get(a);
    w.get(b);
    w.op(compare);
    w.op("select");
  });
}

/** constant · opcode · local. */
function binary(w: FunctionWriter, constant: number, opcode: Opcode, local: number): void {
  w.i32(constant);
  w.get(local);
  w.op(opcode);
}

function writeAbs(w: FunctionWriter, [x = 0]: readonly number[]): void {
  w.get(x);
  binary(w, 0, "i32.sub", x);
  binary(w, 0, "i32.lt_s", x);
  w.op("select");
}

/** 1, −1, or the number itself: zeros keep their sign, NaN stays. */
function writeSign(type: "f32" | "f64") {
  return (w: FunctionWriter, [x = 0]: readonly number[]) => {
    const compare = (opcode: Opcode) => {
      w.get(x);
      w[type](0);
      w.op(opcode);
      w.op("select");
    };
    w[type](1);
    w[type](-1);
    w.get(x);
    compare(`${type}.lt`);
    compare(`${type}.gt`);
  };
}

function writeIntegerSign(w: FunctionWriter, [x = 0]: readonly number[]): void {
  binary(w, 0, "i32.lt_s", x);
  binary(w, 0, "i32.gt_s", x);
  w.op("i32.sub");
}

/** A shift that gives 0 where the count is not below `width`. */
function shift(opcode: Opcode, width: number): Form {
  return sequence((w, [x = 0, count = 0]) => {
    w.get(x);
    w.get(count);
    w.op(opcode);
    w.i32(0);
    w.get(count);
    w.i32(width);
    w.op("i32.lt_u");
    w.op("select");
  });
}

function writeArithmeticShift(w: FunctionWriter, [x = 0, count = 0]: readonly number[]): void {
  w.get(x);
  w.get(count);
  w.i32(31);
  w.get(count);
  w.i32(32);
  w.op("i32.lt_u");
  w.op("select");
  w.op("i32.shr_s");
}

/** Division of which a zero divisor gives 0: the machine's would trap. */
function unsignedDivision(opcode: "i32.div_u" | "i32.rem_u") {
  return (w: FunctionWriter, [a = 0, b = 0]: readonly number[]) => {
    w.get(a);
    w.get(b);
    w.get(b);
    w.op("i32.eqz");
    w.op("i32.or");
    w.op(opcode);
    w.i32(0);
    w.get(b);
    w.op("select");
  };
}

/** Puts a divisor that cannot trap (1 for 0 and −1), a truncated quotient and its remainder in locals. */
function withDivision(
  w: FunctionWriter,
  [a = 0, b = 0]: readonly number[],
  use: (divisor: number, quotient: number, rest: number) => void,
): void {
  const [divisor, quotient, rest] = [w.local("i32"), w.local("i32"), w.local("i32")];
  w.i32(1);
  w.get(b);
  isZeroOrMinusOne(w, b);
  w.op("select");
  w.set(divisor);
  w.get(a);
  w.get(divisor);
  w.op("i32.div_s");
  w.set(quotient);
  w.get(a);
  w.get(quotient);
  w.get(divisor);
  w.op("i32.mul");
  w.op("i32.sub");
  w.set(rest);
  use(divisor, quotient, rest);
  for (const local of [divisor, quotient, rest]) w.release(local);
}

function isZeroOrMinusOne(w: FunctionWriter, x: number): void {
  w.get(x);
  w.i32(1);
  w.op("i32.add");
  w.i32(2);
  w.op("i32.lt_u");
}

/** 1 where a truncated division has to be moved toward minus infinity. */
function isToMove(w: FunctionWriter, rest: number, divisor: number): void {
  w.get(rest);
  w.i32(0);
  w.op("i32.ne");
  w.get(rest);
  w.get(divisor);
  w.op("i32.xor");
  w.i32(0);
  w.op("i32.lt_s");
  w.op("i32.and");
}

function writeQuotient(w: FunctionWriter, operands: readonly number[]): void {
  const [a = 0, b = 0] = operands;
  withDivision(w, operands, (divisor, quotient, rest) => {
    // by −1 it is −a, which wraps; by 0 it is 0
    binary(w, 0, "i32.sub", a);
    w.i32(0);
    w.get(b);
    w.op("select");
    w.get(quotient);
    isToMove(w, rest, divisor);
    w.op("i32.sub");
    isZeroOrMinusOne(w, b);
    w.op("select");
  });
}

function writeRemainder(w: FunctionWriter, operands: readonly number[]): void {
  withDivision(w, operands, (divisor, _quotient, rest) => {
    w.get(rest);
    w.get(divisor);
    w.i32(0);
    isToMove(w, rest, divisor);
    w.op("select");
    w.op("i32.add");
  });
}

function writeSignedByLiteral(w: FunctionWriter, x: number, name: "quotient" | "remainder", literal: number): void {
  const rest = w.local("i32");
  const divide = (opcode: Opcode) => {
    w.get(x);
    w.i32(literal);
    w.op(opcode);
  };
  divide("i32.rem_s");
  w.set(rest);
  if (name === "quotient") divide("i32.div_s");
  else w.get(rest);
  // −1 where what is left is negative
  w.get(rest);
  w.i32(31);
  w.op("i32.shr_s");
  if (name === "remainder") {
    w.i32(literal);
    w.op("i32.and");
  }
  w.op("i32.add");
  w.release(rest);
}
