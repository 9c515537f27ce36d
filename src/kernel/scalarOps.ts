/**
 * The vocabulary of scalar operations: what one loop can compute from one, two or three numbers. Each row says
 * what the operation takes and gives; `meaning.ts` says what it means, and every render target spells it.
 * Adding a row makes the type checker name each table that lacks it.
 */
import { computedIn, type Dtype, dtypes } from "../shape/dtype.ts";

/** What a scalar operation takes and gives. `domain`: kinds of dtype it is defined on; `result`: its own dtype, or bool. */
export interface ScalarTraits {
  readonly arity: 1 | 2 | 3;
  readonly domain: "float" | "number" | "bits" | "bool" | "any";
  readonly result: "same" | "bool";
  /** Found by a long computation rather than one instruction: targets take polynomials, and results may differ in the last places. */
  readonly transcendental?: true;
  /** On floats a loop, however exact: a call for each number, as long as many other operations. */
  readonly iterative?: true;
  /** Operands may change places. */
  readonly commutative?: true;
  /** The value that changes nothing, which makes the operation a reduction; at the ends of the dtype's range where named so. */
  readonly identity?: 0 | 1 | "lowest" | "highest" | "allBits";
}

/** Every scalar operation. `select(c, a, b)` is a where c holds, else b; `quotient` and `remainder` round toward minus infinity. */
export const scalarOps = {
  negative: { arity: 1, domain: "number", result: "same" },
  abs: { arity: 1, domain: "number", result: "same" },
  sign: { arity: 1, domain: "number", result: "same" },
  floor: { arity: 1, domain: "float", result: "same" },
  ceil: { arity: 1, domain: "float", result: "same" },
  round: { arity: 1, domain: "float", result: "same" },
  sqrt: { arity: 1, domain: "float", result: "same" },
  exp: { arity: 1, domain: "float", result: "same", transcendental: true },
  expm1: { arity: 1, domain: "float", result: "same", transcendental: true },
  log: { arity: 1, domain: "float", result: "same", transcendental: true },
  log1p: { arity: 1, domain: "float", result: "same", transcendental: true },
  sin: { arity: 1, domain: "float", result: "same", transcendental: true },
  cos: { arity: 1, domain: "float", result: "same", transcendental: true },
  tanh: { arity: 1, domain: "float", result: "same", transcendental: true },
  sigmoid: { arity: 1, domain: "float", result: "same", transcendental: true },
  erf: { arity: 1, domain: "float", result: "same", transcendental: true },
  erfc: { arity: 1, domain: "float", result: "same", transcendental: true },
  not: { arity: 1, domain: "bool", result: "bool" },
  add: { arity: 2, domain: "number", result: "same", commutative: true, identity: 0 },
  subtract: { arity: 2, domain: "number", result: "same" },
  multiply: { arity: 2, domain: "number", result: "same", commutative: true, identity: 1 },
  divide: { arity: 2, domain: "float", result: "same" },
  quotient: { arity: 2, domain: "number", result: "same", iterative: true },
  remainder: { arity: 2, domain: "number", result: "same", iterative: true },
  power: { arity: 2, domain: "float", result: "same", transcendental: true },
  maximum: { arity: 2, domain: "any", result: "same", commutative: true, identity: "lowest" },
  minimum: { arity: 2, domain: "any", result: "same", commutative: true, identity: "highest" },
  equal: { arity: 2, domain: "any", result: "bool", commutative: true },
  less: { arity: 2, domain: "any", result: "bool" },
  lessEqual: { arity: 2, domain: "any", result: "bool" },
  and: { arity: 2, domain: "bits", result: "same", commutative: true, identity: "allBits" },
  or: { arity: 2, domain: "bits", result: "same", commutative: true, identity: 0 },
  xor: { arity: 2, domain: "bits", result: "same", commutative: true, identity: 0 },
  shiftLeft: { arity: 2, domain: "bits", result: "same" },
  shiftRight: { arity: 2, domain: "bits", result: "same" },
  select: { arity: 3, domain: "any", result: "same" },
} as const satisfies Record<string, ScalarTraits>;

const domains: { readonly [D in ScalarTraits["domain"]]: (kind: (typeof dtypes)[Dtype]["kind"]) => boolean } = {
  float: (kind) => kind === "float",
  number: (kind) => kind !== "bool",
  bits: (kind) => kind !== "float",
  bool: (kind) => kind === "bool",
  any: () => true,
};

/** Is `op` defined on operands of `dtype`? Dtypes that are only stored are chosen among, and converted before all else. */
export function isDefined(op: ScalarOp, dtype: Dtype): boolean {
  return op === "select" || (computedIn(dtype) === dtype && domains[scalarOps[op].domain](dtypes[dtype].kind));
}

/** Name of a scalar operation. */
export type ScalarOp = keyof typeof scalarOps;

/** Scalar operations that can reduce: those with an identity. Derived, never listed. */
export type ReduceOp = {
  [Op in ScalarOp]: (typeof scalarOps)[Op] extends { identity: unknown } ? Op : never;
}[ScalarOp];

/** Every scalar operation, in the order of the table. */
export const allScalarOps = Object.keys(scalarOps) as readonly ScalarOp[];

/** Operations that are long computations. Derived, never listed. */
export const transcendentalOps: ReadonlySet<ScalarOp> = new Set(
  allScalarOps.filter((op) => "transcendental" in scalarOps[op]),
);
