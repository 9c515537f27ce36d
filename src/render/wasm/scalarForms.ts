/**
 * How WebAssembly spells each scalar operation on each dtype. Integers and booleans live in i32 (u8 as 0 … 255, bool as
 * 0 and 1), i64 in i64. What the machine has no instruction for is imported from `kernel/meaning.ts`.
 */

import type { ScalarOp } from "../../kernel/scalarOps.ts";
import type { ComputedDtype } from "../../shape/dtype.ts";
import { type Form, imported, op, reordered, sequence, unchanged } from "./forms.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode } from "./opcodes.ts";
import { type Row, spelling, withI32 } from "./spelling.ts";

/** The types that whole numbers live in. */
type Whole = "i32" | "i64";

const scalarTypeNames = { f32: "f32", f64: "f64", i32: "i32", i64: "i64", bits: "i32" } as const;
const { rows, floatRow, floats, integers, byte, ordered, undefinedOnFloats, transcendental, shiftForm } = spelling(
  scalarTypeNames,
  (w) => {
    w.i32(0xff);
    w.op("i32.and");
  },
  imported,
);

/** WebAssembly takes the condition last. */
const chosen = reordered("select", [1, 2, 0]);

/** The forms of an integer operation that i32 and i64 spell alike. */
function signed(make: (type: Whole) => (w: FunctionWriter, operands: readonly number[]) => void): [Form, Form] {
  return [sequence(make("i64")), sequence(make("i32"))];
}

/** Spelling of each operation, by the dtype of its operands (of its values, for `select`). */
export const scalarForms: { readonly [Op in ScalarOp]: Row } = {
  ...rows,
  negative: { ...floats("neg"), ...integers(...signed(writeNegative)), u8: byte(sequence(writeNegative("i32"))) },
  abs: { ...floats("abs"), ...integers(...signed(writeAbs), unchanged) },
  sign: {
    ...floatRow(sequence(writeSign("f32")), sequence(writeSign("f64"))),
    ...integers(...signed(writeIntegerSign), op("i32.eqz", "i32.eqz")),
  },
  not: { ...undefinedOnFloats, bool: op("i32.eqz") },
  quotient: { ...transcendental, ...integers(...signed(writeQuotient), sequence(unsignedDivision("i32.div_u"))) },
  remainder: { ...transcendental, ...integers(...signed(writeRemainder), sequence(unsignedDivision("i32.rem_u"))) },
  maximum: {
    ...floats("max"),
    ...integers(choose("i64.gt_s"), choose("i32.gt_s"), choose("i32.gt_u")),
    bool: op("i32.or"),
  },
  minimum: {
    ...floats("min"),
    ...integers(choose("i64.lt_s"), choose("i32.lt_s"), choose("i32.lt_u")),
    bool: op("i32.and"),
  },
  less: ordered("lt", op("i32.lt_u")),
  lessEqual: ordered("le", op("i32.le_u")),
  shiftLeft: {
    ...undefinedOnFloats,
    ...integers(shift("i64.shl", 64), shift("i32.shl", 32)),
    u8: byte(shift("i32.shl", 8)),
    bool: shift("i32.shl", 1),
  },
  shiftRight: {
    ...undefinedOnFloats,
    ...integers(...signed(writeArithmeticShift), shift("i32.shr_u", 32)),
    u8: shift("i32.shr_u", 8),
    bool: shift("i32.shr_u", 1),
  },
  select: { ...floatRow(chosen, chosen), ...integers(chosen, chosen), bool: chosen },
};

/** The form of an integer operation whose second operand is `literal`, where there is a shorter one; it takes the first operand alone. */
export function scalarLiteralForm(name: ScalarOp, dtype: ComputedDtype, literal: number): Form | undefined {
  if (dtype === "f32" || dtype === "f64" || dtype === "i64" || dtype === "bool") return undefined;
  const shift = shiftForm(name, dtype, literal);
  if (shift !== undefined || literal <= 0 || (name !== "quotient" && name !== "remainder")) return shift;
  if (name === "remainder" && Number.isInteger(Math.log2(literal))) return withI32("i32.and", literal - 1);
  if (dtype !== "i32") return withI32(name === "quotient" ? "i32.div_u" : "i32.rem_u", literal);
  return sequence((w, [x = 0]) => writeSignedByLiteral(w, x, name, literal));
}

function choose(compare: Opcode): Form {
  return sequence((w, [a = 0, b = 0]) => {
    w.op(a, b, a, b, compare, "select");
  });
}

/** 0 · opcode · local. */
function fromZero(w: FunctionWriter, type: Whole, word: "sub" | "lt_s" | "gt_s", local: number): void {
  w[type](0);
  w.op(local, `${type}.${word}`);
}

