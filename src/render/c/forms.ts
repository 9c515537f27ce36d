/**
 * How C spells each operation on each dtype. Scalars and vectors are spelled alike: operators mean the same on both, and what
 * has no operator is a function of the prelude with the type at the end of its name.
 */
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import type { ComputedDtype } from "../../shape/dtype.ts";
import { invariant } from "../../support/invariant.ts";
import { splat } from "./types.ts";

/** The text of an operation on `operands`, whose type is `type`. */
export type Form = (type: string, operands: readonly string[]) => string;

/** The forms of an operation by the dtype of its operands (of its values, for `select`). */
export type Row = { readonly [D in ComputedDtype]: Form };

const infix =
  (operator: string): Form =>
  (_, [a, b]) =>
    `(${a} ${operator} ${b})`;
const call =
  (name: string): Form =>
  (type, operands) =>
    `${name}_${type}(${operands.join(", ")})`;
const byte =
  (form: Form): Form =>
  (type, operands) =>
    `(${form(type, operands)} & 255u)`;
const none: Form = () => invariant(false, "the operation is defined on its operands") as never;

/** A row whose forms are `form`, but for what `others` says. */
function row(form: Form, others: Partial<Row> = {}): Row {
  const all = { f32: form, f64: form, i32: form, u32: form, u8: form, i64: form, bool: none };
  return { ...all, ...others };
}

const floats = (form: Form): Row => row(none, { f32: form, f64: form });
const arithmetic = (form: Form): Row => row(form, { u8: byte(form) });
const bits = (form: Form): Row => row(form, { f32: none, f64: none, bool: form });
const not: Form = (type, [a = ""]) => `not_${type}(${a})`;

/** Spelling of each operation. */
export const forms: { readonly [Op in ScalarOp]: Row } = {
  negative: arithmetic((_, [a]) => `(-${a})`),
  abs: row(call("abs")),
  sign: row(call("sign")),
  floor: floats(call("floor")),
  ceil: floats(call("ceil")),
  round: floats(call("round")),
  sqrt: floats(call("sqrt")),
  exp: floats(call("exp")),
  expm1: floats(call("expm1")),
  log: floats(call("log")),
  log1p: floats(call("log1p")),
  sin: floats(call("sin")),
  cos: floats(call("cos")),
  tanh: floats(call("tanh")),
  sigmoid: floats(call("sigmoid")),
  erf: floats(call("erf")),
  erfc: floats(call("erfc")),
  not: row(none, { bool: not }),
  add: arithmetic(infix("+")),
  subtract: arithmetic(infix("-")),
  multiply: arithmetic(infix("*")),
  divide: floats(infix("/")),
  quotient: row(call("quotient")),
  remainder: row(call("remainder")),
  power: floats(call("power")),
  maximum: row(call("maximum"), { bool: infix("|") }),
  minimum: row(call("minimum"), { bool: infix("&") }),
  equal: row(call("equal"), { bool: (type, [a, b]) => not(type, [`${a} ^ ${b}`]) }),
  less: row(call("less"), { bool: (type, [a = "", b]) => `(${not(type, [a])} & ${b})` }),
  lessEqual: row(call("lessEqual"), { bool: (type, [a = "", b]) => `(${not(type, [a])} | ${b})` }),
  and: bits(infix("&")),
  or: bits(infix("|")),
  xor: bits(infix("^")),
  shiftLeft: shifts("shiftLeft"),
  shiftRight: shifts("shiftRight"),
  select: row(choose, { bool: choose }),
};

/** Shifts of a bool by 1 leave nothing. */
function shifts(name: "shiftLeft" | "shiftRight"): Row {
  return row(call(name), {
    f32: none,
    f64: none,
    u8: call(`${name}Byte`),
    bool: (type, [a, b = ""]) => `(${a} & ${not(type, [b])})`,
  });
}

function choose(type: string, operands: readonly string[]): string {
  const [condition, a, b] = operands;
  return isScalar(type) ? `(${condition} ? ${a} : ${b})` : `select_${type}(${operands.join(", ")})`;
}

function isScalar(type: string): boolean {
  return !type.includes("x") && (type === "b1" || !type.startsWith("b"));
}

/** The form of an operation whose second operand is `value`, where there is a shorter one; it takes the first operand alone. */
export function literalForm(op: ScalarOp, dtype: ComputedDtype, value: number, width: number): Form | undefined {
  if (dtype === "bool" || dtype === "i64") return undefined;
  if (dtype === "f32" || dtype === "f64") return boundForm(op, dtype, value, width);
  const isPower = value > 0 && Number.isInteger(Math.log2(value));
  const isWithin = value >= 0 && value < (dtype === "u8" ? 8 : 32);
  const left: Form = (_, [a]) => `(${a} << ${value})`;
  const right =
    (count: number): Form =>
    (_, [a]) =>
      `(${a} >> ${count})`;
  if (op === "shiftLeft" && isWithin) return dtype === "u8" ? byte(left) : left;
  if (op === "shiftRight" && isWithin) return right(value);
  if (op === "quotient" && isPower) return right(Math.log2(value));
  if (op === "remainder" && isPower) return (_, [a]) => `(${a} & ${value - 1})`;
  return undefined;
}

/**
 * maximum and minimum with a literal: `raise(x, y)` is y > x ? y : x, one instruction; NaN stays, and adding 0 mends the one zero
 * that it gets wrong.
 */
function boundForm(op: ScalarOp, dtype: "f32" | "f64", value: number, width: number): Form | undefined {
  if (Number.isNaN(value) || (op !== "maximum" && op !== "minimum")) return undefined;
  if (op === "minimum" && Object.is(value, -0)) return undefined;
  const bound = (text: string) => (width === 1 ? text : splat(dtype, width, text));
  const text = Number.isFinite(value)
    ? `${Object.is(value, -0) ? "-0.0" : value}`
    : `${value < 0 ? "-" : ""}__builtin_inf()`;
  const name = op === "maximum" ? "raise" : "lower";
  return (type, [a]) => {
    const call = `${name}_${type}(${a}, ${bound(text)})`;
    return op === "maximum" && Object.is(value, 0) ? `(${call} + ${bound("0.0f")})` : call;
  };
}
