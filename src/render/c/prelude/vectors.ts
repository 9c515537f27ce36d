/**
 * Vectors of one width: types, and the functions of `scalars.ts` on them, in the vector extensions of gcc and clang. It is
 * complete for every machine; `x86.ts` says which functions have instructions of their own there, and takes their place.
 */
import type { Held } from "../types.ts";
import { typeOf } from "../types.ts";

/** Functions in C by name. */
export type Functions = ReadonlyMap<string, string>;

/** Dtypes of 32 bits and of 64 bits a lane. */
const narrow = ["f32", "i32", "u32"] as const;
const wide = ["f64", "i64"] as const;
type Number = (typeof narrow)[number] | (typeof wide)[number];

/** What functions for one width are made from. */
export interface Width {
  readonly lanes: number;
  /** Are there vectors of as many numbers of 64 bits? */
  readonly hasWide: boolean;
  /** Are masks bits of a whole number, as AVX-512 has them, or vectors of i32? */
  readonly hasBitMasks: boolean;
}

/** Functions in the making: a later one of the same name takes the place of an earlier one. */
export class FunctionList {
  readonly texts = new Map<string, string>();

  /** Adds `result name(parameters) { body }`. */
  add(result: string, name: string, parameters: string, body: string): void {
    this.texts.set(name, `INLINE ${result} ${name}(${parameters}) { ${body} }`);
  }
}

/** Types of vectors of `lanes` lanes. */
export function vectorTypes({ lanes, hasWide, hasBitMasks }: Width): string {
  const lines: string[] = [];
  const vector = (name: string, element: string, bytes: number) =>
    lines.push(
      `typedef ${element} ${name}x${lanes} __attribute__((vector_size(${bytes * lanes})));`,
      `typedef ${element} m_${name}x${lanes} __attribute__((vector_size(${bytes * lanes}), aligned(${bytes}), may_alias));`,
    );
  for (const name of narrow) vector(name, name, 4);
  if (hasWide) for (const name of wide) vector(name, name, 8);
  vector("i8", "int8_t", 1);
  vector("u8", "uint8_t", 1);
  vector("i16", "int16_t", 2);
  const mask = lanes > 8 ? "uint16_t" : "uint8_t";
  lines.push(hasBitMasks ? `typedef ${mask} b${lanes};` : `typedef i32x${lanes} b${lanes};`);
  return lines.join("\n");
}

/** The functions of vectors of one width, in plain vector extensions. */
export function vectorFunctions(width: Width): FunctionList {
  const list = new FunctionList();
  const numbers: readonly Number[] = width.hasWide ? [...narrow, ...wide] : narrow;
  addMasks(list, width);
  for (const number of numbers) addChoices(list, width, number);
  for (const number of numbers) (number === "f32" || number === "f64" ? addFloats : addIntegers)(list, width, number);
  addSharedDivision(list, width);
  addBytes(list, width);
  for (const from of numbers) for (const to of numbers) if (from !== to) addConversion(list, width, from, to);
  addHalves(list, width);
  addMemory(list, width, numbers);
  addReductions(list, width, numbers);
  return list;
}

const lanesOf = (count: number) => Array.from({ length: count }, (_, lane) => lane);

/** The vector of `lanes` numbers that `value` gives. */
function each({ lanes }: Width, value: (lane: number) => string | number): string {
  return `{ ${lanesOf(lanes).map(value).join(", ")} }`;
}

