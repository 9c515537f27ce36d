/**
 * Functions on vectors for which AVX2 and AVX-512 have instructions that vector extensions do not name. Each takes the place of
 * the general one in `vectors.ts`, and means the same to the last bit.
 */
import type { FunctionList, Width } from "./vectors.ts";

/** Replaces functions of `list` by those of AVX-512, whose masks are bits. */
export function addAvx512(list: FunctionList, { lanes, hasWide }: Width): void {
  const b = `b${lanes}`;
  const width = prefixOf(lanes * 4);
  const i = `i32x${lanes}`;
  const m = integerType(lanes * 4);
  list.add(b, `mask_${i}`, `${i} a`, `return ${width}_test_epi32_mask((${m})a, (${m})a);`);
  list.add(i, `ones_${b}`, `${b} a`, `return (${i})${width}_movm_epi32(a);`);
  list.add(b, `first_${b}`, "ix count", "return (" + b + ")_bzhi_u32(-1, (unsigned)count);");
  for (const held of ["f32", "i32", "u32", ...(hasWide ? (["f64", "i64"] as const) : [])] as const) {
    const t = `${held}x${lanes}`;
    const { prefix, suffix, vector } = spelling(held, lanes);
    for (const [name, order] of [
      ["equal", 0],
      ["less", 1],
      ["lessEqual", 2],
    ] as const) {
      const compare = held.startsWith("f") ? ["_CMP_EQ_OQ", "_CMP_LT_OQ", "_CMP_LE_OQ"][order] : `${order}`;
      const sign = held === "u32" ? "epu32" : suffix;
      list.add(
        b,
        `${name}_${t}`,
        `${t} a, ${t} b`,
        `return ${prefix}_cmp_${sign}_mask((${vector})a, (${vector})b, ${compare});`,
      );
    }
    list.add(
      t,
      `select_${t}`,
      `${b} c, ${t} a, ${t} d`,
      `return (${t})${prefix}_mask_blend_${suffix}(c, (${vector})d, (${vector})a);`,
    );
    const pointer = held.startsWith("f") ? (held === "f32" ? "const float *" : "const double *") : "const void *";
    list.add(
      t,
      `loadSome_${held}x${lanes}`,
      `const m_${held} *p, ix n`,
      `return (${t})${prefix}_maskz_loadu_${suffix}(first_${b}(n), (${pointer})p);`,
    );
    const target = pointer.replace("const ", "");
    list.add(
      "void",
      `storeSome_${held}x${lanes}`,
      `m_${held} *p, ${t} a, ix n`,
      `${prefix}_mask_storeu_${suffix}((${target})p, first_${b}(n), (${vector})a);`,
    );
    addGathers(list, lanes, held);
    if (held.startsWith("f")) addFloats512(list, lanes, held === "f32" ? "f32" : "f64");
    else if (held !== "i64" || lanes <= 8) {
      const kind = held === "u32" ? "epu32" : suffix;
      for (const [name, word] of [
        ["maximum", "max"],
        ["minimum", "min"],
      ] as const)
        list.add(
          t,
          `${name}_${t}`,
          `${t} a, ${t} b`,
          `return (${t})${prefix}_${word}_${kind}((${vector})a, (${vector})b);`,
        );
    }
  }
  addF16(list, lanes);
  if (lanes === 16) addTurning(list);
}

/** Sixteen rows of sixteen numbers to columns, by exchanges of neighbours, of pairs, and twice of quarters. */
function addTurning(list: FunctionList): void {
  const all = Array.from({ length: 16 }, (_, row) => row);
  const lines = all.map((row) => `__m512 r${row} = _mm512_loadu_ps((const float *)(p + at[${row}]));`);
  for (let row = 0; row < 16; row += 2)
    for (const [half, word] of ["lo", "hi"].entries())
      lines.push(`__m512d n${row + half} = (__m512d)_mm512_unpack${word}_ps(r${row}, r${row + 1});`);
  // quarter q of c<g><j> has column 4q + j of the rows 4g to 4g + 3
  for (let group = 0; group < 4; group++)
    for (let j = 0; j < 4; j++) {
      const first = 4 * group + (j >> 1);
      lines.push(
        `__m512 c${group}${j} = (__m512)_mm512_unpack${j % 2 === 0 ? "lo" : "hi"}_pd(n${first}, n${first + 2});`,
      );
    }
  for (let j = 0; j < 4; j++)
    for (const [odd, quarters] of ["0x88", "0xdd"].entries()) {
      const [a, b] = [`a${j}${odd}`, `b${j}${odd}`];
      lines.push(`__m512 ${a} = _mm512_shuffle_f32x4(c0${j}, c1${j}, ${quarters});`);
      lines.push(`__m512 ${b} = _mm512_shuffle_f32x4(c2${j}, c3${j}, ${quarters});`);
      for (const [far, choice] of ["0x88", "0xdd"].entries()) {
        const column = 4 * (odd + 2 * far) + j;
        const pointer = `(float *)(to + ${column} * apart)`;
        lines.push(`_mm512_storeu_ps(${pointer}, _mm512_shuffle_f32x4(${a}, ${b}, ${choice}));`);
      }
    }
  const parameters = "m_f32 *to, ix apart, const m_f32 *p, i32x16 at";
  list.add("void", "turnRows_f32x16", parameters, lines.join(" "));
}

