/** Splits by time: what is tested comes after what was trained on, as it will when the model is used. */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { ascending, checkFoldCount, checkShares, type Fold } from "./split.ts";

/**
 * Splits rows into parts with nearly the given shares: the first part gets the earliest rows, the last the latest. Rows of
 * the same time stay together.
 *
 * @param times when each row happened: any numbers that grow with time, for example milliseconds (`readDate`)
 * @param shares how large each part is, in the order of time, summing to 1
 * @throws ArgumentError where shares are negative or do not sum to 1; DataError where a time is missing, or too many rows
 * have the same one to fill all parts.
 *
 * @example
 * ```ts
 * import { timeSplit } from "smilodon/data";
 * const { train, test } = timeSplit([2021, 2019, 2020, 2022], { train: 0.75, test: 0.25 });
 * console.log(train, test); // rows 0, 1, 2 and row 3
 * ```
 */
export function timeSplit<Part extends string>(
  times: ArrayLike<number>,
  shares: Readonly<Record<Part, number>>,
): Record<Part, Uint32Array> {
  checkShares("timeSplit", shares);
  const order = byTime("timeSplit", times);
  const parts: [Part, Uint32Array][] = [];
  let from = 0;
  let share = 0;
  for (const name of Object.keys(shares) as Part[]) {
    share += shares[name];
    const to = shares[name] === 0 ? from : Math.max(from, nearestChange(order, times, share * order.length));
    if (shares[name] > 0 && to === from) throw tooFewTimes("timeSplit", `part "${name}" would be empty`);
    parts.push([name, ascending(order.subarray(from, to))]);
    from = to;
  }
  return Object.fromEntries(parts) as Record<Part, Uint32Array>;
}

/**
 * Cuts time into `count` + 1 stretches of nearly equally many rows; fold k is tested on stretch k + 1 and trained on all
 * before it. Rows of the same time stay together.
 * @throws ArgumentError where `count` is not a whole number of 2 or more; DataError where a time is missing, or there are
 * too few different ones.
 */
export function timeFolds(times: ArrayLike<number>, count: number): Fold[] {
  checkFoldCount("timeFolds", count);
  const order = byTime("timeFolds", times);
  const cuts = Array.from({ length: count + 2 }, (_, cut) =>
    nearestChange(order, times, (cut * order.length) / (count + 1)),
  );
  return Array.from({ length: count }, (_, fold) => {
    const [from, to] = [at(cuts, fold + 1), at(cuts, fold + 2)];
    if (from === 0 || from >= to) throw tooFewTimes("timeFolds", `fold ${fold + 1} of ${count} would be empty`);
    return { train: ascending(order.subarray(0, from)), test: ascending(order.subarray(from, to)) };
  });
}

/** Rows, the earliest first; those of the same time in the order of the table. */
function byTime(what: string, times: ArrayLike<number>): Uint32Array {
  for (let row = 0; row < times.length; row++) {
    if (!Number.isNaN(at(times, row))) continue;
    throw new DataError(`${what}: row ${row} has no time. Fill it in or leave the row out.`, { row });
  }
  return Uint32Array.from({ length: times.length }, (_, row) => row).sort(
    (a, b) => at(times, a) - at(times, b) || a - b,
  );
}

/** The position nearest to `position` in `order` at which the time changes, or an end. */
function nearestChange(order: Uint32Array, times: ArrayLike<number>, position: number): number {
  const isChange = (cut: number) =>
    cut <= 0 || cut >= order.length || at(times, at(order, cut - 1)) !== at(times, at(order, cut));
  const start = Math.round(position);
  for (let distance = 0; ; distance++) {
    if (isChange(start - distance)) return Math.max(0, start - distance);
    if (isChange(start + distance)) return Math.min(order.length, start + distance);
  }
}

function tooFewTimes(what: string, problem: string): DataError {
  return new DataError(`${what}: ${problem}: too many rows have the same time. Use fewer or other parts.`);
}
