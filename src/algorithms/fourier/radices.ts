/** How a length is cut into factors, each of which becomes one contraction; what is said of it is for `mixedRadix.ts`. */

/** The longest transform that one contraction does. */
const longest = 128;
/** What a step costs besides its products, per element and in products: its twiddles, and memory read and written twice. */
const stepCost = 48;

/**
 * Factors of `length` of which a transform is made fastest, or undefined where it has a prime factor beyond
 * `longest`. A step with factor r takes r products an element: few large steps and many small ones are slow.
 */
export function radicesOf(length: number): readonly number[] | undefined {
  const known = new Map<number, Cut | undefined>([[1, { radices: [], cost: 0 }]]);
  return cut(length, known)?.radices;
}

interface Cut {
  readonly radices: readonly number[];
  readonly cost: number;
}

function cut(length: number, known: Map<number, Cut | undefined>): Cut | undefined {
  if (known.has(length)) return known.get(length);
  let best: Cut | undefined;
  for (let radix = 2; radix <= Math.min(longest, length); radix++) {
    if (length % radix !== 0) continue;
    const rest = cut(length / radix, known);
    const cost = stepCost + radix + (rest?.cost ?? 0);
    if (rest !== undefined && cost < (best?.cost ?? Infinity)) best = { radices: [radix, ...rest.radices], cost };
  }
  known.set(length, best);
  return best;
}

/** The shortest length of `least` or more that has only small factors. */
export function smoothLength(least: number): number {
  return Math.min(...[1, 3, 5, 9, 15].map((odd) => odd * 2 ** Math.max(0, Math.ceil(Math.log2(least / odd)))));
}