function addMasks(list: FunctionList, width: Width): void {
  const { lanes, hasBitMasks } = width;
  const b = `b${lanes}`;
  const all = 2 ** lanes - 1;
  list.add(b, `not_${b}`, `${b} a`, "return ~a;");
  list.add(b, `select_${b}`, `${b} c, ${b} a, ${b} d`, "return (c & a) | (~c & d);");
  if (hasBitMasks) {
    list.add(b, `splat_${b}`, "b1 a", `return a ? ${all} : 0;`);
    list.add(b, `first_${b}`, "ix count", `return (${b})((1u << count) - 1);`);
    list.add("b1", `all_${b}`, `${b} a`, `return (a & ${all}) == ${all};`);
    list.add("b1", `any_${b}`, `${b} a`, `return (a & ${all}) != 0;`);
    list.add("b1", `odd_${b}`, `${b} a`, `return __builtin_parity(a & ${all});`);
    list.add("b1", `lane_${b}`, `${b} a, int l`, "return a >> l & 1;");
    list.add(
      b,
      `mask_i32x${lanes}`,
      `i32x${lanes} a`,
      `${b} r = 0; ${loop(lanes, "r |= (a[l] != 0) << l;")} return r;`,
    );
    list.add(
      `i32x${lanes}`,
      `ones_${b}`,
      `${b} a`,
      `i32x${lanes} r; ${loop(lanes, "r[l] = -(a >> l & 1);")} return r;`,
    );
    return;
  }
  list.add(b, `splat_${b}`, "b1 a", `return (${b})${each(width, () => "-a")};`);
  list.add(
    b,
    `first_${b}`,
    "ix count",
    `return (${b})${each(width, (lane) => lane)} < (${b})${each(width, () => "(i32)count")};`,
  );
  list.add("b1", `all_${b}`, `${b} a`, `i32 r = -1; ${loop(lanes, "r &= a[l];")} return r != 0;`);
  list.add("b1", `any_${b}`, `${b} a`, `i32 r = 0; ${loop(lanes, "r |= a[l];")} return r != 0;`);
  list.add("b1", `odd_${b}`, `${b} a`, `i32 r = 0; ${loop(lanes, "r ^= a[l];")} return r & 1;`);
  list.add("b1", `lane_${b}`, `${b} a, int l`, "return a[l] & 1;");
  list.add(b, `mask_i32x${lanes}`, `i32x${lanes} a`, "return a != 0;");
  list.add(`i32x${lanes}`, `ones_${b}`, `${b} a`, "return a;");
}

function loop(lanes: number, body: string): string {
  return `for (int l = 0; l < ${lanes}; l++) ${body}`;
}

/** What lanes have in common whatever they hold: repeating, comparing, choosing. */
function addChoices(list: FunctionList, width: Width, number: Number): void {
  const { lanes } = width;
  const [t, b] = [typeOf(number, lanes), `b${lanes}`];
  const isWide = number === "f64" || number === "i64";
  const integer = `${isWide ? "i64" : "i32"}x${lanes}`;
  list.add(t, `splat_${t}`, `${number} a`, `return (${t})${each(width, () => "a")};`);
  const asMask = (mask: string) =>
    isWide ? `mask_i32x${lanes}(__builtin_convertvector(${mask}, i32x${lanes}))` : `mask_i32x${lanes}(${mask})`;
  for (const [name, operator] of [
    ["equal", "=="],
    ["less", "<"],
    ["lessEqual", "<="],
  ] as const)
    list.add(b, `${name}_${t}`, `${t} a, ${t} b`, `return ${asMask(`(${integer})(a ${operator} b)`)};`);
  const mask = isWide ? `__builtin_convertvector(ones_${b}(c), ${integer})` : `ones_${b}(c)`;
  list.add(
    t,
    `select_${t}`,
    `${b} c, ${t} a, ${t} d`,
    `${integer} m = ${mask}; return (${t})(((${integer})a & m) | ((${integer})d & ~m));`,
  );
  for (const op of ["quotient", "remainder"]) addEach(list, width, number, op, 2);
  if (number === "i32") addDivisions(list, lanes);
}

