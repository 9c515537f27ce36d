/**
 * The instructions of WebAssembly that Smilodon emits, by the names of the specification's text format. One row an
 * instruction: a byte below 0x100, or 0xfc and 0xfd with the number that follows the prefix.
 */

const vector = (code: number) => 0xfd_0000 + code;
const saturating = (code: number) => 0xfc_0000 + code;

/** Prefixed instructions hold their prefix above bit 16 and their number below. */
export const opcodes = {
  "block": 0x02, "loop": 0x03, "if": 0x04, "else": 0x05, "end": 0x0b, "br": 0x0c, "br_if": 0x0d, "return": 0x0f,
  "call": 0x10, "call_indirect": 0x11, "select": 0x1b, "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22,
  "i32.load": 0x28, "f32.load": 0x2a, "f64.load": 0x2b, "i32.load8_u": 0x2d,
  "i32.store": 0x36, "f32.store": 0x38, "f64.store": 0x39, "i32.store8": 0x3a,
  "i32.const": 0x41, "f32.const": 0x43, "f64.const": 0x44,
  "i32.eqz": 0x45, "i32.eq": 0x46, "i32.ne": 0x47, "i32.lt_s": 0x48, "i32.lt_u": 0x49, "i32.gt_s": 0x4a, "i32.gt_u": 0x4b,
  "i32.le_s": 0x4c, "i32.le_u": 0x4d, "i32.ge_s": 0x4e, "i32.ge_u": 0x4f,
  "f32.eq": 0x5b, "f32.ne": 0x5c, "f32.lt": 0x5d, "f32.gt": 0x5e, "f32.le": 0x5f,
  "f64.eq": 0x61, "f64.ne": 0x62, "f64.lt": 0x63, "f64.gt": 0x64, "f64.le": 0x65,
  "i32.add": 0x6a, "i32.sub": 0x6b, "i32.mul": 0x6c, "i32.div_s": 0x6d, "i32.div_u": 0x6e, "i32.rem_s": 0x6f, "i32.rem_u": 0x70,
  "i32.and": 0x71, "i32.or": 0x72, "i32.xor": 0x73, "i32.shl": 0x74, "i32.shr_s": 0x75, "i32.shr_u": 0x76,
  "f32.abs": 0x8b, "f32.neg": 0x8c, "f32.ceil": 0x8d, "f32.floor": 0x8e, "f32.nearest": 0x90, "f32.sqrt": 0x91,
  "f32.add": 0x92, "f32.sub": 0x93, "f32.mul": 0x94, "f32.div": 0x95, "f32.min": 0x96, "f32.max": 0x97,
  "f64.abs": 0x99, "f64.neg": 0x9a, "f64.ceil": 0x9b, "f64.floor": 0x9c, "f64.nearest": 0x9e, "f64.sqrt": 0x9f,
  "f64.add": 0xa0, "f64.sub": 0xa1, "f64.mul": 0xa2, "f64.div": 0xa3, "f64.min": 0xa4, "f64.max": 0xa5,
  "f32.convert_i32_s": 0xb2, "f32.convert_i32_u": 0xb3, "f32.demote_f64": 0xb6,
  "f64.convert_i32_s": 0xb7, "f64.convert_i32_u": 0xb8, "f64.promote_f32": 0xbb,
  "i32.reinterpret_f32": 0xbc, "f32.reinterpret_i32": 0xbe,

  "i32.trunc_sat_f32_s": saturating(0x00), "i32.trunc_sat_f32_u": saturating(0x01),
  "i32.trunc_sat_f64_s": saturating(0x02), "i32.trunc_sat_f64_u": saturating(0x03),
  "memory.copy": saturating(0x0a),

  "v128.load": vector(0x00), "v128.load8_splat": vector(0x07), "v128.load32_splat": vector(0x09), "v128.load64_splat": vector(0x0a),
  "v128.store": vector(0x0b), "v128.const": vector(0x0c), "i8x16.shuffle": vector(0x0d),
  "i32x4.splat": vector(0x11), "f32x4.splat": vector(0x13), "f64x2.splat": vector(0x14),
  "i32x4.extract_lane": vector(0x1b), "i32x4.replace_lane": vector(0x1c),
  "f32x4.extract_lane": vector(0x1f), "f32x4.replace_lane": vector(0x20),
  "f64x2.extract_lane": vector(0x21), "f64x2.replace_lane": vector(0x22),
  "i32x4.eq": vector(0x37), "i32x4.ne": vector(0x38), "i32x4.lt_s": vector(0x39), "i32x4.lt_u": vector(0x3a),
  "i32x4.gt_s": vector(0x3b), "i32x4.le_s": vector(0x3d), "i32x4.le_u": vector(0x3e),
  "f32x4.eq": vector(0x41), "f32x4.ne": vector(0x42), "f32x4.lt": vector(0x43), "f32x4.gt": vector(0x44), "f32x4.le": vector(0x45),
  "f64x2.eq": vector(0x47), "f64x2.ne": vector(0x48), "f64x2.lt": vector(0x49), "f64x2.gt": vector(0x4a), "f64x2.le": vector(0x4b),
  "v128.not": vector(0x4d), "v128.and": vector(0x4e), "v128.andnot": vector(0x4f), "v128.or": vector(0x50), "v128.xor": vector(0x51),
  "v128.bitselect": vector(0x52),
  "v128.load32_lane": vector(0x56), "v128.load64_lane": vector(0x57),
  "v128.store32_lane": vector(0x5a), "v128.store64_lane": vector(0x5b),
  "v128.load32_zero": vector(0x5c), "v128.load64_zero": vector(0x5d),
  "f32x4.demote_f64x2_zero": vector(0x5e), "f64x2.promote_low_f32x4": vector(0x5f),
  "f32x4.ceil": vector(0x67), "f32x4.floor": vector(0x68), "f32x4.nearest": vector(0x6a),
  "f64x2.ceil": vector(0x74), "f64x2.floor": vector(0x75), "f64x2.nearest": vector(0x94),
  "i16x8.extend_low_i8x16_u": vector(0x89),
  "i32x4.abs": vector(0xa0), "i32x4.neg": vector(0xa1), "i32x4.all_true": vector(0xa3), "i32x4.extend_low_i16x8_u": vector(0xa9),
  "i32x4.shl": vector(0xab), "i32x4.shr_s": vector(0xac), "i32x4.shr_u": vector(0xad),
  "i32x4.add": vector(0xae), "i32x4.sub": vector(0xb1), "i32x4.mul": vector(0xb5),
  "i32x4.min_s": vector(0xb6), "i32x4.min_u": vector(0xb7), "i32x4.max_s": vector(0xb8), "i32x4.max_u": vector(0xb9),
  "i64x2.extend_low_i32x4_s": vector(0xc7), "i64x2.extend_high_i32x4_s": vector(0xc8),
  "f32x4.abs": vector(0xe0), "f32x4.neg": vector(0xe1), "f32x4.sqrt": vector(0xe3), "f32x4.add": vector(0xe4), "f32x4.sub": vector(0xe5),
  "f32x4.mul": vector(0xe6), "f32x4.div": vector(0xe7), "f32x4.min": vector(0xe8), "f32x4.max": vector(0xe9),
  "f32x4.pmin": vector(0xea), "f32x4.pmax": vector(0xeb),
  "f64x2.abs": vector(0xec), "f64x2.neg": vector(0xed), "f64x2.sqrt": vector(0xef), "f64x2.add": vector(0xf0), "f64x2.sub": vector(0xf1),
  "f64x2.mul": vector(0xf2), "f64x2.div": vector(0xf3), "f64x2.min": vector(0xf4), "f64x2.max": vector(0xf5),
  "f64x2.pmin": vector(0xf6), "f64x2.pmax": vector(0xf7),
  "i32x4.trunc_sat_f32x4_s": vector(0xf8), "i32x4.trunc_sat_f32x4_u": vector(0xf9),
  "f32x4.convert_i32x4_s": vector(0xfa), "f32x4.convert_i32x4_u": vector(0xfb),
  "i32x4.trunc_sat_f64x2_s_zero": vector(0xfc), "i32x4.trunc_sat_f64x2_u_zero": vector(0xfd),
  "f64x2.convert_low_i32x4_s": vector(0xfe), "f64x2.convert_low_i32x4_u": vector(0xff),
  "f32x4.relaxed_madd": vector(0x105), "f32x4.relaxed_nmadd": vector(0x106), "i32x4.relaxed_laneselect": vector(0x10b),
} as const;

/** Name of an instruction. */
export type Opcode = keyof typeof opcodes;

/** Types of values on the operand stack and in locals. */
export const valueTypes = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/** Name of a value type. */
export type ValueType = keyof typeof valueTypes;
