/** What scalars and vectors spell alike, but for the names of their types: the rows that the tables of forms share. */
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import type { ComputedDtype } from "../../shape/dtype.ts";
import { andThen, type Form, none, op } from "./forms.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode } from "./opcodes.ts";

/** A form for each dtype that is computed in. */
export type Row = { readonly [D in ComputedDtype]: Form };

/** The types that the names of instructions begin with; `bits`: for what asks for no number. */
interface TypeNames {
  readonly f32: "f32" | "f32x4";
  readonly f64: "f64" | "f64x2";
  readonly i32: "i32" | "i32x4";
  readonly i64: "i64" | "i64x2";
  readonly bits: "i32" | "v128";
}

/** What follows the type in the names of instructions on all of `T`. */
type WordOf<T extends string> = Opcode extends infer O ? (O extends `${T}.${infer W}` ? W : never) : never;
type FloatWord = WordOf<"f32"> & WordOf<"f64"> & WordOf<"f32x4"> & WordOf<"f64x2">;
type NumberWord = FloatWord & WordOf<"i32"> & WordOf<"i32x4"> & WordOf<"i64"> & WordOf<"i64x2">;

/** Rows for one kind of operand; `lowByte` keeps what is on the stack to a u8, `foreign` is the form of what no instruction does. */
export function spelling({ f32, f64, i32, i64, bits }: TypeNames, lowByte: (w: FunctionWriter) => void, foreign: Form) {
  /** Defined on floats alone. */
  const floatRow = (ofF32: Form, ofF64: Form): Row => ({
    f32: ofF32,
    f64: ofF64,
    i32: none,
    u32: none,
    u8: none,
    i64: none,
    bool: none,
  });
  const floats = (word: FloatWord) => floatRow(op(`${f32}.${word}`), op(`${f64}.${word}`));
  /** The part of a row for integers; u8 are unsigned. */
  const integers = (wide: Form, signed: Form, unsigned = signed) => ({
    i32: signed,
    u32: unsigned,
    u8: unsigned,
    i64: wide,
  });
  const byte = (form: Form) => andThen(form, lowByte);
  const numbers = (word: FloatWord, whole: Form, wide: Form): Row => ({
    ...floats(word),
    ...integers(wide, whole),
    u8: byte(whole),
  });
  const arithmetic = (word: NumberWord) => numbers(word, op(`${i32}.${word}`), op(`${i64}.${word}`));
  const undefinedOnFloats = floatRow(none, none);
  const bitwise = (word: "and" | "or" | "xor"): Row => {
    const form = op(`${bits}.${word}`);
    return { ...undefinedOnFloats, ...integers(bits === "i32" ? op(`i64.${word}`) : form, form), bool: form };
  };
  const ordered = (word: "lt" | "le", bool: Form): Row => ({
    ...floats(word),
    ...integers(op(`${i64}.${word}_s`), op(`${i32}.${word}_s`), op(`${i32}.${word}_u`)),
    bool,
  });
  const right = (dtype: ComputedDtype, count: number) => withI32(`${i32}.shr_${dtype === "i32" ? "s" : "u"}`, count);
  /** The shorter form of an operation whose second operand is `literal`, where it is a shift by that or by its logarithm. */
  const shiftForm = (name: ScalarOp, dtype: ComputedDtype, literal: number): Form | undefined => {
    const left = withI32(`${i32}.shl`, literal);
    const isWithin = literal >= 0 && literal < (dtype === "u8" ? 8 : 32);
    if (name === "shiftLeft" && isWithin) return dtype === "u8" ? byte(left) : left;
    if (name === "shiftRight" && isWithin) return right(dtype, literal);
    const isPower = literal > 0 && Number.isInteger(Math.log2(literal));
    return name === "quotient" && isPower ? right(dtype, Math.log2(literal)) : undefined;
  };
  const transcendental = floatRow(foreign, foreign);
  const equal = op(`${i32}.eq`);
  const rows = {
    floor: floats("floor"),
    ceil: floats("ceil"),
    round: floats("nearest"),
    sqrt: floats("sqrt"),
    exp: transcendental,
    expm1: transcendental,
    log: transcendental,
    log1p: transcendental,
    sin: transcendental,
    cos: transcendental,
    tanh: transcendental,
    sigmoid: transcendental,
    erf: transcendental,
    erfc: transcendental,
    add: arithmetic("add"),
    subtract: arithmetic("sub"),
    multiply: arithmetic("mul"),
    divide: floats("div"),
    power: transcendental,
    equal: { ...floats("eq"), ...integers(op(`${i64}.eq`), equal), bool: equal },
    and: bitwise("and"),
    or: bitwise("or"),
    xor: bitwise("xor"),
  };
  return { rows, floatRow, floats, integers, byte, numbers, ordered, undefinedOnFloats, transcendental, shiftForm };
}

/** `opcode` on the operand on the stack and an i32. */
export function withI32(opcode: Opcode, count: number): Form {
  return {
    kind: "stack",
    write: (w) => {
      w.i32(count);
      w.op(opcode);
    },
  };
}
