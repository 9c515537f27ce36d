/** Short names for texts: equal texts have equal ones, and others differ but for one case in 2^64. Not for secrets. */

const primes = [0x01000193, 0x9e3779b1] as const;
const seeds = [0x811c9dc5, 0x2545f491] as const;

/**
 * 16 hexadecimal digits that stand for `text`.
 *
 * Source: Fowler, Noll and Vo's FNV-1a, twice with different constants, over units of 16 bits.
 */
export function fingerprint(text: string): string {
  let [first, second]: [number, number] = [...seeds];
  for (let position = 0; position < text.length; position++) {
    const unit = text.charCodeAt(position);
    first = Math.imul(first ^ unit, primes[0]);
    second = Math.imul(second ^ unit ^ (second >>> 15), primes[1]);
  }
  return hex(first ^ (second >>> 13)) + hex(second ^ (first >>> 16));
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
