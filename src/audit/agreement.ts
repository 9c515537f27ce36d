/** Two raters, one set of things: how often they agree, and how much of that is more than chance. */
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { type Share, wilsonInterval } from "./intervals.ts";

/** How two columns of labels compare. */
export interface Agreement {
  /** counts[a][b]: how often the first said a and the second b. */
  readonly counts: readonly (readonly number[])[];
  /** Share of equal labels, with its 95 % Wilson interval. */
  readonly agreement: Share;
  /** Cohen's κ: (agreement − chance) / (1 − chance); 1 is perfect, 0 is chance. NaN where both always say the same label. */
  readonly kappa: number;
  /** Positions where the two differ. */
  readonly differences: readonly number[];
}

/**
 * Compares two columns of labels 0 … classes − 1. Source of κ: Cohen 1960.
 * @throws ArgumentError where the columns have different lengths; DataError where a label is out of range.
 *
 * @example
 * ```ts
 * import { compareRaters } from "smilodon/audit";
 * const { kappa, differences } = compareRaters([0, 0, 1, 1], [0, 1, 1, 1], 2);
 * console.log(kappa, differences); // 0.5, [1]
 * ```
 */
export function compareRaters(first: ArrayLike<number>, second: ArrayLike<number>, classes: number): Agreement {
  const total = first.length;
  if (total !== second.length || total === 0) {
    throw new ArgumentError(`compareRaters: ${total} and ${second.length} labels cannot be compared one by one.`);
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const differences: number[] = [];
  for (let row = 0; row < total; row++) {
    const a = checkedLabel(first, row, classes);
    const b = checkedLabel(second, row, classes);
    const line = at(counts, a);
    line[b] = at(line, b) + 1;
    if (a !== b) differences.push(row);
  }
  const agreement = wilsonInterval(total - differences.length, total);
  const chance = chanceAgreement(counts, total);
  return { counts, agreement, kappa: (agreement.value - chance) / (1 - chance), differences };
}

/** Share of equal labels that two independent raters with these habits would reach. */
function chanceAgreement(counts: readonly (readonly number[])[], total: number): number {
  let chance = 0;
  counts.forEach((line, label) => {
    const first = line.reduce((sum, count) => sum + count, 0);
    const second = counts.reduce((sum, other) => sum + at(other, label), 0);
    chance += (first / total) * (second / total);
  });
  return chance;
}

function checkedLabel(labels: ArrayLike<number>, row: number, classes: number): number {
  const label = labels[row] ?? Number.NaN;
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new DataError(`compareRaters: label ${label} of row ${row} is not one of 0 … ${classes - 1}.`, { row, label });
}
