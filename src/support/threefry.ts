/**
 * Threefry2x32-20, one number at a time: the definition of Smilodon's random bits. `tensor/random.ts` builds the
 * same function out of graph primitives; tests hold the two equal.
 *
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, and the
 * authors' Random123 library, whose known answers are in the tests.
 */
import { at } from "./invariant.ts";

/** Two words of 32 bits. */
export type WordPair = readonly [number, number];

/** How far the second word is turned to the left in each of eight rounds; then again from the start. */
export const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Number of rounds. */
export const rounds = 20;

/** The third word of the key schedule is this, exclusive-or the two words of the key. */
export const parity = 0x1bd11bda;

/** The two random words that belong to `counter` under `key`; both are pairs of unsigned 32-bit numbers. */
export function threefry(key: WordPair, counter: WordPair): WordPair {
  const third = (key[0] ^ key[1] ^ parity) >>> 0;
  let x0 = (counter[0] + key[0]) | 0;
  let x1 = (counter[1] + key[1]) | 0;
  // Words of the key schedule, in turn: shuffles of large tables come here for every row, so there are no arrays
  let next = key[1];
  let afterNext = third;
  let last = key[0];
  for (let round = 0; round < rounds; round++) {
    const turn = at(rotations, round & 7);
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << turn) | (x1 >>> (32 - turn))) ^ x0;
    if ((round & 3) === 3) {
      x0 = (x0 + next) | 0;
      x1 = (x1 + afterNext + ((round + 1) >> 2)) | 0;
      const used = next;
      next = afterNext;
      afterNext = last;
      last = used;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** Bits of one call of a generator, word by word: what `permutation` and other host-side draws use. */
export class WordStream {
  readonly #key: WordPair;
  readonly #call: number;
  #element = 0;
  #spare: number | undefined;

  constructor(key: WordPair, call: number) {
    this.#key = key;
    this.#call = call;
  }

  /** The next 32 random bits. */
  next(): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return spare;
    }
    const [first, second] = threefry(this.#key, [this.#element++, this.#call]);
    this.#spare = second;
    return first;
  }

  /** A whole number in 0 … below − 1, each equally likely (rejection: Lemire 2019). */
  below(below: number): number {
    const threshold = (2 ** 32 - below) % below;
    for (;;) {
      const word = this.next();
      // the product has up to 64 bits: low half exactly through 32-bit multiplication, high half in two exact parts
      const low = Math.imul(word, below) >>> 0;
      if (low < threshold) continue;
      const rest = Math.floor(((word & 0xffff) * below) / 0x10000);
      return Math.floor(((word >>> 16) * below + rest) / 0x10000);
    }
  }
}
