/** Numbers for made-up pictures. */

/** Numbers from 0 to 1 that look drawn, the same for the same seed (xorshift). */
export function numbersFrom(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
