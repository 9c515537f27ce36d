/**
 * Into how many chunks a launch of a kernel is cut. Long ones are cut even for one thread: code that was entered before it
 * was optimized stays slow until it returns, so it has to return now and then.
 */
import { type Cost, costOf } from "../../kernel/cost.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { countUnits, dividedLoops } from "../../kernel/units.ts";

/** How a kernel is run: `units` of it, `chunk` at a time. */
export interface Chunks {
  readonly units: number;
  readonly chunk: number;
  readonly chunks: number;
  /** Is it enough work to share between threads, and even to wake those that sleep? */
  readonly isShared: boolean;
  readonly wakes: boolean;
  readonly work: number;
}

/** How much work is worth what. One unit of work takes about a tenth of a nanosecond in vectors, a nanosecond without. */
export interface Grain {
  /** Work of a chunk, at least. */
  readonly chunk: number;
  /** Work of a kernel for which sleeping helpers are woken: that takes tens of microseconds. */
  readonly wake: number;
  /** Work of that kind, of all launches together, from which on helpers are started: that takes tens of milliseconds. */
  readonly hire: number;
}

/** Chunks of about ten microseconds. */
export const usualGrain: Grain = { chunk: 1 << 17, wake: 1 << 20, hire: 1 << 28 };

/** More chunks than this do not make threads more even. */
const mostChunks = 256;

/** The chunks of a launch of `kernel` with `sizes`. */
export function chunksOf(kernel: Kernel, sizes: readonly number[], grain: Grain): Chunks {
  const loops = dividedLoops(kernel.body);
  if (loops.length === 0) return { units: 1, chunk: 1, chunks: 1, isShared: false, wakes: false, work: 0 };
  const units = countUnits(loops, sizes);
  const work = workOf(costOf(kernel, sizes));
  const wanted = Math.min(units, mostChunks, Math.ceil(work / grain.chunk));
  const chunk = Math.max(1, Math.ceil(units / Math.max(1, wanted)));
  const chunks = Math.ceil(units / chunk);
  return { units, chunk, chunks, isShared: chunks > 1, wakes: chunks > 1 && work >= grain.wake, work };
}

function workOf({ operations, bytes }: Cost): number {
  return operations + bytes / 4;
}