/** Whole numbers of 32 bits, divided as f64: a quotient rounded to 53 bits has the whole part of the exact one. */
function addDivisions(list: FunctionList, lanes: number): void {
  const t = `i32x${lanes}`;
  const divided = [
    `typedef f64 wide __attribute__((vector_size(${8 * lanes})));`,
    `${t} none = b == 0, turned = b == -1, n = a & ~turned, d = b - none;`,
    `${t} q = __builtin_convertvector(__builtin_convertvector(n, wide) / __builtin_convertvector(d, wide), ${t});`,
    `${t} rest = n - q * d, below = (rest != 0) & ((rest ^ d) < 0);`,
  ].join(" ");
  const two = `${t} a, ${t} b`;
  list.add(t, `quotient_${t}`, two, `${divided} return ((q + below) & ~(none | turned)) | (-a & turned);`);
  list.add(t, `remainder_${t}`, two, `${divided} return rest + (below & d);`);
}

/** `op` lane by lane. */
function addEach({ texts }: FunctionList, { lanes }: Width, held: Held, op: string, arity: 1 | 2): void {
  const t = typeOf(held, lanes);
  const [parameters, operands] = arity === 1 ? [`${t} a`, "a[l]"] : [`${t} a, ${t} b`, "a[l], b[l]"];
  const name = `${op}_${t}`;
  texts.set(
    name,
    `INLINE ${t} ${name}(${parameters}) { ${t} r; ${loop(lanes, `r[l] = ${op}_${held}(${operands});`)} return r; }`,
  );
}

