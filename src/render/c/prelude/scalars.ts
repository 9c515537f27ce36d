/**
 * C that every source begins with: types, and what the kernel language means by operations on single numbers where C has no
 * operator that means the same. `kernel/meaning.ts` is the definition; `vectors.ts` has the same functions on vectors.
 */
export const scalarPrelude = `#include <stdint.h>
#define INLINE static inline __attribute__((always_inline, unused))
/* Written out at each of its uses, a division would be most of what there is to compile. */
#define OUTLINE static __attribute__((noinline, const, unused))
typedef float f32;
typedef double f64;
typedef int32_t i32;
typedef uint32_t u32;
typedef int64_t i64;
typedef i32 b1;
/* Positions: whole numbers that do not wrap where addresses are made of them. */
typedef intptr_t ix;
/* Elements in memory: one buffer may be read as one type and written as another. */
#define STORED(name, type) typedef type m_##name __attribute__((may_alias))
STORED(bool, uint8_t); STORED(u8, uint8_t); STORED(i8, int8_t); STORED(i16, int16_t); STORED(i32, int32_t);
STORED(u32, uint32_t); STORED(i64, int64_t); STORED(f32, float); STORED(f64, double);

#define BITCAST(to, from) \\
  INLINE to to##_bits_##from(from a) { union { from a; to b; } both = { a }; return both.b; }
BITCAST(i32, f32) BITCAST(f32, i32) BITCAST(u32, f32) BITCAST(f32, u32) BITCAST(i64, f64) BITCAST(f64, i64)

INLINE f32 fma_f32(f32 a, f32 b, f32 c) { return __builtin_fmaf(a, b, c); }
INLINE f64 fma_f64(f64 a, f64 b, f64 c) { return __builtin_fma(a, b, c); }
INLINE f32 fnma_f32(f32 a, f32 b, f32 c) { return __builtin_fmaf(-a, b, c); }
INLINE f64 fnma_f64(f64 a, f64 b, f64 c) { return __builtin_fma(-a, b, c); }

#define FLOATS(T, suffix) \\
  INLINE T abs_##T(T a) { return __builtin_fabs##suffix(a); } \\
  INLINE T sign_##T(T a) { return a > 0 ? 1 : a < 0 ? -1 : a + 0; } \\
  INLINE T floor_##T(T a) { return __builtin_floor##suffix(a); } \\
  INLINE T ceil_##T(T a) { return __builtin_ceil##suffix(a); } \\
  INLINE T round_##T(T a) { return __builtin_rint##suffix(a); } \\
  INLINE T sqrt_##T(T a) { return __builtin_sqrt##suffix(a); } \\
  INLINE T maximum_##T(T a, T b) \\
    { return a > b ? a : b > a ? b : a != a ? a : b != b ? b : __builtin_signbit(a) ? b : a; } \\
  INLINE T minimum_##T(T a, T b) \\
    { return a < b ? a : b < a ? b : a != a ? a : b != b ? b : __builtin_signbit(a) ? a : b; } \\
  INLINE T raise_##T(T a, T least) { return least > a ? least : a; } \\
  INLINE T lower_##T(T a, T most) { return most < a ? most : a; }
FLOATS(f32, f) FLOATS(f64, )

#define INTEGERS(T, U, bits) \\
  INLINE T maximum_##T(T a, T b) { return a > b ? a : b; } \\
  /* in a general register: gcc would move counters of loops to vector registers for it, and spill results of tiles */ \\
  INLINE T minimum_##T(T a, T b) { __asm__("" : "+r"(a)); return a < b ? a : b; } \\
  INLINE T shiftLeft_##T(T a, T count) { return (U)count < bits ? (T)((U)a << count) : 0; }
INTEGERS(i32, uint32_t, 32) INTEGERS(u32, uint32_t, 32) INTEGERS(i64, uint64_t, 64)

#define SIGNED(T, U, bits) \\
  INLINE T abs_##T(T a) { return a < 0 ? (T)(0 - (U)a) : a; } \\
  INLINE T sign_##T(T a) { return (T)(a > 0) - (T)(a < 0); } \\
  INLINE T shiftRight_##T(T a, T count) { return a >> ((U)count < bits ? count : bits - 1); } \\
  OUTLINE T quotient_##T(T a, T b) { \\
    if (b == 0) return 0; \\
    if (b == -1) return (T)(0 - (U)a); \\
    T rest = a % b; \\
    return a / b - (T)(rest != 0 && (rest ^ b) < 0); \\
  } \\
  OUTLINE T remainder_##T(T a, T b) { \\
    if (b == 0 || b == -1) return 0; \\
    T rest = a % b; \\
    return rest != 0 && (rest ^ b) < 0 ? rest + b : rest; \\
  }
SIGNED(i32, uint32_t, 32) SIGNED(i64, uint64_t, 64)

INLINE u32 abs_u32(u32 a) { return a; }
INLINE u32 sign_u32(u32 a) { return a != 0; }
INLINE u32 shiftRight_u32(u32 a, u32 count) { return count < 32 ? a >> count : 0; }
INLINE u32 quotient_u32(u32 a, u32 b) { return b == 0 ? 0 : a / b; }
INLINE u32 remainder_u32(u32 a, u32 b) { return b == 0 ? 0 : a % b; }
INLINE u32 shiftLeftByte_u32(u32 a, u32 count) { return count < 8 ? (a << count) & 255 : 0; }
INLINE u32 shiftRightByte_u32(u32 a, u32 count) { return count < 8 ? a >> count : 0; }

#define COMPARED(T) \\
  INLINE b1 equal_##T(T a, T b) { return a == b; } \\
  INLINE b1 less_##T(T a, T b) { return a < b; } \\
  INLINE b1 lessEqual_##T(T a, T b) { return a <= b; }
COMPARED(f32) COMPARED(f64) COMPARED(i32) COMPARED(u32) COMPARED(i64)
INLINE b1 not_b1(b1 a) { return !a; }

/* Floor division of floats as Python has it. */
INLINE f64 remainder_f64(f64 a, f64 b) {
  f64 rest = __builtin_fmod(a, b);
  if (rest == 0) return b < 0 ? -0.0 : 0.0;
  return (rest < 0) != (b < 0) ? rest + b : rest;
}
INLINE f64 quotient_f64(f64 a, f64 b) {
  if (b == 0) return a / b;
  f64 rest = __builtin_fmod(a, b);
  f64 quotient = (a - rest) / b - (rest != 0 && (rest < 0) != (b < 0) ? 1 : 0);
  if (quotient == 0) return a / b < 0 || (a / b == 0 && __builtin_signbit(a / b)) ? -0.0 : a / b > 0 ? 0.0 : a / b;
  f64 whole = __builtin_floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}
INLINE f32 remainder_f32(f32 a, f32 b) { return (f32)remainder_f64(a, b); }
INLINE f32 quotient_f32(f32 a, f32 b) { return (f32)quotient_f64(a, b); }

#define FUNCTION(name, call) \\
  INLINE f64 name##_f64(f64 a) { return call; } \\
  INLINE f32 name##_f32(f32 a) { return (f32)name##_f64(a); }
FUNCTION(exp, __builtin_exp(a)) FUNCTION(expm1, __builtin_expm1(a)) FUNCTION(log, __builtin_log(a))
FUNCTION(log1p, __builtin_log1p(a)) FUNCTION(sin, __builtin_sin(a)) FUNCTION(cos, __builtin_cos(a))
FUNCTION(tanh, __builtin_tanh(a)) FUNCTION(erf, __builtin_erf(a)) FUNCTION(erfc, __builtin_erfc(a))
INLINE f64 sigmoid_f64(f64 a) {
  f64 small = __builtin_exp(-__builtin_fabs(a));
  return a >= 0 ? 1 / (1 + small) : small / (1 + small);
}
INLINE f32 sigmoid_f32(f32 a) { return (f32)sigmoid_f64(a); }
INLINE f64 power_f64(f64 a, f64 b) { return __builtin_pow(a, b); }
INLINE f32 power_f32(f32 a, f32 b) { return (f32)power_f64(a, b); }

/* Conversions: those of floats to integers stop at the ends of the range, and NaN gives 0. */
#define CONVERTED(to, from) INLINE to to##_from_##from(from a) { return (to)a; }
#define SATURATED(to, from, lowest, highest, least, most) \\
  INLINE to to##_from_##from(from a) { return a != a ? 0 : a < least ? lowest : a >= most ? highest : (to)a; }
CONVERTED(f32, f64) CONVERTED(f32, i32) CONVERTED(f32, u32) CONVERTED(f32, i64)
CONVERTED(f64, f32) CONVERTED(f64, i32) CONVERTED(f64, u32) CONVERTED(f64, i64)
CONVERTED(i32, i64) CONVERTED(u32, i64) CONVERTED(i64, i32) CONVERTED(i64, u32) CONVERTED(i32, u32) CONVERTED(u32, i32)
SATURATED(i32, f32, INT32_MIN, INT32_MAX, -2147483648.0f, 2147483648.0f)
SATURATED(i32, f64, INT32_MIN, INT32_MAX, -2147483648.0, 2147483648.0)
SATURATED(u32, f32, 0, UINT32_MAX, 0.0f, 4294967296.0f)
SATURATED(u32, f64, 0, UINT32_MAX, 0.0, 4294967296.0)
SATURATED(i64, f32, INT64_MIN, INT64_MAX, -9223372036854775808.0f, 9223372036854775808.0f)
SATURATED(i64, f64, INT64_MIN, INT64_MAX, -9223372036854775808.0, 9223372036854775808.0)
INLINE i32 clampI8_i32(i32 a) { return a < -128 ? -128 : a > 127 ? 127 : a; }
INLINE i32 clampI16_i32(i32 a) { return a < -32768 ? -32768 : a > 32767 ? 32767 : a; }

INLINE f32 f32_from_bf16(i32 a) { return f32_bits_i32(a << 16); }
INLINE i32 bf16_from_f32(f32 a) {
  u32 bits = u32_bits_f32(a);
  return a != a ? 0x7fc0 : (i32)(bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
INLINE f32 f32_from_f16(i32 a) {
  u32 size = a & 0x7fff, sign = (u32)a << 16 & 0x80000000u;
  if (size >= 0x7c00) return f32_bits_u32(sign | 0x7f800000u | (size & 0x3ff) << 13);
  /* 2^112 puts the exponent right, below the normal range too */
  return f32_bits_u32(sign | u32_bits_f32(f32_bits_u32(size << 13) * 0x1p112f));
}
INLINE i32 f16_from_f32(f32 a) {
  u32 bits = u32_bits_f32(a), size = bits & 0x7fffffff;
  u32 sign = bits >> 16 & 0x8000, half;
  if (a != a) half = 0x7e00;
  else if (size >= 0x477ff000) half = 0x7c00;
  /* adding 2^-1 leaves no room for what is below the last place of the smallest numbers */
  else if (size < 0x38800000) half = u32_bits_f32(f32_bits_u32(size) + 0.5f) - 0x3f000000;
  else half = (size - 0x38000000 + 0xfff + (size >> 13 & 1)) >> 13;
  return (i32)(int16_t)(sign | half);
}
`;
