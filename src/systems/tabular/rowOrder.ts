/**
 * Are the rows of a stream in an order that follows the target? Batches are drawn from as many rows as memory holds: where the
 * file is sorted by what is to be learned, they are all alike for long stretches. survey.ts measures, trainStream.ts warns.
 */
import type { Column } from "../../data/column.ts";
import { at } from "../../support/invariant.ts";

/** One stretch of the file. */
interface Stretch {
  readonly rows: number;
  /** Of numbers. */
  readonly sum: number;
  /** Of classes: how often each occurs. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Measures which share of the target's variance lies between stretches of the file. */
export class RowOrder {
  readonly #stretches: Stretch[] = [];
  #squares = 0;

  /** Takes the next stretch into account: rows `rows` of the target's column. */
  add(column: Column, rows: ArrayLike<number>): void {
    const counts = new Map<string, number>();
    let sum = 0;
    for (let index = 0; index < rows.length; index++) {
      const row = at(rows, index);
      if (column.kind === "number") {
        const value = at(column.values, row);
        sum += value;
        this.#squares += value * value;
      } else {
        const name = at(column.categories, at(column.codes, row));
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    if (rows.length > 0) this.#stretches.push({ rows: rows.length, sum, counts });
  }

  /**
   * From 0, no order, to 1, sorted; of rows in no order about one over the rows of a stretch. NaN where the target does not
   * vary, or its squares are no numbers any more.
   */
  get share(): number {
    const total = this.#stretches.reduce((sum, { rows }) => sum + rows, 0);
    const names = new Set(this.#stretches.flatMap(({ counts }) => [...counts.keys()]));
    if (names.size === 0) return this.#shareOf(({ sum }) => sum, this.#squares, total).share;
    // Each class is a number that is 0 or 1
    let [between, whole] = [0, 0];
    for (const name of names) {
      const own = (stretch: Stretch): number => stretch.counts.get(name) ?? 0;
      const squares = this.#stretches.reduce((sum, stretch) => sum + own(stretch), 0);
      const found = this.#shareOf(own, squares, total);
      between += found.between;
      whole += found.whole;
    }
    return between / whole;
  }

  /** Sums of squares between the stretches and in all. */
  #shareOf(sumOf: (stretch: Stretch) => number, squares: number, total: number) {
    const mean = this.#stretches.reduce((sum, stretch) => sum + sumOf(stretch), 0) / total;
    const between = this.#stretches.reduce(
      (sum, stretch) => sum + stretch.rows * (sumOf(stretch) / stretch.rows - mean) ** 2,
      0,
    );
    const whole = squares - total * mean * mean;
    return { between, whole, share: between / whole };
  }
}