/**
 * Exact minima and maxima. The instructions give their second operand where zeros or NaN meet: taken both ways, the bits of the two
 * together are the right zero, and NaN where either is.
 */
function addFloats512(list: FunctionList, lanes: number, held: "f32" | "f64"): void {
  const t = `${held}x${lanes}`;
  const { prefix, suffix, vector } = spelling(held, lanes);
  addFused(list, lanes, held);
  addRounding(list, lanes, held, (op) => `${prefix}_roundscale_${suffix}((${vector})a, ${roundings[op]})`);
  const bothWays = (word: string) =>
    `${vector} p = ${prefix}_${word}_${suffix}((${vector})a, (${vector})b), q = ${prefix}_${word}_${suffix}((${vector})b, (${vector})a);`;
  const two = `${t} a, ${t} b`;
  const either = `${prefix}_cmp_${suffix}_mask((${vector})a, (${vector})b, _CMP_UNORD_Q)`;
  list.add(t, `minimum_${t}`, two, `${bothWays("min")} return (${t})${prefix}_or_${suffix}(p, q);`);
  list.add(
    t,
    `maximum_${t}`,
    two,
    `${bothWays("max")} return (${t})${prefix}_mask_or_${suffix}(${prefix}_and_${suffix}(p, q), ${either}, p, q);`,
  );
  addOneSided(list, lanes, held);
}

/** Replaces functions of `list` by those of AVX2, whose masks are vectors. */
export function addAvx2(list: FunctionList, { lanes, hasWide }: Width): void {
  const b = `b${lanes}`;
  const movemask = lanes === 8 ? "_mm256_movemask_ps((__m256)a)" : "_mm_movemask_ps((__m128)a)";
  const all = 2 ** lanes - 1;
  if (lanes === 4 || lanes === 8) {
    list.add("b1", `all_${b}`, `${b} a`, `return ${movemask} == ${all};`);
    list.add("b1", `any_${b}`, `${b} a`, `return ${movemask} != 0;`);
    list.add("b1", `odd_${b}`, `${b} a`, `return __builtin_parity(${movemask});`);
  }
  for (const held of ["f32", "i32", "u32", ...(hasWide ? (["f64", "i64"] as const) : [])] as const) {
    const t = `${held}x${lanes}`;
    const isWide = held === "f64" || held === "i64";
    const bytes = lanes * (isWide ? 8 : 4);
    const { prefix, suffix, vector } = spelling(held, lanes);
    const float = isWide ? "pd" : "ps";
    const real = floatType(bytes, isWide);
    const ones = isWide ? `__builtin_convertvector(c, i64x${lanes})` : "c";
    list.add(
      t,
      `select_${t}`,
      `${b} c, ${t} a, ${t} d`,
      `return (${t})${prefix}_blendv_${float}((${real})d, (${real})a, (${real})${ones});`,
    );
    const pointer = held.startsWith("f") ? (held === "f32" ? "float *" : "double *") : isWide ? "long long *" : "int *";
    const first = isWide ? `__builtin_convertvector(first_${b}(n), i64x${lanes})` : `first_${b}(n)`;
    const mask = `(${integerType(bytes)})${first}`;
    list.add(
      t,
      `loadSome_${held}x${lanes}`,
      `const m_${held} *p, ix n`,
      `return (${t})${prefix}_maskload_${suffix}((const ${pointer})p, ${mask});`,
    );
    list.add(
      "void",
      `storeSome_${held}x${lanes}`,
      `m_${held} *p, ${t} a, ix n`,
      `${prefix}_maskstore_${suffix}((${pointer})p, ${mask}, (${vector})a);`,
    );
    if (held === "f32" || held === "f64") {
      addRounding(list, lanes, held, (op) => `${prefix}_round_${suffix}((${vector})a, ${roundings[op]})`);
      addOneSided(list, lanes, held);
    } else if (!isWide) {
      const kind = held === "u32" ? "epu32" : suffix;
      for (const [name, word] of [
        ["maximum", "max"],
        ["minimum", "min"],
      ] as const)
        list.add(
          t,
          `${name}_${t}`,
          `${t} a, ${t} b`,
          `return (${t})${prefix}_${word}_${kind}((${vector})a, (${vector})b);`,
        );
    }
  }
  addF16(list, lanes);
}

/** Adds multiplication and addition with one rounding, where the CPU has it. */
export function addFused(list: FunctionList, lanes: number, held: "f32" | "f64"): void {
  const t = `${held}x${lanes}`;
  const { prefix, suffix, vector } = spelling(held, lanes);
  for (const [name, word] of [
    ["fma", "fmadd"],
    ["fnma", "fnmadd"],
  ] as const)
    list.add(
      t,
      `${name}_${t}`,
      `${t} a, ${t} b, ${t} c`,
      `return (${t})${prefix}_${word}_${suffix}((${vector})a, (${vector})b, (${vector})c);`,
    );
}