const functions = ["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "erf", "erfc"] as const;

function addFloats(list: FunctionList, width: Width, number: Number): void {
  const t = typeOf(number, width.lanes);
  const integer = typeOf(number === "f64" ? "i64" : "i32", width.lanes);
  const least = number === "f64" ? "INT64_MIN" : "INT32_MIN";
  list.add(t, `abs_${t}`, `${t} a`, `return (${t})((${integer})a & ~${least});`);
  const zero = `(${t}){}`;
  const one = `splat_${t}(1)`;
  list.add(
    t,
    `sign_${t}`,
    `${t} a`,
    `return select_${t}(less_${t}(${zero}, a), ${one}, select_${t}(less_${t}(a, ${zero}), -${one}, a + ${zero}));`,
  );
  for (const op of ["floor", "ceil", "round", "sqrt", ...functions]) addEach(list, width, number, op, 1);
  addEach(list, width, number, "power", 2);
  for (const [name, sign] of [
    ["fma", ""],
    ["fnma", "-"],
  ] as const) {
    const body = `${t} r; ${loop(width.lanes, `r[l] = fma_${number}(${sign}a[l], b[l], c[l]);`)} return r;`;
    list.add(t, `${name}_${t}`, `${t} a, ${t} b, ${t} c`, body);
  }
  const two = `${t} a, ${t} b`;
  // where both are equal they differ in the sign of zero at most
  const extreme = (first: string, bits: "&" | "|") => {
    const equal = `(${t})((${integer})a ${bits} (${integer})b)`;
    const chosen = `select_${t}(equal_${t}(a, b), ${equal}, select_${t}(less_${t}(${first}), b, a))`;
    return `${t} r = ${chosen}; r = select_${t}(equal_${t}(b, b), r, b); return select_${t}(equal_${t}(a, a), r, a);`;
  };
  list.add(t, `maximum_${t}`, two, extreme("a, b", "&"));
  list.add(t, `minimum_${t}`, two, extreme("b, a", "|"));
  list.add(t, `raise_${t}`, two, `return select_${t}(less_${t}(a, b), b, a);`);
  list.add(t, `lower_${t}`, two, `return select_${t}(less_${t}(b, a), b, a);`);
}

/**
 * Numbers divided by one that they share, given its reciprocal rounded to nearest: the residue of a quotient mends it, twice, and then
 * it is what division gives, to the last bit. That holds while nothing comes near the ends of the range; else they are divided.
 *
 * Source: P. Markstein, "Computation of elementary functions on the IBM RISC System/6000 processor", 1990.
 */
function addSharedDivision(list: FunctionList, { lanes }: Width): void {
  const [t, u] = [`f32x${lanes}`, `u32x${lanes}`];
  const [lowest, span] = ["0x21800000u", "0x3c000000u"];
  const body = [
    `${u} size = (${u})a & 0x7fffffffu;`,
    `b${lanes} usual = less_${u}(size - splat_${u}(${lowest}), splat_${u}(${span})) | equal_${u}((${u})a, (${u}){});`,
    `${t} d = splat_${t}(b);`,
    `if (!all_b${lanes}(usual) || (u32_bits_f32(b) & 0x7fffffffu) - ${lowest} >= ${span}) return a / d;`,
    `${t} r = splat_${t}(reciprocal), q = a * r;`,
    `q = fma_${t}(fnma_${t}(q, d, a), r, q);`,
    `return fma_${t}(fnma_${t}(q, d, a), r, q);`,
  ];
  list.add(t, `divideAll_${t}`, `${t} a, f32 b, f32 reciprocal`, body.join(" "));
}

function addIntegers(list: FunctionList, width: Width, number: Number): void {
  const { lanes } = width;
  const t = typeOf(number, lanes);
  const two = `${t} a, ${t} b`;
  const zero = `(${t}){}`;
  list.add(t, `maximum_${t}`, two, `return select_${t}(less_${t}(a, b), b, a);`);
  list.add(t, `minimum_${t}`, two, `return select_${t}(less_${t}(b, a), b, a);`);
  const bits = number === "i64" ? 64 : 32;
  const unsigned = number === "i64" ? "" : `(u32x${lanes})`;
  const isWithin =
    number === "i64"
      ? `(lessEqual_${t}(${zero}, b) & less_${t}(b, splat_${t}(${bits})))`
      : `less_u32x${lanes}(${unsigned}b, splat_u32x${lanes}(${bits}))`;
  list.add(t, `shiftLeft_${t}`, two, `return select_${t}(${isWithin}, a << (b & ${bits - 1}), ${zero});`);
  if (number === "u32") {
    list.add(t, `shiftRight_${t}`, two, `return select_${t}(${isWithin}, a >> (b & 31), ${zero});`);
    list.add(t, `abs_${t}`, `${t} a`, "return a;");
    list.add(t, `sign_${t}`, `${t} a`, `return select_${t}(equal_${t}(a, ${zero}), ${zero}, splat_${t}(1));`);
    return;
  }
  list.add(t, `shiftRight_${t}`, two, `return a >> select_${t}(${isWithin}, b, splat_${t}(${bits - 1}));`);
  list.add(t, `abs_${t}`, `${t} a`, `return select_${t}(less_${t}(a, ${zero}), -a, a);`);
  const [one, none] = [`splat_${t}(1)`, zero];
  list.add(
    t,
    `sign_${t}`,
    `${t} a`,
    `return select_${t}(less_${t}(${zero}, a), ${one}, select_${t}(less_${t}(a, ${zero}), -${one}, ${none}));`,
  );
}

function addBytes(list: FunctionList, { lanes }: Width): void {
  const t = `u32x${lanes}`;
  const isWithin = `less_${t}(b, splat_${t}(8))`;
  const two = `${t} a, ${t} b`;
  list.add(t, `shiftLeftByte_${t}`, two, `return select_${t}(${isWithin}, (a << (b & 7)) & 255u, (${t}){});`);
  list.add(t, `shiftRightByte_${t}`, two, `return select_${t}(${isWithin}, a >> (b & 7), (${t}){});`);
  for (const [name, edge] of [
    ["clampI8", 127],
    ["clampI16", 32767],
  ] as const) {
    const s = `i32x${lanes}`;
    list.add(
      s,
      `${name}_${s}`,
      `${s} a`,
      `return maximum_${s}(minimum_${s}(a, splat_${s}(${edge})), splat_${s}(${-edge - 1}));`,
    );
  }
}

/** The ends of the range of integers, and the first float beyond. */
const ranges = {
  i32: ["INT32_MIN", "INT32_MAX", "-2147483648.0", "2147483648.0"],
  u32: ["0", "UINT32_MAX", "0.0", "4294967296.0"],
  i64: ["INT64_MIN", "INT64_MAX", "-9223372036854775808.0", "9223372036854775808.0"],
} as const;

function addConversion(list: FunctionList, { lanes }: Width, from: Number, to: Number): void {
  const [t, s] = [typeOf(to, lanes), typeOf(from, lanes)];
  const isFloat = from === "f32" || from === "f64";
  const convert = (value: string) => `__builtin_convertvector(${value}, ${t})`;
  const name = `${to}_from_${s}`;
  const bytes = (number: Number) => (number === "f64" || number === "i64" ? 8 : 4);
  if (bytes(from) === bytes(to)) list.add(t, `${to}_bits_${s}`, `${s} a`, `return (${t})a;`);
  if (!isFloat || to === "f32" || to === "f64") return list.add(t, name, `${s} a`, `return ${convert("a")};`);
  const [lowest, highest, least, most] = ranges[to];
  const body = [
    `b${lanes} above = lessEqual_${s}(splat_${s}(${most}), a), within = lessEqual_${s}(splat_${s}(${least}), a) & not_b${lanes}(above);`,
    `${t} r = ${convert(`select_${s}(within, a, (${s}){})`)};`,
    `r = select_${t}(above, splat_${t}(${highest}), r);`,
    `return select_${t}(less_${s}(a, splat_${s}(${least})), splat_${t}(${lowest}), r);`,
  ];
  list.add(t, name, `${s} a`, body.join(" "));
}

function addHalves(list: FunctionList, { lanes }: Width): void {
  const [f, i, u] = [`f32x${lanes}`, `i32x${lanes}`, `u32x${lanes}`];
  list.add(f, `f32_from_bf16x${lanes}`, `${i} a`, `return (${f})(a << 16);`);
  list.add(
    i,
    `bf16_from_f32x${lanes}`,
    `${f} a`,
    `${u} bits = (${u})a; ${i} r = (${i})(bits + 0x7fff + ((bits >> 16) & 1)) >> 16; return select_${i}(equal_${f}(a, a), r, splat_${i}(0x7fc0));`,
  );
  list.add(f, `f32_from_f16x${lanes}`, `${i} a`, `${f} r; ${loop(lanes, "r[l] = f32_from_f16(a[l]);")} return r;`);
  list.add(i, `f16_from_f32x${lanes}`, `${f} a`, `${i} r; ${loop(lanes, "r[l] = f16_from_f32(a[l]);")} return r;`);
}

/** Loads and stores of neighbours, of the first `n` of them, and of what lies anywhere. */
function addMemory(list: FunctionList, { lanes }: Width, numbers: readonly Number[]): void {
  const [b, i] = [`b${lanes}`, `i32x${lanes}`];
  const stored = [...numbers.map((number) => [number, number] as const), ["i8", "i32"], ["u8", "u32"], ["i16", "i32"]];
  for (const [memory = "", held = ""] of stored) {
    const [t, m] = [`${held}x${lanes}`, `m_${memory}x${lanes}`];
    const pointer = `const m_${memory} *p`;
    const whole =
      memory === held ? `return *(const ${m} *)p;` : `return __builtin_convertvector(*(const ${m} *)p, ${t});`;
    list.add(t, `load_${memory}x${lanes}`, pointer, whole);
    const kept = memory === held ? "a" : `__builtin_convertvector(a, ${m})`;
    list.add("void", `store_${memory}x${lanes}`, `m_${memory} *p, ${t} a`, `*(${m} *)p = ${kept};`);
    list.add(
      t,
      `loadSome_${memory}x${lanes}`,
      `${pointer}, ix n`,
      `${t} r = {}; ${loop(lanes, "if (l < n) r[l] = p[l];")} return r;`,
    );
    list.add(
      "void",
      `storeSome_${memory}x${lanes}`,
      `m_${memory} *p, ${t} a, ix n`,
      `${loop(lanes, "if (l < n) p[l] = a[l];")}`,
    );
    list.add(
      t,
      `gather_${memory}x${lanes}`,
      `${pointer}, ${i} at`,
      `${t} r; ${loop(lanes, "r[l] = p[at[l]];")} return r;`,
    );
    list.add(
      t,
      `gatherSome_${memory}x${lanes}`,
      `${pointer}, ${i} at, ix n`,
      `${t} r = {}; ${loop(lanes, "if (l < n) r[l] = p[at[l]];")} return r;`,
    );
    list.add("void", `scatter_${memory}x${lanes}`, `m_${memory} *p, ${i} at, ${t} a`, loop(lanes, "p[at[l]] = a[l];"));
    list.add(
      "void",
      `scatterSome_${memory}x${lanes}`,
      `m_${memory} *p, ${i} at, ${t} a, ix n`,
      loop(lanes, "if (l < n) p[at[l]] = a[l];"),
    );
  }
  const asMask = (vector: string) => `mask_${i}((${i})${vector})`;
  const ofMask = `(u32x${lanes})(ones_${b}(a) & 1)`;
  for (const [suffix, rest, more] of [
    ["", "", ""],
    ["Some", ", ix n", ", n"],
  ] as const) {
    const name = (op: string, memory: string) => `${op}${suffix}_${memory}x${lanes}`;
    list.add(b, name("load", "bool"), `const m_bool *p${rest}`, `return ${asMask(`${name("load", "u8")}(p${more})`)};`);
    list.add(
      b,
      name("gather", "bool"),
      `const m_bool *p, ${i} at${rest}`,
      `return ${asMask(`${name("gather", "u8")}(p, at${more})`)};`,
    );
    list.add("void", name("store", "bool"), `m_bool *p, ${b} a${rest}`, `${name("store", "u8")}(p, ${ofMask}${more});`);
    list.add(
      "void",
      name("scatter", "bool"),
      `m_bool *p, ${i} at, ${b} a${rest}`,
      `${name("scatter", "u8")}(p, at, ${ofMask}${more});`,
    );
  }
}

const reductions = {
  add: (_: string, a: string, b: string) => `${a} + ${b}`,
  multiply: (_: string, a: string, b: string) => `${a} * ${b}`,
  maximum: (t: string, a: string, b: string) => `maximum_${t}(${a}, ${b})`,
  minimum: (t: string, a: string, b: string) => `minimum_${t}(${a}, ${b})`,
  and: (_: string, a: string, b: string) => `${a} & ${b}`,
  or: (_: string, a: string, b: string) => `${a} | ${b}`,
  xor: (_: string, a: string, b: string) => `${a} ^ ${b}`,
} as const;

/** All lanes brought together, always in the same order: halves, then halves of those. */
function addReductions(list: FunctionList, width: Width, numbers: readonly Number[]): void {
  const { lanes } = width;
  for (const number of numbers) {
    const t = typeOf(number, lanes);
    const isFloat = number === "f32" || number === "f64";
    const integer = typeOf(number === "f64" || number === "i64" ? "i64" : "i32", lanes);
    for (const [op, combine] of Object.entries(reductions)) {
      if (isFloat && (op === "and" || op === "or" || op === "xor")) continue;
      let body = "";
      for (let half = lanes / 2; half >= 1; half /= 2) {
        const order = lanesOf(lanes).map((lane) => lane ^ half);
        body += `{ ${t} b = SHUFFLE(a, ${integer}, ${order.join(", ")}); a = ${combine(t, "a", "b")}; } `;
      }
      list.add(number, `reduce_${op}_${t}`, `${t} a`, `${body}return a[0];`);
    }
  }
  const b = `b${lanes}`;
  for (const [op, name] of [
    ["and", "all"],
    ["minimum", "all"],
    ["or", "any"],
    ["maximum", "any"],
    ["xor", "odd"],
  ] as const)
    list.add("b1", `reduce_${op}_${b}`, `${b} a`, `return ${name}_${b}(a);`);
}

/** What shuffles are called. */
export const shuffleMacro = `#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, I, ...) __builtin_shufflevector(a, a, __VA_ARGS__)
#else
#define SHUFFLE(a, I, ...) __builtin_shuffle(a, (I){ __VA_ARGS__ })
#endif`;
