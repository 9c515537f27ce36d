/** Conversions between dtypes, as instructions: of scalars, and of vectors part by part. */
import { reinterpret, toWide } from "../../kernel/meaning.ts";
import { bytesOf, type ComputedDtype, computedIn, type Dtype, isFloat, isHalf } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode, ValueType } from "./opcodes.ts";
import { repeated } from "./vectorForms.ts";

/** The WebAssembly type that a scalar of each dtype lives in; f16 and bf16 as their bits, with the sign extended. */
export const scalarTypes: { readonly [D in Dtype]: Exclude<ValueType, "v128"> } = {
  bool: "i32",
  u8: "i32",
  i8: "i32",
  i16: "i32",
  i32: "i32",
  u32: "i32",
  i64: "i64",
  f16: "i32",
  bf16: "i32",
  f32: "f32",
  f64: "f64",
};

/** Lanes of a dtype in one v128: what is smaller than 32 bits is widened. */
export function lanesOf(dtype: Dtype): 2 | 4 {
  return bytesOf(dtype) === 8 ? 2 : 4;
}

/** The dtype whose instructions choose among values of `dtype`: those of what is only stored are bits in 32. */
export function heldAs(dtype: Dtype): ComputedDtype {
  return isHalf(dtype) ? "i32" : computedIn(dtype);
}

/** Pushes a literal as a scalar. */
export function pushLiteral(w: FunctionWriter, dtype: Dtype, value: number): void {
  const type = scalarTypes[dtype];
  if (type === "i64") w.i64(toWide(value));
  else w[type](isHalf(dtype) ? Number(reinterpret(dtype, "i16", value)) : value);
}

/** Turns the scalar on the stack from one dtype into another. */
export function castScalar(w: FunctionWriter, from: Dtype, to: Dtype): void {
  if (from === to) return;
  const [source, target] = [scalarTypes[from], scalarTypes[to]];
  if (to === "bool") {
    pushLiteral(w, from, 0);
    w.op(`${source}.ne`);
  } else if (source === "i32" && target === "i32") {
    narrowInteger(w, from, to);
  } else if (source === "i64" && target === "i32") {
    w.op("i32.wrap_i64");
    narrowInteger(w, "i32", to);
  } else if (target === "i64") {
    const isSigned = from === "i32";
    if (source === "i32") w.op(isSigned ? "i64.extend_i32_s" : "i64.extend_i32_u");
    else w.op(source === "f32" ? "i64.trunc_sat_f32_s" : "i64.trunc_sat_f64_s");
  } else if (source === "i64") {
    w.op(target === "f32" ? "f32.convert_i64_s" : "f64.convert_i64_s");
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
  if (to === "bool") castScalar(w, from, to);
  else if (source === "i32" && target === "f32") w.op("f32.reinterpret_i32");
  else if (source === "f32" && target === "i32") w.op("i32.reinterpret_f32");
  else if (source !== target) w.op(target === "i64" ? "i64.reinterpret_f64" : "f64.reinterpret_i64");
  else if (bytesOf(to) === 1) narrowInteger(w, from, to);
}

function narrowInteger(w: FunctionWriter, from: Dtype, to: Dtype): void {
  if (to === "u8" && from !== "bool") lowByte(w);
  else if (to === "i8" || to === "i16") w.op(to === "i8" ? "i32.extend8_s" : "i32.extend16_s");
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
  const [before, after] = [lanesOf(from), lanesOf(to)];
  if (before > after) return widen(w, from, to, part, push);
  if (before < after) return narrow(w, from, to, part, push);
  push(part);
  if (after === 2) castEach(w, from, to);
  else castLanes(w, from, to);
}

/** The vectors on the stack, which have the lanes of one vector of dtype `to`, lane by lane. */
function castEach(w: FunctionWriter, from: Dtype, to: Dtype): void {
  const sources = Array.from({ length: lanesOf(to) / lanesOf(from) }, () => w.local("v128"));
  for (const source of [...sources].reverse()) w.set(source);
  w.v128(repeated("i32", 0));
  for (let lane = 0; lane < lanesOf(to); lane++) {
    w.get(at(sources, Math.floor(lane / lanesOf(from))));
    extractLane(w, from, lane % lanesOf(from));
    castScalar(w, from, to);
    replaceLane(w, to, lane);
  }
  for (const source of sources) w.release(source);
}

/** Reads the bits of the vector on the stack as another dtype of equal size. */
export function bitcastVector(w: FunctionWriter, from: Dtype, to: Dtype): void {
  if (from === "bool" || bytesOf(to) === 1) castLanes(w, from, to);
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
  } else if (to === "i8" || to === "i16") {
    const unused = 32 - 8 * bytesOf(to);
    w.i32(unused);
    w.op("i32x4.shl");
    w.i32(unused);
    w.op("i32x4.shr_s");
  }
}

function clampLanes(w: FunctionWriter): void {
  w.v128(repeated("i32", 0xff));
  w.op("i32x4.min_u");
}

/** Half of the lanes of a part of 32-bit lanes, as f64 or i64. */
function widen(w: FunctionWriter, from: Dtype, to: Dtype, part: number, push: (part: number) => void): void {
  if (from === "f32" && to === "i64") {
    widen(w, "f32", "f64", part, push);
    return castEach(w, "f64", "i64");
  }
  push(part >> 1);
  if (from === "bool") castLanes(w, "bool", "i32");
  const isSigned = from !== "u32";
  if (to === "i64")
    return w.op(`i64x2.extend_${part % 2 === 1 ? "high" : "low"}_i32x4_${isSigned ? "s" : "u"}` as const);
  if (part % 2 === 1) swapHalves(w);
  const convert: Opcode =
    from === "f32" ? "f64x2.promote_low_f32x4" : isSigned ? "f64x2.convert_low_i32x4_s" : "f64x2.convert_low_i32x4_u";
  w.op(convert);
}

/** Two parts of f64 or i64 as one of 32-bit lanes. */
function narrow(w: FunctionWriter, from: Dtype, to: Dtype, part: number, push: (part: number) => void): void {
  for (const half of [2 * part, 2 * part + 1]) {
    push(half);
    if (to === "bool") {
      w.v128(repeated(from, 0));
      w.op(from === "i64" ? "i64x2.ne" : "f64x2.ne");
    } else if (from === "f64") {
      w.op(
        to === "f32"
          ? "f32x4.demote_f64x2_zero"
          : to === "i32"
            ? "i32x4.trunc_sat_f64x2_s_zero"
            : "i32x4.trunc_sat_f64x2_u_zero",
      );
    }
  }
  if (from === "i64" && to === "f32") return castEach(w, from, to);
  if (to === "bool" || from === "i64") joinLowWords(w);
  else joinLowHalves(w);
  if (from === "i64" && to !== "bool") castLanes(w, "i32", to);
  else if (to === "u8") clampLanes(w);
}

/** The low halves of the 64-bit lanes on the stack, as one vector of 32-bit lanes: of two masks, one mask. */
export function joinLowWords(w: FunctionWriter): void {
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
  i8: "i32x4.splat",
  i16: "i32x4.splat",
  i32: "i32x4.splat",
  u32: "i32x4.splat",
  i64: "i64x2.splat",
  f16: "i32x4.splat",
  bf16: "i32x4.splat",
  f32: "f32x4.splat",
  f64: "f64x2.splat",
};

const laneNames = { i32: "i32x4", i64: "i64x2", f32: "f32x4", f64: "f64x2" } as const;

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