const roundings = {
  floor: "_MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC",
  ceil: "_MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC",
  round: "_MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC",
} as const;

function addRounding(
  list: FunctionList,
  lanes: number,
  held: "f32" | "f64",
  round: (op: keyof typeof roundings) => string,
): void {
  const t = `${held}x${lanes}`;
  const { prefix, suffix, vector } = spelling(held, lanes);
  for (const op of ["floor", "ceil", "round"] as const)
    list.add(t, `${op}_${t}`, `${t} a`, `return (${t})${round(op)};`);
  list.add(t, `sqrt_${t}`, `${t} a`, `return (${t})${prefix}_sqrt_${suffix}((${vector})a);`);
}

/** Bounds that are numbers: the instruction gives its second operand where it cannot tell, which keeps NaN. */
function addOneSided(list: FunctionList, lanes: number, held: "f32" | "f64"): void {
  const t = `${held}x${lanes}`;
  const { prefix, suffix, vector } = spelling(held, lanes);
  for (const [name, word] of [
    ["raise", "max"],
    ["lower", "min"],
  ] as const)
    list.add(
      t,
      `${name}_${t}`,
      `${t} a, ${t} b`,
      `return (${t})${prefix}_${word}_${suffix}((${vector})b, (${vector})a);`,
    );
}

function addGathers(list: FunctionList, lanes: number, held: "f32" | "f64" | "i32" | "u32" | "i64"): void {
  const t = `${held}x${lanes}`;
  const isWide = held === "f64" || held === "i64";
  const { prefix, suffix, vector } = spelling(held, lanes);
  const bytes = isWide ? 8 : 4;
  const indices = integerType(lanes * 4);
  const type =
    held === "f32" ? "const float *" : held === "f64" ? "const double *" : isWide ? "const long long *" : "const int *";
  const at = `(${indices})at`;
  const b = `b${lanes}`;
  // the forms without a mask tell compilers that the register before is wanted
  const zero = `(${vector})(${t}){}`;
  const gather = (mask: string) =>
    prefix === "_mm512"
      ? `${prefix}_mask_i32gather_${suffix}(${zero}, ${mask}, ${at}, (${type})p, ${bytes})`
      : `${prefix}_mmask_i32gather_${suffix}(${zero}, ${mask}, ${at}, (${type})p, ${bytes})`;
  list.add(t, `gather_${held}x${lanes}`, `const m_${held} *p, i32x${lanes} at`, `return (${t})${gather(`(${b})-1`)};`);
  list.add(
    t,
    `gatherSome_${held}x${lanes}`,
    `const m_${held} *p, i32x${lanes} at, ix n`,
    `return (${t})${gather(`first_${b}(n)`)};`,
  );
  const pointer = "void *";
  list.add(
    "void",
    `scatter_${held}x${lanes}`,
    `m_${held} *p, i32x${lanes} at, ${t} a`,
    `${prefix}_i32scatter_${suffix}((${pointer})p, ${at}, (${vector})a, ${bytes});`,
  );
  list.add(
    "void",
    `scatterSome_${held}x${lanes}`,
    `m_${held} *p, i32x${lanes} at, ${t} a, ix n`,
    `${prefix}_mask_i32scatter_${suffix}((${pointer})p, first_${b}(n), ${at}, (${vector})a, ${bytes});`,
  );
}

function addF16(list: FunctionList, lanes: number): void {
  if (lanes !== 16 && lanes !== 8) return;
  const [f, i] = [`f32x${lanes}`, `i32x${lanes}`];
  const prefix = prefixOf(lanes * 4);
  const half = lanes === 16 ? "__m256i" : "__m128i";
  list.add(
    f,
    `f32_from_f16x${lanes}`,
    `${i} a`,
    `return (${f})${prefix}_cvtph_ps((${half})__builtin_convertvector(a, i16x${lanes}));`,
  );
  const rounded = `(i16x${lanes})${prefix}_cvtps_ph((${floatType(lanes * 4, false)})a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)`;
  list.add(i, `f16_from_f32x${lanes}`, `${f} a`, `return __builtin_convertvector(${rounded}, ${i});`);
}

/** How instructions on vectors of `bytes` bytes begin. */
function prefixOf(bytes: number): string {
  return bytes === 16 ? "_mm" : `_mm${bytes * 8}`;
}

function integerType(bytes: number): string {
  return `__m${bytes * 8}i`;
}

function floatType(bytes: number, isWide: boolean): string {
  return `__m${bytes * 8}${isWide ? "d" : ""}`;
}

function spelling(held: "f32" | "f64" | "i32" | "u32" | "i64", lanes: number) {
  const isWide = held === "f64" || held === "i64";
  const bytes = lanes * (isWide ? 8 : 4);
  const isFloat = held === "f32" || held === "f64";
  return {
    prefix: prefixOf(bytes),
    suffix: isFloat ? (isWide ? "pd" : "ps") : isWide ? "epi64" : "epi32",
    vector: isFloat ? floatType(bytes, isWide) : integerType(bytes),
  };
}
