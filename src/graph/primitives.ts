/**
 * The vocabulary of the graph: every operation that a program can consist of, in groups. All else is composed
 * of these. Each primitive has a row in `typeRules.ts`, in the three rule tables of `transforms/`, and in
 * `compile/lower`; adding one here makes the type checker name each table that lacks it.
 */
import type { Dtype } from "../shape/dtype.ts";
import type { Shape } from "../shape/shape.ts";
import type { RegionSignature } from "./tensorType.ts";

type Nothing = Readonly<Record<never, never>>;

/** Where indices point: positions along `axis`, of which the first `batch` axes choose a list each; batch ≤ axis. */
export interface IndexedAxis {
  readonly axis: number;
  readonly batch: number;
}

/** How a recurrence joins what was with what comes. */
export type RecurrenceKind = "linear" | "maximum" | "minimum";

/** What an indexed write makes of the element that is there and the update for it. */
export type Combine = "set" | "add" | "multiply" | "max" | "min";

/** A derivative that is given, not derived; `transforms/` knows what there is to it. */
export interface DerivativeRule {
  readonly name: string;
}

/** What each primitive needs to know besides its inputs. */
export interface PrimitiveParams {
  // Leaves
  /** Data that exists already, or will when the program runs: an argument, a parameter, a result that was computed. */
  source: { readonly shape: Shape; readonly dtype: Dtype };
  /** One number. */
  constant: { readonly value: number; readonly dtype: Dtype };
  /** Positions along `axis`: 0, 1, 2, … */
  iota: { readonly shape: Shape; readonly axis: number; readonly dtype: Dtype };

  // Maps of one tensor
  /** The value itself. `blocksGradient`: derivatives stop here. */
  identity: { readonly blocksGradient: boolean };
  negative: Nothing;
  abs: Nothing;
  sign: Nothing;
  floor: Nothing;
  ceil: Nothing;
  round: Nothing;
  sqrt: Nothing;
  exp: Nothing;
  expm1: Nothing;
  log: Nothing;
  log1p: Nothing;
  sin: Nothing;
  cos: Nothing;
  tanh: Nothing;
  sigmoid: Nothing;
  erf: Nothing;
  erfc: Nothing;
  logicalNot: Nothing;
  astype: { readonly dtype: Dtype };
  /** The same bits as another dtype of equal size. */
  bitcast: { readonly dtype: Dtype };

  // Maps of two tensors of equal shape and dtype
  add: Nothing;
  subtract: Nothing;
  multiply: Nothing;
  divide: Nothing;
  floorDivide: Nothing;
  remainder: Nothing;
  pow: Nothing;
  maximum: Nothing;
  minimum: Nothing;
  equal: Nothing;
  less: Nothing;
  lessEqual: Nothing;
  bitwiseAnd: Nothing;
  bitwiseOr: Nothing;
  bitwiseXor: Nothing;
  bitwiseLeftShift: Nothing;
  bitwiseRightShift: Nothing;

  // Map of three: condition, where it holds, where it does not
  where: Nothing;

  // Views: every element of the result is an element of the input, or the padding
  reshape: { readonly shape: Shape };
  /** Axis i of the result is axis axes[i] of the input. */
  permuteDims: { readonly axes: readonly number[] };
  /** Axes of size 1 are repeated up to `shape`, which has the same rank. */
  broadcast: { readonly shape: Shape };
  /** Elements starts[i] + steps[i]·k for k below shape[i]; steps may be negative. */
  slice: { readonly starts: readonly number[]; readonly steps: readonly number[]; readonly shape: Shape };
  /** `low` and `high` elements of `value` around the input. */
  pad: { readonly low: readonly number[]; readonly high: readonly number[]; readonly value: number };
  concat: { readonly axis: number };
  /**
   * Indexed read: the elements of the first input at the positions along `axis` that the second, of i32, says; its axes
   * stand in the place of `axis`. The first `batch` axes belong to both. Positions that do not exist give `value`; where that is
   * null, all of them are known to exist.
   */
  gather: IndexedAxis & { readonly value: number | null };

  /** The first input, with a derivative of its own: result `output` of a function of the other inputs that `rule` differentiates. */
  call: { readonly rule: DerivativeRule; readonly output: number };
  /** The first input, but not before the others are computed. Never one with the first: what follows is computed anew. */
  after: Nothing;

  /**
   * Indexed write: the first input with the third combined into the positions along `axis` that the second, of i32, says, one
   * update after the other in order; positions that do not exist are left out. The third has the shape that `gather` gives.
   */
  scatter: IndexedAxis & { readonly combine: Combine };

  /**
   * Hands out places, the step that sorts by counting. The first input, i32 [rows, chunks, buckets], has the place of the first
   * element of each bucket in each chunk; the second, i32 [rows, chunks, length], has the bucket of each element. Elements of
   * one bucket take one place after the other, in order. The result, i32, has for each row the places that would be next,
   * flat, and then for each further input, of i32 and the shape of the second, its elements at their places. All
   * buckets are known to exist, and each of the chunks · length places of a row to be taken by one element.
   */
  distribute: Nothing;

  // Reductions; the axes vanish
  sum: { readonly axes: readonly number[] };
  prod: { readonly axes: readonly number[] };
  max: { readonly axes: readonly number[] };
  min: { readonly axes: readonly number[] };

