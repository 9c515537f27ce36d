/**
 * The instructions of WebAssembly that Smilodon emits, by the names of the specification's text format. Those that follow
 * each other in number stand together; a code is a byte below 0x100, or 0xfc, 0xfd or 0xfe with the number after the prefix.
 */

const vector = (code: number) => 0xfd_0000 + code;
const saturating = (code: number) => 0xfc_0000 + code;
const atomic = (code: number) => 0xfe_0000 + code;

/** Instructions of one type that follow each other, `first` being the code of the first. */
function run<const T extends string, const N extends string>(type: T, first: number, names: readonly N[]) {
  const rows = names.map((name, position) => [`${type}.${name}`, first + position]);
  return Object.fromEntries(rows) as { readonly [Name in `${T}.${N}`]: number };
}

const comparisons = ["eq", "ne", "lt", "gt", "le", "ge"] as const;
const wholeComparisons = ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"] as const;
const rounding = ["ceil", "floor", "trunc", "nearest"] as const;
const arithmetic = ["sqrt", "add", "sub", "mul", "div", "min", "max"] as const;
const division = ["add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u"] as const;
const floatScalars = ["abs", "neg", ...rounding, ...arithmetic] as const;
const floatVectors = [...arithmetic, "pmin", "pmax"] as const;
const shifts = ["shl", "shr_s", "shr_u"] as const;
const wholeArithmetic = [...division, "and", "or", "xor", ...shifts] as const;

