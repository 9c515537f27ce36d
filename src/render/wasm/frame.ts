/** What all parts of the renderer share while they write one kernel. */
import type { Expression } from "../../kernel/expression.ts";
import type { Term } from "../../kernel/indexArithmetic.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import type { LaneShapes } from "../laneShapes.ts";
import type { Extreme } from "./extremes.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Access, AccessFacts, Loop } from "./loopFacts.ts";

/**
 * The wasm locals that hold a local of the kernel, as far as there are any. In a vector loop a value that is the same
 * in all lanes, or moves by a fixed step, has its first lane in `scalar`; `splat` repeats it; `parts` hold all lanes.
 */
export interface Storage {
  readonly scalar?: number;
  readonly splat?: number;
  readonly parts?: readonly number[];
  /** In place of `parts`, while a loop looks for the largest or smallest. */
  readonly extremes?: readonly Extreme[];
}

/** The vector loop around, and how many of its iterations run at once. */
export interface Lanes {
  readonly count: number;
  /** Are all of them truth values, sixteen to a vector? */
  readonly areBytes: boolean;
  readonly shapes: LaneShapes;
  /** The loop's own local. */
  readonly local: number;
  readonly wantedAsVectors: ReadonlySet<number>;
  readonly wantedAsScalars: ReadonlySet<number>;
}

/** An address as pointer + bytes · rest + offset, the first in a wasm local. */
export interface AddressPlan {
  readonly pointer: number;
  readonly rest: readonly Term[];
  readonly offset: number;
}

/** What a loop has prepared of the addresses inside it. */
export interface PreparedAddresses {
  planOf(access: Access): AddressPlan | undefined;
}

/** Writes the lanes of an expression, one v128 at a time. */
export interface LaneWriter {
  push(expression: Expression, part: number): void;
}

/** One kernel in the making. */
export interface Frame {
  readonly kernel: Kernel;
  readonly w: FunctionWriter;
  /** Wasm locals with the address of each buffer, and with each size. */
  readonly pointers: readonly number[];
  readonly sizes: readonly number[];
  /** Numbers of the imported functions. */
  readonly imports: ReadonlyMap<ScalarOp, number>;
  /** May relaxed vector instructions be used? */
  readonly isRelaxed: boolean;
  /** Are there numbers of 64 bits, of which a vector holds two? */
  readonly isWide: boolean;
  readonly storage: Map<number, Storage>;
  /** Is this a `select` whose last input should only run where it is wanted? */
  readonly isRare: (expression: Expression) => boolean;
  /** What each loop does to the addresses inside it. */
  readonly factsOf: (loop: Loop) => readonly AccessFacts[];
  /** Set inside a vector loop. */
  lanes: Lanes | undefined;
  /** What the innermost loop has prepared of its addresses. */
  addresses: PreparedAddresses | undefined;
}
