/**
 * The kernel language: one loop nest between barriers, as plain data that can be cloned, printed, verified,
 * interpreted (`device/interpreter` is its definition) and rendered for every target. Kernels know no addresses
 * and no sizes: both are arguments of the launch, so layers of the same structure share one kernel.
 */
import type { Dtype } from "../shape/dtype.ts";
import type { Expression } from "./expression.ts";
import type { ReduceOp } from "./scalarOps.ts";

/** What a kernel does with a buffer: its declared effect. */
export type Access = "read" | "write" | "readwrite";

/** A buffer argument: elements of one dtype. */
export interface KernelBuffer {
  readonly dtype: Dtype;
  readonly access: Access;
}

/**
 * How the iterations of a loop may run. All modes mean what `serial` means, up to the order in which
 * `accumulate` adds. `parallel`: iterations are independent, threads may share them. `vector`: iterations are
 * independent except for `accumulate`, so that `lanes` of them may run at once (a target keeps each value in as
 * many registers as that takes, and runs what is left over in smaller steps); no vector loop stands inside.
 */
export type LoopMode = "serial" | "parallel" | "vector";

/** One step of a kernel. */
export type Statement =
  /** Names a value. */
  | { readonly kind: "let"; readonly local: number; readonly value: Expression }
  /** Declares state that a loop inside carries along. */
  | { readonly kind: "carry"; readonly local: number; readonly initial: Expression }
  /** Replaces carried state. */
  | { readonly kind: "update"; readonly local: number; readonly value: Expression }
  /** Reduces a value into carried state: state = op(state, value), in an order that is the target's to choose. */
  | { readonly kind: "accumulate"; readonly local: number; readonly op: ReduceOp; readonly value: Expression }
  /** Runs `body` for local = start, start + step, … below stop. */
  | {
      readonly kind: "loop";
      readonly local: number;
      readonly start: Expression;
      readonly stop: Expression;
      readonly step: number;
      readonly mode: LoopMode;
      /** Iterations at once in a vector loop (a power of two, its step is 1); 1 in the other modes. */
      readonly lanes: number;
      /** The number of iterations of a vector loop is known to be a multiple of this power of two, which is not above `lanes`. */
      readonly multiple?: number;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "store";
      readonly buffer: number;
      readonly index: Expression;
      readonly value: Expression;
      /** A hint, which changes no value: what lies so many elements further on will be stored to soon, if it exists. */
      readonly ahead?: number;
    }
  | TileProduct
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    };

/** Terms in a row of a tile, and rows of a tile; columns are as many as rows. */
export const tileTerms = 32;
export const tileRows = 16;

/** Numbers of the sums, the left and the right operand of a product of tiles. */
export type OfProduct<T> = readonly [sums: T, left: T, right: T];

/** Whole numbers that tiles multiply. */
export type Byte = "i8" | "u8";

/**
 * A product of tiles, for machines that multiply them whole: sums[row][column] += Σ left[row][term] · right[term][column] in f32, in an
 * order that is the target's to choose. Sums are f32. Left is bf16, the terms of a row side by side; or u32, which is the same
 * memory in words of two terms, the first in the lower half. Right is u32: the terms 2p and 2p + 1 of a column are such a word, columns
 * side by side. Of `bytes`, sums are i32 and wrap, and both operands are u32: words of four terms, the first in the lowest byte, of which a
 * row has 16 and so 64 terms. Only targets with `tiles` are given any.
 */
export interface TileProduct {
  readonly kind: "multiply";
  readonly buffers: OfProduct<number>;
  /** Where the first element of each is. */
  readonly indices: OfProduct<Expression>;
  /** Elements from row to row of the sums and of left, and from pair to pair of right. */
  readonly apart: OfProduct<Expression>;
  /** Nested loops, the outermost first, each of whose iterations brings a row of terms more: how many, and how far left and right move. */
  readonly steps: readonly (readonly [count: Expression, left: Expression, right: Expression])[];
  /** Rows and columns: one tile or two. */
  readonly rows: number;
  readonly columns: number;
  /** The sums begin at 0, whatever lies there. */
  readonly isFirst: boolean;
  /** What left and right are, where they are not bf16. */
  readonly bytes?: readonly [left: Byte, right: Byte];
}

/** A loop nest with its arguments. */
export interface Kernel {
  /** Short name for people, made of what it computes: `contract_add_maximum`. Not part of its structure. */
  readonly name: string;
  readonly buffers: readonly KernelBuffer[];
  /** Number of size arguments. */
  readonly sizes: number;
  /** Dtype of each local, by number. */
  readonly locals: readonly Dtype[];
  readonly body: readonly Statement[];
}

/** Terms of a product of tiles in an element of `buffer`. */
export function termsIn({ buffers }: Kernel, buffer: number): 1 | 2 {
  return buffers[buffer]?.dtype === "u32" ? 2 : 1;
}