function writeNegative(type: Whole) {
  return (w: FunctionWriter, [x = 0]: readonly number[]) => fromZero(w, type, "sub", x);
}

function writeAbs(type: Whole) {
  return (w: FunctionWriter, [x = 0]: readonly number[]) => {
    w.get(x);
    fromZero(w, type, "sub", x);
    fromZero(w, type, "lt_s", x);
    w.op("select");
  };
}

/** 1, −1, or the number itself plus 0: −0 becomes 0, NaN stays. */
function writeSign(type: "f32" | "f64") {
  return (w: FunctionWriter, [x = 0]: readonly number[]) => {
    const compare = (opcode: Opcode) => {
      w.get(x);
      w[type](0);
      w.op(opcode, "select");
    };
    w[type](1);
    w[type](-1);
    w.get(x);
    w[type](0);
    w.op(`${type}.add`);
    compare(`${type}.lt`);
    compare(`${type}.gt`);
  };
}

function writeIntegerSign(type: Whole) {
  return (w: FunctionWriter, [x = 0]: readonly number[]) => {
    fromZero(w, type, "lt_s", x);
    fromZero(w, type, "gt_s", x);
    w.op("i32.sub");
    if (type === "i64") w.op("i64.extend_i32_s");
  };
}

/** A shift that gives 0 where the count is not below `width`. */
function shift(opcode: Opcode, width: number): Form {
  const type: Whole = opcode.startsWith("i64") ? "i64" : "i32";
  return sequence((w, [x = 0, count = 0]) => {
    w.op(x, count, opcode);
    w[type](0);
    w.get(count);
    w[type](width);
    w.op(`${type}.lt_u`, "select");
  });
}

function writeArithmeticShift(type: Whole) {
  const width = type === "i64" ? 64 : 32;
  return (w: FunctionWriter, [x = 0, count = 0]: readonly number[]) => {
    w.op(x, count);
    w[type](width - 1);
    w.get(count);
    w[type](width);
    w.op(`${type}.lt_u`, "select", `${type}.shr_s`);
  };
}

/** Division of which a zero divisor gives 0: the machine's would trap. */
function unsignedDivision(opcode: "i32.div_u" | "i32.rem_u") {
  return (w: FunctionWriter, [a = 0, b = 0]: readonly number[]) => {
    w.op(a, b, b, "i32.eqz", "i32.or", opcode);
    w.i32(0);
    w.op(b, "select");
  };
}

/** Puts a divisor that cannot trap (1 for 0 and −1), a truncated quotient and its remainder in locals. */
function withDivision(
  w: FunctionWriter,
  type: Whole,
  [a = 0, b = 0]: readonly number[],
  use: (divisor: number, quotient: number, rest: number) => void,
): void {
  const [divisor, quotient, rest] = [w.local(type), w.local(type), w.local(type)];
  w[type](1);
  w.get(b);
  isZeroOrMinusOne(w, type, b);
  w.op("select");
  w.set(divisor);
  w.op(a, divisor, `${type}.div_s`);
  w.set(quotient);
  w.op(a, quotient, divisor, `${type}.mul`, `${type}.sub`);
  w.set(rest);
  use(divisor, quotient, rest);
  for (const local of [divisor, quotient, rest]) w.release(local);
}

function isZeroOrMinusOne(w: FunctionWriter, type: Whole, x: number): void {
  w.get(x);
  w[type](1);
  w.op(`${type}.add`);
  w[type](2);
  w.op(`${type}.lt_u`);
}

/** 1 (an i32) where a truncated division has to be moved toward minus infinity. */
function isToMove(w: FunctionWriter, type: Whole, rest: number, divisor: number): void {
  w.get(rest);
  w[type](0);
  w.op(`${type}.ne`, rest, divisor, `${type}.xor`);
  w[type](0);
  w.op(`${type}.lt_s`, "i32.and");
}

function writeQuotient(type: Whole) {
  return (w: FunctionWriter, operands: readonly number[]) => {
    const [a = 0, b = 0] = operands;
    withDivision(w, type, operands, (divisor, quotient, rest) => {
      // by −1 it is −a, which wraps; by 0 it is 0
      fromZero(w, type, "sub", a);
      w[type](0);
      w.get(b);
      w[type](0);
      w.op(`${type}.ne`, "select", quotient);
      isToMove(w, type, rest, divisor);
      if (type === "i64") w.op("i64.extend_i32_u");
      w.op(`${type}.sub`);
      isZeroOrMinusOne(w, type, b);
      w.op("select");
    });
  };
}

function writeRemainder(type: Whole) {
  return (w: FunctionWriter, operands: readonly number[]) => {
    withDivision(w, type, operands, (divisor, _quotient, rest) => {
      w.op(rest, divisor);
      w[type](0);
      isToMove(w, type, rest, divisor);
      w.op("select", `${type}.add`);
    });
  };
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
