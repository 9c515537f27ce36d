/**
 * Splits of rows into parts: by share and by folds, keeping the classes' proportions, the same for the same
 * seed. `groupSplit.ts` keeps groups whole, `timeSplit.ts` goes by time.
 */
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { shuffledOrder } from "./shuffle.ts";

/** Rows to train on and rows to test on, each ascending. */
export interface Fold {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/**
 * Splits rows 0 … labels.length − 1 into parts with the given shares, each class by itself, so that every part has nearly
 * the classes' proportions of the whole (each count is within one of its share). Rows of a part ascend.
 *
 * @param labels the class of each row; pass the same label for all where classes do not matter
 * @param shares how large each part is, summing to 1
 * @throws ArgumentError where shares are negative or do not sum to 1.
 *
 * @example
 * ```ts
 * import { stratifiedSplit } from "smilodon/data";
 * const { train, test } = stratifiedSplit(["cat", "cat", "dog", "dog"], { train: 0.5, test: 0.5 }, 1);
 * console.log(train, test);
 * ```
 */
export function stratifiedSplit<Part extends string>(
  labels: ArrayLike<string | number>,
  shares: Readonly<Record<Part, number>>,
  seed: number,
): Record<Part, Uint32Array> {
  checkShares("stratifiedSplit", shares);
  const parts = (Object.keys(shares) as Part[]).map((name) => ({ name, share: shares[name], rows: [] as number[] }));
  // What one class leaves over or lacks is settled by the next: parts stay near their share of the whole
  const owed = parts.map(() => 0);
  rowsByClass(labels).forEach((rows, index) => {
    const order = shuffledOrder(rows.length, seed, "split", index);
    const exact = parts.map(({ share }, part) => share * rows.length + at(owed, part));
    const counts = apportion(exact, rows.length);
    let from = 0;
    parts.forEach((part, position) => {
      const count = at(counts, position);
      owed[position] = at(exact, position) - count;
      for (let k = 0; k < count; k++) part.rows.push(at(rows, at(order, from + k)));
      from += count;
    });
  });
  return Object.fromEntries(parts.map(({ name, rows }) => [name, ascending(rows)])) as Record<Part, Uint32Array>;
}

/**
 * Splits rows into `count` folds with nearly the classes' proportions of the whole; each row is tested in exactly one.
 * @throws ArgumentError where `count` is not a whole number of 2 or more, DataError where there are fewer rows than folds.
 */
export function stratifiedFolds(labels: ArrayLike<string | number>, count: number, seed: number): Fold[] {
  checkFoldCount("stratifiedFolds", count);
  if (labels.length < count)
    throw new DataError(`stratifiedFolds: ${labels.length} rows cannot fill ${count} folds.`, {
      rows: labels.length,
      count,
    });
  const foldOf = new Uint32Array(labels.length);
  // Dealt like cards, the next class going on where the last one stopped: folds differ by at most one row
  let next = 0;
  rowsByClass(labels).forEach((rows, index) => {
    for (const position of shuffledOrder(rows.length, seed, "folds", index))
      foldOf[at(rows, position)] = next++ % count;
  });
  return foldsOf(foldOf, count);
}

/** Folds from the fold in which each row is tested. */
export function foldsOf(foldOf: Uint32Array, count: number): Fold[] {
  return Array.from({ length: count }, (_, fold) => ({
    train: Uint32Array.from(foldOf.keys().filter((row) => foldOf[row] !== fold)),
    test: Uint32Array.from(foldOf.keys().filter((row) => foldOf[row] === fold)),
  }));
}

/** @throws ArgumentError, which begins with `what`, where shares are negative or do not sum to 1. */
export function checkShares(what: string, shares: Readonly<Record<string, number>>): void {
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
  if (Object.values(shares).every((share) => share >= 0) && Math.abs(total - 1) <= 1e-9) return;
  throw new ArgumentError(
    `${what}: the shares are ${JSON.stringify(shares)}; they have to be zero or more and sum to 1, not ${total}.`,
    { shares },
  );
}

/** @throws ArgumentError, which begins with `what`, where `count` is not a whole number of 2 or more. */
export function checkFoldCount(what: string, count: number): void {
  if (!Number.isInteger(count) || count < 2)
    throw new ArgumentError(`${what}: ${count} folds; 2 or more are needed.`, { count });
}

/** Rows of each class; classes in the order of their names, so that the order of rows does not matter to it. */
function rowsByClass(labels: ArrayLike<string | number>): number[][] {
  const classes = new Map<string, number[]>();
  Array.from(labels).forEach((label, row) => {
    const rows = classes.get(String(label));
    if (rows === undefined) classes.set(String(label), [row]);
    else rows.push(row);
  });
  return [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rows]) => rows);
}

/** Whole numbers that sum to `total`, each within one of its `exact` (largest remainders; ties to the first). */
function apportion(exact: readonly number[], total: number): number[] {
  const counts = exact.map((value) => Math.max(0, Math.floor(value + 1e-9)));
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - at(counts, index) }))
    .sort((a, b) => b.remainder - a.remainder);
  let rest = total - counts.reduce((sum, count) => sum + count, 0);
  for (let k = 0; rest !== 0 && k < 2 * counts.length; k++) {
    const { index } = at(rest > 0 ? byRemainder : byRemainder.toReversed(), k % counts.length);
    if (rest < 0 && at(counts, index) === 0) continue;
    counts[index] = at(counts, index) + Math.sign(rest);
    rest -= Math.sign(rest);
  }
  return counts;
}

/** Row numbers in order. */
export function ascending(rows: Iterable<number>): Uint32Array {
  return Uint32Array.from(rows).sort();
}
