/** Orders drawn at random, the same for the same seed everywhere. */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { threefry, type WordPair, WordStream } from "../support/threefry.ts";

/** What a draw is for: draws for different purposes are independent under one seed. */
export type Purpose = keyof typeof purposes;

const purposes = { shuffle: 1, split: 2, folds: 3, sample: 4, buffer: 5, part: 6 } as const;
const family = 0x64617461;

/** The numbers 0 … size − 1 in an order that `seed`, `purpose` and `index` (an epoch, a class) decide; each order is equally likely. */
export function shuffledOrder(size: number, seed: number, purpose: Purpose, index = 0): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, position) => position);
  const words = drawsFor(seed, purpose, index);
  for (let position = size - 1; position > 0; position--) {
    const other = words.below(position + 1);
    const value = at(order, position);
    order[position] = at(order, other);
    order[other] = value;
  }
  return order;
}

/** Random words that `seed`, `purpose` and `index` decide. */
export function drawsFor(seed: number, purpose: Purpose, index: number): WordStream {
  return new WordStream(threefry(keyOf(seed), [family, purposes[purpose]]), index);
}

/**
 * A number from 0 to 2^53 − 1 for each of the rows `first` … `first + count − 1`, which `seed` alone decides: the same for a row
 * whatever was drawn before it, so that a stream is divided in the same way each time it is read.
 */
export function rowKeys(first: number, count: number, seed: number): Float64Array {
  const key = threefry(keyOf(seed), [family, purposes.part]);
  const keys = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const row = first + index;
    const [high, low] = threefry(key, [row >>> 0, Math.floor(row / 2 ** 32)]);
    keys[index] = high * 2 ** 21 + (low >>> 11);
  }
  return keys;
}

/** @throws ArgumentError unless `seed` is a whole number of zero or more that JavaScript holds exactly. */
function keyOf(seed: number): WordPair {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ArgumentError(`The seed is ${seed}; it has to be a whole number from 0 to 9007199254740991.`, { seed });
  return [seed >>> 0, Math.floor(seed / 2 ** 32)];
}
