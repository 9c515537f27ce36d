/** Into how many pieces a launch of a kernel is worth cutting, on threads that share memory and a cache. */
import { type Cost, costOf } from "../../kernel/cost.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { countUnits, dividedLoops } from "../../kernel/units.ts";

/** How a kernel is run: `units` of it in at most `parts` pieces; 1 is not shared. */
export interface Pieces {
  readonly units: number;
  readonly parts: number;
  /** Is it enough work to wake threads that sleep? */
  readonly wakes: boolean;
}

/** How much work is worth what. One unit of work takes about a twentieth of a nanosecond in vectors, half a one without. */
export interface Grain {
  /** Work of a kernel from which on it is shared: handing it over takes about a microsecond. */
  readonly share: number;
  /** Work of a piece, at least. */
  readonly piece: number;
  /** Work of a kernel for which sleeping threads are woken: that takes tens of microseconds. */
  readonly wake: number;
}

/** Measured on two cores. */
export const usualGrain: Grain = { share: 1 << 17, piece: 1 << 15, wake: 1 << 20 };

/** The driver keeps numbers of pieces in 16 bits. */
const mostParts = 1 << 15;

/** How a launch of `kernel` with `sizes` is cut. */
export function piecesOf(kernel: Kernel, sizes: readonly number[], grain: Grain): Pieces {
  const loops = dividedLoops(kernel.body);
  if (loops.length === 0) return { units: 1, parts: 1, wakes: false };
  const units = countUnits(loops, sizes);
  const work = workOf(costOf(kernel, sizes));
  if (work < grain.share) return { units, parts: 1, wakes: false };
  return { units, parts: Math.min(units, mostParts, Math.ceil(work / grain.piece)), wakes: work >= grain.wake };
}

function workOf({ operations, bytes }: Cost): number {
  return operations + bytes / 4;
}
