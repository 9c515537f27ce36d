/**
 * What is known of a CPU, and what follows for code that is compiled for it: the target that the compiler schedules for,
 * and the flags under which the rendered C means what the kernel language says. `device/native` finds the features.
 */
import { allScalarOps, transcendentalOps } from "../../kernel/scalarOps.ts";
import type { ProductTiles, Target } from "../../kernel/target.ts";
import { allDtypes } from "../../shape/dtype.ts";

/** The widest vector instructions that are used; `scalar` runs without any, on every machine that C compiles for. */
export type InstructionSet = "avx512" | "avx2" | "neon" | "scalar";

/** What rendering and scheduling need to know of a CPU. */
export interface CpuFeatures {
  /** `avx512` stands for its parts F, BW, DQ and VL; `avx2` for AVX2 with F16C. */
  readonly isa: InstructionSet;
  /** Has a·b + c with one rounding. */
  readonly fma: boolean;
  /** Has dot products of bf16, accumulated in f32. */
  readonly bf16: boolean;
  /** Has dot products of 8-bit integers, accumulated in i32. */
  readonly vnni: boolean;
  /** Has registers for tiles of bf16 and of bytes, and leave to use them: AMX. */
  readonly tiles?: boolean;
  /** Bytes of the data caches that one core has for itself, and of the last one, which all share. */
  readonly caches: { readonly l1: number; readonly l2: number; readonly l3: number };
}

/** Bytes of one vector register; 0 without. */
export const vectorBytesOf: { readonly [I in InstructionSet]: number } = { avx512: 64, avx2: 32, neon: 16, scalar: 0 };

/** Rows and vectors of the register tile: results, one row of vectors and one repeated number fill the registers. */
const tiles: { readonly [I in InstructionSet]: Target["tile"] } = {
  avx512: { rows: 13, vectors: 2 },
  avx2: { rows: 6, vectors: 2 },
  neon: { rows: 12, vectors: 2 },
  scalar: { rows: 4, vectors: 1 },
};

/** Of large products: fewer rows of more vectors load less for each multiplication, and read panels fewer times. */
const productTiles: { readonly [I in InstructionSet]?: Required<Pick<ProductTiles, "rows" | "vectors">> } = {
  avx512: { rows: 6, vectors: 4 },
};

/** The target that kernels are scheduled for on a CPU with `features`. */
export function targetOf({ isa, tiles: hasTiles, caches: { l1, l2 } }: CpuFeatures): Target {
  const products = productTiles[isa];
  return {
    name: "native",
    dtypes: allDtypes,
    convertsStored: true,
    optimize: true,
    vectorBytes: vectorBytesOf[isa],
    tile: tiles[isa],
    ...(products === undefined ? {} : { products }),
    caches: { fast: l1 / 2, inner: 0.6 * l1, near: l2 / 4, held: l2 / 2 },
    ...(isa === "avx512" ? { gathers: true, masks: true } : {}),
    ...(hasTiles === true ? { tiles: true } : {}),
    shortSum: 64,
    // Polynomials in place of transcendental functions run in vectors, and are the same on every device
    nativeOps: new Set(allScalarOps.filter((op) => !transcendentalOps.has(op))),
  };
}

/** Flags of gcc and clang for the instructions that rendered kernels use. */
const instructionFlags: { readonly [I in InstructionSet]: readonly string[] } = {
  avx512: [
    "-mavx512f",
    "-mavx512bw",
    "-mavx512dq",
    "-mavx512vl",
    "-mavx2",
    "-mf16c",
    "-mbmi2",
    "-mprefer-vector-width=512",
  ],
  avx2: ["-mavx2", "-mf16c", "-mbmi2"],
  neon: [],
  scalar: [],
};

/**
 * Flags that rendered kernels need: the instructions of the CPU, integers that wrap, products that are contracted where
 * the source says so and nowhere else. Never `-ffast-math`, which changes modes of the whole process.
 */
export function flagsOf({ isa, fma }: CpuFeatures): readonly string[] {
  const hasFlag = isa === "avx512" || isa === "avx2";
  return [
    "-std=gnu11",
    "-fwrapv",
    "-fno-math-errno",
    "-ffp-contract=off",
    "-fno-strict-aliasing",
    ...instructionFlags[isa],
    ...(fma && hasFlag ? ["-mfma"] : []),
  ];
}