/** Prefixed instructions hold their prefix above bit 16 and their number below. */
export const opcodes = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  return: 0x0f,
  call: 0x10,
  call_indirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  ...run("local", 0x20, ["get", "set", "tee"]),
  "i32.load": 0x28,
  "i64.load": 0x29,
  "f32.load": 0x2a,
  "f64.load": 0x2b,
  ...run("i32", 0x2c, ["load8_s", "load8_u", "load16_s"]),
  "i32.store": 0x36,
  "i64.store": 0x37,
  "f32.store": 0x38,
  "f64.store": 0x39,
  ...run("i32", 0x3a, ["store8", "store16"]),
  "i32.const": 0x41,
  "i64.const": 0x42,
  "f32.const": 0x43,
  "f64.const": 0x44,
  ...run("i32", 0x45, ["eqz", ...wholeComparisons]),
  ...run("i64", 0x50, ["eqz", ...wholeComparisons]),
  ...run("f32", 0x5b, comparisons),
  ...run("f64", 0x61, comparisons),
  ...run("i32", 0x6a, wholeArithmetic),
  ...run("i64", 0x7c, wholeArithmetic),
  ...run("f32", 0x8b, floatScalars),
  ...run("f64", 0x99, floatScalars),
  "i32.wrap_i64": 0xa7,
  ...run("i64", 0xac, ["extend_i32_s", "extend_i32_u"]),
  ...run("f32", 0xb2, ["convert_i32_s", "convert_i32_u", "convert_i64_s"]),
  "f32.demote_f64": 0xb6,
  ...run("f64", 0xb7, ["convert_i32_s", "convert_i32_u", "convert_i64_s"]),
  "f64.promote_f32": 0xbb,
  "i32.reinterpret_f32": 0xbc,
  "i64.reinterpret_f64": 0xbd,
  "f32.reinterpret_i32": 0xbe,
  "f64.reinterpret_i64": 0xbf,
  ...run("i32", 0xc0, ["extend8_s", "extend16_s"]),

  ...run("i32", saturating(0x00), ["trunc_sat_f32_s", "trunc_sat_f32_u", "trunc_sat_f64_s", "trunc_sat_f64_u"]),
  "i64.trunc_sat_f32_s": saturating(0x04),
  "i64.trunc_sat_f64_s": saturating(0x06),
  "memory.copy": saturating(0x0a),

  ...run("memory.atomic", atomic(0x00), ["notify", "wait32"]),
  "i32.atomic.load": atomic(0x10),
  "i64.atomic.load": atomic(0x11),
  "i32.atomic.store": atomic(0x17),
  "i64.atomic.store": atomic(0x18),
  "i32.atomic.rmw.add": atomic(0x1e),
  "i32.atomic.rmw.sub": atomic(0x25),
  "i32.atomic.rmw.xchg": atomic(0x41),
  "i64.atomic.rmw.xchg": atomic(0x42),
  "i64.atomic.rmw.cmpxchg": atomic(0x49),

  "v128.load": vector(0x00),
  "v128.load16x4_s": vector(0x03),
  "v128.load8_splat": vector(0x07),
  "v128.load32_splat": vector(0x09),
  "v128.load64_splat": vector(0x0a),
  "v128.store": vector(0x0b),
  "v128.const": vector(0x0c),
  "i8x16.shuffle": vector(0x0d),
  "i32x4.splat": vector(0x11),
  "i64x2.splat": vector(0x12),
  "f32x4.splat": vector(0x13),
  "f64x2.splat": vector(0x14),
  ...run("i32x4", vector(0x1b), ["extract_lane", "replace_lane"]),
  ...run("i64x2", vector(0x1d), ["extract_lane", "replace_lane"]),
  ...run("f32x4", vector(0x1f), ["extract_lane", "replace_lane"]),
  ...run("f64x2", vector(0x21), ["extract_lane", "replace_lane"]),
  "i8x16.ne": vector(0x24),
  ...run("i32x4", vector(0x37), wholeComparisons),
  ...run("f32x4", vector(0x41), comparisons),
  ...run("f64x2", vector(0x47), comparisons),
  ...run("v128", vector(0x4d), ["not", "and", "andnot", "or", "xor", "bitselect"]),
  "v128.load32_lane": vector(0x56),
  "v128.load64_lane": vector(0x57),
  "v128.store32_lane": vector(0x5a),
  "v128.store64_lane": vector(0x5b),
  "v128.load32_zero": vector(0x5c),
  "v128.load64_zero": vector(0x5d),
  "f32x4.demote_f64x2_zero": vector(0x5e),
  "f64x2.promote_low_f32x4": vector(0x5f),
  ...run("f32x4", vector(0x67), rounding),
  ...run("f64x2", vector(0x74), ["ceil", "floor"]),
  "f64x2.nearest": vector(0x94),
  ...run("i16x8", vector(0x87), ["extend_low_i8x16_s", "extend_high_i8x16_s", "extend_low_i8x16_u"]),
  "i32x4.abs": vector(0xa0),
  "i32x4.neg": vector(0xa1),
  "i32x4.all_true": vector(0xa3),
  ...run("i32x4", vector(0xa7), ["extend_low_i16x8_s", "extend_high_i16x8_s", "extend_low_i16x8_u"]),
  ...run("i32x4", vector(0xab), [...shifts, "add"]),
  "i32x4.sub": vector(0xb1),
  ...run("i32x4", vector(0xb5), ["mul", "min_s", "min_u", "max_s", "max_u"]),
  ...run("i64x2", vector(0xc0), ["abs", "neg"]),
  ...run("i64x2", vector(0xc7), [
    "extend_low_i32x4_s",
    "extend_high_i32x4_s",
    "extend_low_i32x4_u",
    "extend_high_i32x4_u",
  ]),
  ...run("i64x2", vector(0xcb), [...shifts, "add"]),
  "i64x2.sub": vector(0xd1),
  ...run("i64x2", vector(0xd5), ["mul", "eq", "ne", "lt_s", "gt_s", "le_s", "ge_s"]),
  ...run("f32x4", vector(0xe0), ["abs", "neg"]),
  ...run("f32x4", vector(0xe3), floatVectors),
  ...run("f64x2", vector(0xec), ["abs", "neg"]),
  ...run("f64x2", vector(0xef), floatVectors),
  ...run("i32x4", vector(0xf8), ["trunc_sat_f32x4_s", "trunc_sat_f32x4_u"]),
  ...run("f32x4", vector(0xfa), ["convert_i32x4_s", "convert_i32x4_u"]),
  ...run("i32x4", vector(0xfc), ["trunc_sat_f64x2_s_zero", "trunc_sat_f64x2_u_zero"]),
  ...run("f64x2", vector(0xfe), ["convert_low_i32x4_s", "convert_low_i32x4_u"]),
  ...run("f32x4", vector(0x105), ["relaxed_madd", "relaxed_nmadd"]),
  "f64x2.relaxed_madd": vector(0x107),
  "i32x4.relaxed_laneselect": vector(0x10b),
} as const;

/** Name of an instruction. */
export type Opcode = keyof typeof opcodes;

/** Name of an atomic instruction. */
export type AtomicOpcode = Opcode & `${"i32" | "i64" | "memory"}.atomic.${string}`;

/** Types of values on the operand stack and in locals. */
export const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/** Name of a value type. */
export type ValueType = keyof typeof valueTypes;
