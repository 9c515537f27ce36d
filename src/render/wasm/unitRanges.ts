/**
 * A kernel's function runs a range of its units (`kernel/units.ts`): here that range becomes the bounds of its loops. A
 * loop that counts units starts and stops within the range; one that holds loops with units hands each iteration its share.
 */
import { type DividedLoop, iterationsInUnit } from "../../kernel/units.ts";
import { invariant } from "../../support/invariant.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Loop } from "./loopFacts.ts";

/** Units to run of the loops of one body, as wasm locals: they may begin below 0 and end beyond what there is. */
export interface UnitRange {
  readonly loops: readonly DividedLoop[];
  readonly begin: number;
  readonly end: number;
}

/** Units of one loop to run, and what its iterations share out among them. */
export interface LoopRange extends Omit<UnitRange, "loops"> {
  readonly divided: DividedLoop;
  /** Where the loop would start if it ran as a whole: a wasm local, there where iterations hold units. */
  readonly start: number | undefined;
}

/** Writes the ranges of the loops of one kernel. */
export class UnitRanges {
  readonly #w: FunctionWriter;
  /** Wasm locals with the units of each loop, and of one iteration of those that hold loops with units. */
  readonly #all = new Map<Loop, number>();
  readonly #each = new Map<Loop, number>();

  /** Counts units where the function starts; `pushExtent` pushes stop − start of a loop. */
  constructor(w: FunctionWriter, loops: readonly DividedLoop[], pushExtent: (loop: Loop) => void) {
    this.#w = w;
    const isSimple = loops.length === 1 && loops[0]?.inside.length === 0;
    if (!isSimple) for (const each of loops) this.#count(each, pushExtent);
  }

  /** The ranges of the loops that stand side by side in one body. */
  sideBySide({ loops, begin, end }: UnitRange): ReadonlyMap<Loop, LoopRange> {
    const w = this.#w;
    const ranges = new Map<Loop, LoopRange>();
    let bounds = { begin, end };
    loops.forEach((divided, position) => {
      const { loop, inside } = divided;
      ranges.set(loop, { ...bounds, divided, start: inside.length > 0 ? w.local("i32") : undefined });
      if (position === loops.length - 1) return;
      const after = { begin: w.local("i32"), end: w.local("i32") };
      for (const bound of ["begin", "end"] as const) {
        w.op(bounds[bound], this.#unitsOf(this.#all, loop), "i32.sub");
        w.set(after[bound]);
      }
      bounds = after;
    });
    return ranges;
  }

  /** Narrows a loop whose bounds are in `counter` and `stop` to its range. */
  narrow({ divided: { loop }, start, begin, end }: LoopRange, counter: number, stop: number): void {
    const w = this.#w;
    if (start !== undefined) {
      w.get(counter);
      w.set(start);
    }
    const [whole, position] = [stop, w.local("i32")];
    // stop = min(stop, counter + as many iterations as hold the units below end)
    w.get(end);
    if (start !== undefined) {
      this.#pushEach(loop);
      w.i32(1);
      w.op("i32.sub", "i32.add");
      this.#pushEach(loop);
      w.op("i32.div_s");
    }
    this.#pushPosition(loop, counter);
    w.tee(position);
    w.op(whole, position, whole, "i32.lt_s", "select");
    w.set(stop);
    // counter += the iterations before begin
    w.get(begin);
    w.i32(0);
    w.get(begin);
    w.i32(0);
    w.op("i32.gt_s", "select");
    if (start !== undefined) {
      this.#pushEach(loop);
      w.op("i32.div_s");
    }
    this.#pushPosition(loop, counter);
    w.set(counter);
    w.release(position);
  }

  /** The range of the body of a loop at position `counter`; none where its iterations are units themselves. */
  inside({ divided: { loop, inside }, start, begin, end }: LoopRange, counter: number): UnitRange | undefined {
    if (start === undefined) return undefined;
    const w = this.#w;
    const [before, first, last] = [w.local("i32"), w.local("i32"), w.local("i32")];
    w.op(counter, start, "i32.sub");
    w.i32(iterationsInUnit(loop));
    w.op("i32.div_s", this.#unitsOf(this.#each, loop), "i32.mul");
    w.set(before);
    w.op(begin, before, "i32.sub");
    w.set(first);
    w.op(end, before, "i32.sub");
    w.set(last);
    w.release(before);
    return { loops: inside, begin: first, end: last };
  }

  /** Puts the number of units of a loop, with all that is inside, into a local. */
  #count({ loop, inside }: DividedLoop, pushExtent: (loop: Loop) => void): number {
    const w = this.#w;
    const [all, each] = [w.local("i32"), inside.length > 0 ? w.local("i32") : undefined];
    const parts = inside.map((part) => this.#count(part, pushExtent));
    if (each !== undefined) {
      w.i32(0);
      for (const part of parts) w.op(part, "i32.add");
      w.set(each);
      this.#each.set(loop, each);
    }
    pushExtent(loop);
    w.i32(iterationsInUnit(loop) - 1);
    w.op("i32.add");
    w.i32(iterationsInUnit(loop));
    w.op("i32.div_s");
    if (each !== undefined) w.op(each, "i32.mul");
    w.set(all);
    this.#all.set(loop, all);
    return all;
  }

  /** start + the number of iterations on the stack, in steps of the loop. */
  #pushPosition(loop: Loop, counter: number): void {
    this.#w.i32(iterationsInUnit(loop));
    this.#w.op("i32.mul", counter, "i32.add");
  }

  /** Units in an iteration, at least 1: a number to divide by. */
  #pushEach(loop: Loop): void {
    const each = this.#unitsOf(this.#each, loop);
    this.#w.i32(1);
    this.#w.op(each, each, "i32.eqz", "select");
  }

  #unitsOf(counts: ReadonlyMap<Loop, number>, loop: Loop): number {
    const local = counts.get(loop);
    invariant(local !== undefined, "its units were counted where the function starts");
    return local;
  }
}
