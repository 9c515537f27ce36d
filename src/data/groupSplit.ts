/**
 * Splits that keep groups whole: all rows of a patient, a house, a day go to one part, so that nothing of the rows that
 * are tested was seen in training. Where groups do not matter: `split.ts`.
 */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { shuffledOrder } from "./shuffle.ts";
import { ascending, checkFoldCount, checkShares, type Fold, foldsOf } from "./split.ts";

/**
 * Splits rows into parts with nearly the given shares; rows of one group go to the same part. Groups are taken in an order
 * that `seed` decides, each to the part that lacks most, and no part with a share stays empty.
 *
 * @param groups the group of each row
 * @param shares how large each part is, summing to 1
 * @throws ArgumentError where shares are negative or do not sum to 1, DataError where there are fewer groups than parts.
 *
 * @example
 * ```ts
 * import { groupSplit } from "smilodon/data";
 * const { train, test } = groupSplit(["Tom", "Tom", "Mia", "Rex", "Rex"], { train: 0.6, test: 0.4 }, 1);
 * console.log(train, test);
 * ```
 */
export function groupSplit<Part extends string>(
  groups: ArrayLike<string | number>,
  shares: Readonly<Record<Part, number>>,
  seed: number,
): Record<Part, Uint32Array> {
  checkShares("groupSplit", shares);
  const parts = (Object.keys(shares) as Part[]).map((name) => {
    const share = shares[name];
    return { name, share, lacks: share * groups.length, rows: [] as number[] };
  });
  const wanted = parts.filter(({ share }) => share > 0);
  const members = membersOf(groups);
  if (members.length < wanted.length)
    throw new DataError(
      `groupSplit: ${members.length} groups cannot fill ${wanted.length} parts. Use fewer parts, or split rows without groups.`,
      { groups: members.length, parts: wanted.length },
    );
  const order = shuffledOrder(members.length, seed, "split");
  order.forEach((index, position) => {
    const empty = wanted.filter(({ rows }) => rows.length === 0);
    const candidates = order.length - position <= empty.length ? empty : wanted;
    const part = candidates.reduce((best, other) => (other.lacks > best.lacks ? other : best));
    const rows = at(members, index);
    for (const row of rows) part.rows.push(row);
    part.lacks -= rows.length;
  });
  return Object.fromEntries(parts.map(({ name, rows }) => [name, ascending(rows)])) as Record<Part, Uint32Array>;
}

/**
 * Splits rows into `count` folds of nearly equal size; rows of one group are tested in the same fold. Large groups are
 * dealt first, each to the smallest fold.
 * @throws ArgumentError where `count` is not a whole number of 2 or more, DataError where there are fewer groups than folds.
 */
export function groupFolds(groups: ArrayLike<string | number>, count: number, seed: number): Fold[] {
  checkFoldCount("groupFolds", count);
  const members = membersOf(groups);
  if (members.length < count)
    throw new DataError(`groupFolds: ${members.length} groups cannot fill ${count} folds. Use fewer folds.`, {
      groups: members.length,
      count,
    });
  const shuffled = Array.from(shuffledOrder(members.length, seed, "folds"), (index) => at(members, index));
  const foldOf = new Uint32Array(groups.length);
  const sizes = new Array<number>(count).fill(0);
  for (const rows of shuffled.sort((a, b) => b.length - a.length)) {
    const smallest = sizes.indexOf(Math.min(...sizes));
    sizes[smallest] = at(sizes, smallest) + rows.length;
    for (const row of rows) foldOf[row] = smallest;
  }
  return foldsOf(foldOf, count);
}

/** Rows of each group; groups in the order of their names, so that the order of rows does not matter to it. */
function membersOf(groups: ArrayLike<string | number>): number[][] {
  const members = new Map<string, number[]>();
  for (let row = 0; row < groups.length; row++) {
    const name = String(at(groups, row));
    const rows = members.get(name);
    if (rows === undefined) members.set(name, [row]);
    else rows.push(row);
  }
  return [...members].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rows]) => rows);
}
