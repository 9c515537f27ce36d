/** How sure a counted share is. A share without an interval is half a number. */
import { ArgumentError } from "../support/errors.ts";

/** A share with the ends of its interval. */
export interface Share {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** The two-sided 95 % point of the standard normal distribution. */
const z95 = 1.959963984540054;

/**
 * `count` of `total` as a share with its 95 % Wilson score interval (Wilson 1927), which stays within 0 and 1 and is
 * honest for small samples.
 * @throws ArgumentError unless 0 ≤ count ≤ total and total > 0.
 *
 * @example
 * ```ts
 * import { wilsonInterval } from "smilodon/audit";
 * console.log(wilsonInterval(3, 8)); // { value: 0.375, lower: 0.137…, upper: 0.694… }
 * ```
 */
export function wilsonInterval(count: number, total: number, z = z95): Share {
  if (!(total > 0 && count >= 0 && count <= total)) {
    throw new ArgumentError(`wilsonInterval: ${count} of ${total} is not a share.`, { count, total });
  }
  const value = count / total;
  const scale = 1 + (z * z) / total;
  const centre = (value + (z * z) / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((value * (1 - value)) / total + (z * z) / (4 * total * total));
  // At the ends the interval reaches 0 and 1 exactly; rounding must not spoil that.
  return { value, lower: count === 0 ? 0 : centre - half, upper: count === total ? 1 : centre + half };
}
