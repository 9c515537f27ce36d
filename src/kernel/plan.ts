/**
 * Plans: what a compiled function becomes. A tree of commands over fixed memory, as plain data: it can be
 * printed, profiled, cloned to a worker, saved and loaded. A device prepares a plan once and then runs it with
 * one call; no JavaScript runs between its kernels.
 */
import type { Kernel } from "./kernel.ts";

/**
 * Where a buffer of the plan lives. `external`: given at each run, in order (inputs, state, results).
 * `arena`: bytes at an offset of the plan's own scratch memory, reused once nothing needs them.
 * `constant`: data kept with the plan.
 */
export type Slot =
  | { readonly kind: "external"; readonly position: number; readonly bytes: number }
  | { readonly kind: "arena"; readonly offset: number; readonly bytes: number }
  | { readonly kind: "constant"; readonly data: Uint8Array; readonly bytes: number };

/** One step of a plan. Numbers are positions in the plan's lists of kernels and slots. */
export type Command =
  | {
      readonly kind: "kernel";
      readonly kernel: number;
      readonly slots: readonly number[];
      readonly sizes: readonly number[];
      /** For profiles and errors: what it computes, and the user's lines it comes from. */
      readonly label: string;
      readonly origins: readonly string[];
      /** For profiles too: operations of the graph and paths of layers that it is made of, each once. */
      readonly computes?: readonly string[];
      readonly layers?: readonly string[];
    }
  | { readonly kind: "copy"; readonly from: number; readonly to: number; readonly bytes: number }
  /** Runs `body` `count` times; before each, the iteration's number is written to slot `counter` as an i32. */
  | { readonly kind: "loop"; readonly count: number; readonly counter: number; readonly body: readonly Command[] }
  /** Runs `body` as long as the bool in slot `condition` is true before it. */
  | { readonly kind: "while"; readonly condition: number; readonly body: readonly Command[] }
  /** Runs `body` where the bool in slot `predicate` is true, else `otherwise`. */
  | {
      readonly kind: "cond";
      readonly predicate: number;
      readonly body: readonly Command[];
      readonly otherwise: readonly Command[];
    };

/** A program over fixed memory. */
export interface Plan {
  readonly slots: readonly Slot[];
  /** Bytes of scratch memory. */
  readonly arenaBytes: number;
  /** How many external buffers a run is given. */
  readonly externals: number;
  readonly kernels: readonly Kernel[];
  readonly commands: readonly Command[];
}

/** The commands that stand inside `command`. */
export function commandsIn(command: Command): readonly Command[] {
  if (command.kind === "cond") return [...command.body, ...command.otherwise];
  return command.kind === "loop" || command.kind === "while" ? command.body : [];
}
