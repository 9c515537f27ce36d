/** Conversions between dtypes, as instructions: of scalars, and of vectors part by part. */
import { type Dtype, isFloat } from "../../shape/dtype.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode, ValueType } from "./opcodes.ts";
import { repeated } from "./vectorForms.ts";

/** The WebAssembly type that a scalar of each dtype lives in. */
export const scalarTypes: { readonly [D in Dtype]: Exclude<ValueType, "v128" | "i64"> } = {
  bool: "i32",
  u8: "i32",
  i32: "i32",
  u32: "i32",
  f32: "f32",
  f64: "f64",
};

/** Lanes of a dtype in one v128: what is smaller than 32 bits is widened. */
export function lanesOf(dtype: Dtype): 2 | 4 {
  return dtype === "f64" ? 2 : 4;
}

/** Pushes a literal as a scalar. */
export function pushLiteral(w: FunctionWriter, dtype: Dtype, value: number): void {
  w[scalarTypes[dtype]](value);
}

/** Turns the scalar on the stack from one dtype into another. */
export function castScalar(w: FunctionWriter, from: Dtype, to: Dtype): void {
  if (from === to) return;
  const [source, target] = [scalarTypes[from], scalarTypes[to]];
  if (to === "bool") {
    pushLiteral(w, from, 0);
    w.op(`${source}.ne`);
  } else if (source === "i32" && target === "i32") {
    if (to === "u8" && from !== "bool") lowByte(w);
  } else if (source === "i32") {
    w.op(`${target === "f32" ? "f32" : "f64"}.convert_i32_${from === "u32" ? "u" : "s"}`);
  } else if (target === "i32") {
    w.op(`i32.trunc_sat_${source}_${to === "i32" ? "s" : "u"}`);
    if (to === "u8") clampToByte(w);
  } else {
    w.op(to === "f64" ? "f64.promote_f32" : "f32.demote_f64");
  }
}

/** Reads the bits of the scalar on the stack as another dtype of equal size. */
export function bitcastScalar(w: FunctionWriter, from: Dtype, to: Dtype): void {
  const [source, target] = [scalarTypes[from], scalarTypes[to]];
  if (source !== target) w.op(target === "i32" ? "i32.reinterpret_f32" : "f32.reinterpret_i32");
  else if (to === "bool") castScalar(w, from, to);
}

function lowByte(w: FunctionWriter): void {
  w.i32(0xff);
  w.op("i32.and");
}

/** The unsigned number on the stack, at most 255. */
function clampToByte(w: FunctionWriter): void {
  const value = w.local("i32");
  w.tee(value);
  w.i32(0xff);
  w.get(value);
  w.i32(0xff);
  w.op("i32.lt_u", "select");
  w.release(value);
}

/** Pushes part `part` of a vector of dtype `to`, converted from a vector of dtype `from` whose parts `push` pushes. */
export function castVector(
  w: FunctionWriter,
  from: Dtype,
  to: Dtype,
  part: number,
  push: (part: number) => void,
): void {
  if (from === to) return push(part);
  if (to === "f64") return widen(w, from, part, push);
  if (from === "f64") return narrow(w, to, part, push);
  push(part);
  castLanes(w, from, to);
}

/** Reads the bits of the vector on the stack as another dtype of equal size. */
export function bitcastVector(w: FunctionWriter, from: Dtype, to: Dtype): void {
  if (from === "bool" || to === "bool") castLanes(w, from, to);
}

/** Conversions among dtypes that take 32 bits a lane. */
function castLanes(w: FunctionWriter, from: Dtype, to: Dtype): void {
  if (from === to) return;
  if (to === "bool") {
    w.v128(repeated(from, 0));
    w.op(isFloat(from) ? "f32x4.ne" : "i32x4.ne");
  } else if (from === "bool") {
    w.v128(repeated(to, 1));
    w.op("v128.and");
  } else if (to === "f32") {
    w.op(from === "u32" ? "f32x4.convert_i32x4_u" : "f32x4.convert_i32x4_s");
  } else if (from === "f32") {
    w.op(to === "i32" ? "i32x4.trunc_sat_f32x4_s" : "i32x4.trunc_sat_f32x4_u");
    if (to === "u8") clampLanes(w);
  } else if (to === "u8") {
    w.v128(repeated("i32", 0xff));
    w.op("v128.and");
  }
}

