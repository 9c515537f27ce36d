/**
 * A kernel's function runs a range of its units (`kernel/units.ts`): here that range becomes the bounds of its loops. A
 * loop that counts units starts and stops within the range; one that holds loops with units hands each iteration its share.
 */
import { type DividedLoop, iterationsInUnit } from "../../kernel/units.ts";
import { invariant } from "../../support/invariant.ts";
import type { Frame, Loop } from "./frame.ts";

/** Units to run of the loops of one body, as names in C: they may begin below 0 and end beyond what there is. */
export interface UnitRange {
  readonly loops: readonly DividedLoop[];
  readonly begin: string;
  readonly end: string;
}

/** Units of one loop to run. */
export interface LoopRange extends Omit<UnitRange, "loops"> {
  readonly divided: DividedLoop;
}

/** Writes the ranges of the loops of one kernel. */
export class UnitRanges {
  readonly #frame: Frame;
  readonly #extentOf: (loop: Loop) => string;
  /** Names of the number of units of each loop, and of one iteration of those that hold loops with units. */
  readonly #all = new Map<Loop, string>();
  readonly #each = new Map<Loop, string>();

  /** Counts units where the function starts; `extentOf` gives stop − start of a loop. */
  constructor(frame: Frame, loops: readonly DividedLoop[], extentOf: (loop: Loop) => string) {
    this.#frame = frame;
    this.#extentOf = extentOf;
    for (const each of loops) this.#count(each);
  }

  /** The ranges of the loops that stand side by side in one body. */
  sideBySide({ loops, begin, end }: UnitRange): ReadonlyMap<Loop, LoopRange> {
    const ranges = new Map<Loop, LoopRange>();
    let before = "";
    for (const divided of loops) {
      ranges.set(divided.loop, { divided, begin: `(${begin}${before})`, end: `(${end}${before})` });
      before += ` - ${this.#unitsOf(this.#all, divided.loop)}`;
    }
    return ranges;
  }

  /** The bounds of a loop within its range, from its own. */
  narrow({ divided, begin, end }: LoopRange, start: string, stop: string): { start: string; stop: string } {
    const { loop } = divided;
    const each = this.#perIteration(divided);
    const step = iterationsInUnit(loop);
    const first = this.#frame.name("ix", `${begin} > 0 ? ${begin} / ${each} : 0`);
    const last = this.#frame.name("ix", `(${end} + ${each} - 1) / ${each}`);
    const reached = this.#frame.name("ix", `${start} + ${step} * ${last}`);
    const from = this.#frame.name("ix", `${start} + ${step} * ${first}`);
    return { start: from, stop: this.#frame.name("ix", `${stop} < ${reached} ? ${stop} : ${reached}`) };
  }

  /** The range of the body of a loop at `position`; none where its iterations are units themselves. */
  inside({ divided, begin, end }: LoopRange, start: string, position: string): UnitRange | undefined {
    const { loop, inside } = divided;
    if (inside.length === 0) return undefined;
    const done = `(${position} - ${start}) / ${iterationsInUnit(loop)} * ${this.#unitsOf(this.#each, loop)}`;
    const before = this.#frame.name("ix", done);
    return {
      loops: inside,
      begin: this.#frame.name("ix", `${begin} - ${before}`),
      end: this.#frame.name("ix", `${end} - ${before}`),
    };
  }

  #count({ loop, inside }: DividedLoop): string {
    const parts = inside.map((part) => this.#count(part));
    const step = iterationsInUnit(loop);
    const iterations = `(${this.#extentOf(loop)} + ${step - 1}) / ${step}`;
    if (parts.length > 0) this.#each.set(loop, this.#frame.name("ix", parts.join(" + ")));
    const all = parts.length > 0 ? `${iterations} * ${this.#unitsOf(this.#each, loop)}` : iterations;
    const name = this.#frame.name("ix", all);
    this.#all.set(loop, name);
    return name;
  }

  /** Units in an iteration, at least 1: a number to divide by. */
  #perIteration({ loop, inside }: DividedLoop): string {
    if (inside.length === 0) return "1";
    const each = this.#unitsOf(this.#each, loop);
    return `(${each} > 0 ? ${each} : 1)`;
  }

  #unitsOf(counts: ReadonlyMap<Loop, string>, loop: Loop): string {
    const name = counts.get(loop);
    invariant(name !== undefined, "its units were counted where the function starts");
    return name;
  }
}
