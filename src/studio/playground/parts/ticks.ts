/** Round numbers along an axis. */

/** Multiples of 1, 2 or 5 times a power of ten from `low` to `high`, at most `most` of them. */
export function ticksOf(low: number, high: number, most: number): number[] {
  const range = high - low;
  if (!(range > 0) || !(most >= 1)) return [];
  const power = 10 ** Math.floor(Math.log10(range / most));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => range / size <= most) ?? 10 * power;
  const ticks: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}
