/** Numbers that look random and are the same in every run. */

/** From `seed`: numbers from 0 to 1, and whole numbers below a bound. */
export function randomNumbers(seed: number): {
  readonly number: () => number;
  readonly choose: (below: number) => number;
} {
  let state = (seed * 2654435761) % 2147483647;
  const number = () => {
    state = (state * 48271) % 2147483647;
    return (state - 1) / 2147483646;
  };
  for (let skipped = 0; skipped < 8; skipped++) number();
  return { number, choose: (below) => Math.min(below - 1, Math.floor(number() * below)) };
}
