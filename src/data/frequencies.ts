/**
 * How often each of very many texts occurs, in fixed memory: exact while few differ, and beyond that for the frequent ones nearly so.
 * `columnFacts.ts` counts cells with it.
 *
 * Source: J. Misra and D. Gries, "Finding repeated elements", 1982, in the form that can be merged: P. Agarwal et al.,
 * "Mergeable summaries", PODS 2012.
 */
import { at } from "../support/invariant.ts";

/** Texts that are told apart, at most, and characters that they have together. */
const mostTexts = 2 ** 16;
const mostCharacters = 2 ** 23;

/** Counts texts that come one after the other. */
export class Frequencies {
  readonly #counts = new Map<string, number>();
  readonly #mostTexts: number;
  #characters = 0;
  #missed = 0;

  constructor(most: number = mostTexts) {
    this.#mostTexts = most;
  }

  /** So many times at least each text occurred; `missed` times more at most. Texts that are not there occurred `missed` times at most. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** 0 where all counts are exact. */
  get missed(): number {
    return this.#missed;
  }

  /** Counts `text` another `times`. */
  add(text: string, times: number): void {
    const known = this.#counts.get(text);
    this.#counts.set(text, (known ?? 0) + times);
    if (known !== undefined) return;
    this.#characters += text.length;
    if (this.#counts.size > 2 * this.#mostTexts || this.#characters > 2 * mostCharacters) this.#forget();
  }

  /** Takes from all counts what the most frequent of those that do not fit has: the others are gone. */
  #forget(): void {
    const order = [...this.#counts].sort(([, many], [, few]) => few - many);
    let [kept, characters] = [0, 0];
    while (kept < Math.min(this.#mostTexts, order.length) && characters <= mostCharacters)
      characters += at(order, kept++)[0].length;
    const taken = order[kept]?.[1] ?? 0;
    this.#counts.clear();
    this.#characters = 0;
    this.#missed += taken;
    for (const [text, count] of order) {
      if (count <= taken) break;
      this.#counts.set(text, count - taken);
      this.#characters += text.length;
    }
  }
}
