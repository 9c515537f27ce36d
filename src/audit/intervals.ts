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

/**
 * The point that a standard normal number stays below with probability `share`: 1.96 for 0.975. Right to nine digits.
 * Source: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003.
 * @throws ArgumentError unless 0 < share < 1.
 *
 * @example
 * ```ts
 * import { normalQuantile } from "smilodon/audit";
 * console.log(normalQuantile(0.975)); // 1.959963985
 * ```
 */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1)) throw new ArgumentError(`normalQuantile: ${share} does not lie between 0 and 1.`);
  if (share > 0.5) return -normalQuantile(1 - share);
  const numerator = [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const denominator = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
  if (share < 0.02425) {
    const root = Math.sqrt(-2 * Math.log(share));
    return polynomial(numerator, root) / polynomial(denominator, root);
  }
  const middle = [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ];
  const below = [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
  ];
  const offset = share - 0.5;
  return (polynomial(middle, offset * offset) * offset) / polynomial(below, offset * offset);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/** Two-sided 95 % points of Student's distribution for 1 to 10 degrees of freedom. */
const studentPoints = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/**
 * How many standard errors the 95 % interval of a mean of `degrees` + 1 values reaches to either side; 1.96 of many values.
 * Beyond the table by the expansion of E. Cornish and R. Fisher (1938), right to four digits.
 * @throws ArgumentError unless `degrees` is a whole number above 0.
 */
export function studentPoint(degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1)
    throw new ArgumentError(`studentPoint: ${degrees} degrees of freedom; it has to be a whole number above 0.`, {
      degrees,
    });
  const known = studentPoints[degrees - 1];
  if (known !== undefined) return known;
  const z = z95;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
