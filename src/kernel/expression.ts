/**
 * Expressions of the kernel language: typed scalar values, as plain data. Indices are expressions of dtype i32,
 * in elements. Expressions form a graph with sharing: the same object twice is the same value twice, computed
 * once (`compile/` places shared values in locals). All inputs of an operation are evaluated, both sides of a
 * `select` too: loads have to be in range even where their value is not taken. `kernel.ts` has the statements.
 */
import type { Dtype } from "../shape/dtype.ts";
import type { ScalarOp } from "./scalarOps.ts";

/** A scalar value of the kernel language. `buffer`, `size` and `local` are positions in the kernel's own lists. */
export type Expression =
  | { readonly kind: "literal"; readonly dtype: Dtype; readonly value: number }
  /** A whole number handed in at the launch: an extent, a stride, an offset. */
  | { readonly kind: "size"; readonly dtype: "i32"; readonly size: number }
  /** A loop's position, a `let`, or carried state: every name in a kernel is declared once. */
  | { readonly kind: "local"; readonly dtype: Dtype; readonly local: number }
  /** An element of a buffer. The index may itself hold loads: indirect addresses. */
  | { readonly kind: "load"; readonly dtype: Dtype; readonly buffer: number; readonly index: Expression }
  | { readonly kind: "apply"; readonly dtype: Dtype; readonly op: ScalarOp; readonly inputs: readonly Expression[] }
  /** A conversion of value: float to integer truncates toward zero and saturates, NaN gives 0; to bool asks "is not zero". */
  | { readonly kind: "cast"; readonly dtype: Dtype; readonly input: Expression }
  /** The same bits read as another dtype of equal size. */
  | { readonly kind: "bitcast"; readonly dtype: Dtype; readonly input: Expression };