  /**
   * A recurrence along `axis` of inputs a and b, which begins with h₋₁ = `initial`; from the last position to the first where
   * `isReversed`. `linear`: hᵢ = aᵢ · hᵢ₋₁ + bᵢ; cumulative sums have a = 1, cumulative products b = 0 and initial = 1.
   * `maximum`: hᵢ = max(aᵢ + hᵢ₋₁, bᵢ), and `minimum` so; cumulative maxima have a = 0.
   */
  recurrence: {
    readonly kind: RecurrenceKind;
    readonly axis: number;
    readonly isReversed: boolean;
    readonly initial: number;
  };

  /**
   * The one linear primitive: a sum of products over named axes. `left`, `right` and `output` name the axes of
   * the operands and of the result by number; a name in both operands and not in the output is summed, in all
   * three is a batch axis, in one operand and the output is free. Products are added in dtype `accumulate`,
   * one that kernels compute in.
   */
  contract: {
    readonly left: readonly number[];
    readonly right: readonly number[];
    readonly output: readonly number[];
    /** Axes of one operand that slide along another's: convolutions. */
    readonly windows: readonly Window[];
    readonly accumulate: Dtype;
    readonly dtype: Dtype;
  };

  // Regions: functions of their own, which run many times or not at all. `project` reads one of their results.
  /**
   * Runs `body` for each of `length` steps. Inputs: `carries` tensors handed on from step to step, `slices` tensors whose
   * first axis is the steps (the last one first where `isReversed`), and tensors that are the same in each step; the body
   * takes them in this order and gives the carries, then what is to be stacked. Results: the last carries, the
   * stacks, and for each carry the stack of what it was before each step.
   */
  scan: {
    readonly body: RegionSignature;
    readonly length: number;
    readonly carries: number;
    readonly slices: number;
    readonly isReversed: boolean;
  };
  /** Runs `body` while `condition` gives true. Inputs and results: `carries` tensors; both also take the inputs after them. */
  whileLoop: { readonly condition: RegionSignature; readonly body: RegionSignature; readonly carries: number };
  /** Runs the first branch where the first input is true, else the second, on the other inputs. */
  cond: { readonly branches: readonly [RegionSignature, RegionSignature] };
  /** Result number `index` of a region. */
  project: { readonly index: number; readonly shape: Shape; readonly dtype: Dtype };
}

/**
 * Ties three axes of a contraction: position `input` = stride · `output` + dilation · `kernel`. One operand has the
 * input axis, the other the kernel axis, the result the output axis, of `size` positions; all of them lie inside the input.
 */
export interface Window {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly size: number;
}

/** Name of a primitive. */
export type Primitive = keyof PrimitiveParams;

/** How a primitive relates elements of its result to elements of its inputs. */
export type Family =
  | "leaf"
  | "map"
  | "view"
  | "scatter"
  | "distribute"
  | "reduce"
  | "recurrence"
  | "contract"
  | "region"
  | "project";

/** What the compiler may know of a primitive without naming it. */
export interface PrimitiveTraits {
  readonly family: Family;
  readonly inputs: number | "any";
}

const leaf = { family: "leaf", inputs: 0 } as const;
const unary = { family: "map", inputs: 1 } as const;
const binary = { family: "map", inputs: 2 } as const;
const view = { family: "view", inputs: 1 } as const;
const region = { family: "region", inputs: "any" } as const;
const reduction = { family: "reduce", inputs: 1 } as const;

/** Traits of every primitive. */
export const primitives = {
  source: leaf,
  constant: leaf,
  iota: leaf,
  identity: unary,
  negative: unary,
  abs: unary,
  sign: unary,
  floor: unary,
  ceil: unary,
  round: unary,
  sqrt: unary,
  exp: unary,
  expm1: unary,
  log: unary,
  log1p: unary,
  sin: unary,
  cos: unary,
  tanh: unary,
  sigmoid: unary,
  erf: unary,
  erfc: unary,
  logicalNot: unary,
  astype: unary,
  bitcast: unary,
  add: binary,
  subtract: binary,
  multiply: binary,
  divide: binary,
  floorDivide: binary,
  remainder: binary,
  pow: binary,
  maximum: binary,
  minimum: binary,
  equal: binary,
  less: binary,
  lessEqual: binary,
  bitwiseAnd: binary,
  bitwiseOr: binary,
  bitwiseXor: binary,
  bitwiseLeftShift: binary,
  bitwiseRightShift: binary,
  where: { family: "map", inputs: 3 },
  reshape: view,
  permuteDims: view,
  broadcast: view,
  slice: view,
  pad: view,
  concat: { family: "view", inputs: "any" },
  gather: { family: "view", inputs: 2 },
  call: { family: "view", inputs: "any" },
  after: { family: "view", inputs: "any" },
  distribute: { family: "distribute", inputs: "any" },
  scatter: { family: "scatter", inputs: 3 },
  sum: reduction,
  prod: reduction,
  max: reduction,
  min: reduction,
  recurrence: { family: "recurrence", inputs: 2 },
  contract: { family: "contract", inputs: 2 },
  scan: region,
  whileLoop: region,
  cond: region,
  project: { family: "project", inputs: 1 },
} as const satisfies { readonly [P in Primitive]: PrimitiveTraits };

/** Primitives of one family. */
export type PrimitiveOf<F extends Family> = {
  [P in Primitive]: (typeof primitives)[P]["family"] extends F ? P : never;
}[Primitive];