function clampLanes(w: FunctionWriter): void {
  w.v128(repeated("i32", 0xff));
  w.op("i32x4.min_u");
}

/** Half of the lanes of a part of 32-bit lanes, as f64. */
function widen(w: FunctionWriter, from: Dtype, part: number, push: (part: number) => void): void {
  push(part >> 1);
  if (from === "bool") castLanes(w, "bool", "i32");
  if (part % 2 === 1) swapHalves(w);
  const convert: Opcode =
    from === "f32"
      ? "f64x2.promote_low_f32x4"
      : from === "u32"
        ? "f64x2.convert_low_i32x4_u"
        : "f64x2.convert_low_i32x4_s";
  w.op(convert);
}

/** Two parts of f64 as one of 32-bit lanes. */
function narrow(w: FunctionWriter, to: Dtype, part: number, push: (part: number) => void): void {
  for (const half of [2 * part, 2 * part + 1]) {
    push(half);
    if (to === "bool") {
      w.v128(repeated("f64", 0));
      w.op("f64x2.ne");
    } else {
      w.op(
        to === "f32"
          ? "f32x4.demote_f64x2_zero"
          : to === "i32"
            ? "i32x4.trunc_sat_f64x2_s_zero"
            : "i32x4.trunc_sat_f64x2_u_zero",
      );
    }
  }
  if (to === "bool") joinMasks(w);
  else joinLowHalves(w);
  if (to === "u8") clampLanes(w);
}

/** Two masks of 64-bit lanes on the stack as one of 32-bit lanes. */
export function joinMasks(w: FunctionWriter): void {
  w.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]);
}

/** The mask of 64-bit lanes for one part of f64, from the mask of 32-bit lanes on the stack. */
export function widenMask(w: FunctionWriter, part: number): void {
  w.op(part % 2 === 1 ? "i64x2.extend_high_i32x4_s" : "i64x2.extend_low_i32x4_s");
}

function joinLowHalves(w: FunctionWriter): void {
  w.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}

/** The vector on the stack with its high and low eight bytes exchanged. */
function swapHalves(w: FunctionWriter): void {
  const value = w.local("v128");
  w.tee(value);
  w.get(value);
  w.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
  w.release(value);
}

/** Turns the scalar on the stack into a vector that repeats it. */
export function splat(w: FunctionWriter, dtype: Dtype): void {
  if (dtype === "bool") toMask(w);
  w.op(splats[dtype]);
}

const splats: { readonly [D in Dtype]: Opcode } = {
  bool: "i32x4.splat",
  u8: "i32x4.splat",
  i32: "i32x4.splat",
  u32: "i32x4.splat",
  f32: "f32x4.splat",
  f64: "f64x2.splat",
};

const laneNames = { i32: "i32x4", f32: "f32x4", f64: "f64x2" } as const;

/** One lane of the vector on the stack, as a scalar. */
export function extractLane(w: FunctionWriter, dtype: Dtype, lane: number): void {
  w.lane(`${laneNames[scalarTypes[dtype]]}.extract_lane`, lane);
  if (dtype !== "bool") return;
  w.i32(1);
  w.op("i32.and");
}

/** Puts the scalar on the stack into one lane of the vector below it. */
export function replaceLane(w: FunctionWriter, dtype: Dtype, lane: number): void {
  if (dtype === "bool") toMask(w);
  w.lane(`${laneNames[scalarTypes[dtype]]}.replace_lane`, lane);
}

/** 0 and 1 on the stack as 0 and −1. */
function toMask(w: FunctionWriter): void {
  w.i32(31);
  w.op("i32.shl");
  w.i32(31);
  w.op("i32.shr_s");
}
