/** Gauss–Legendre quadrature: few evaluations, high accuracy for smooth functions. Integrated gradients stand on it. */
import { ArgumentError } from "../support/errors.ts";

/** Where to evaluate a function on (0, 1), and with which weights to add the values up. */
export interface Quadrature {
  readonly nodes: Float64Array;
  /** Add up to 1. */
  readonly weights: Float64Array;
}

/**
 * The rule with `count` nodes on (0, 1): exact for polynomials up to degree 2 · count − 1. Nodes are the roots of the
 * Legendre polynomial, found by Newton's method (Press et al., Numerical Recipes, section 4.6).
 * @throws ArgumentError unless `count` is a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { gaussLegendre } from "smilodon/explain";
 * const { nodes, weights } = gaussLegendre(4);
 * console.log(nodes.reduce((sum, x, i) => sum + weights[i]! * x ** 7, 0)); // 1/8
 * ```
 */
export function gaussLegendre(count: number): Quadrature {
  if (!Number.isInteger(count) || count < 1) {
    throw new ArgumentError(`gaussLegendre: ${count} nodes are not possible; give a whole number of at least 1.`, {
      count,
    });
  }
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    let x = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 100; step++) {
      const [value, derivative] = legendre(count, x);
      slope = derivative;
      x -= value / derivative;
      if (Math.abs(value / derivative) < 1e-15) break;
    }
    // From (−1, 1) to (0, 1), ascending.
    nodes[index] = (1 - x) / 2;
    weights[index] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** Value and derivative at `x` of the Legendre polynomial of `degree`, by its recurrence. */
function legendre(degree: number, x: number): readonly [number, number] {
  let previous = 0;
  let value = 1;
  for (let n = 1; n <= degree; n++) [previous, value] = [value, ((2 * n - 1) * x * value - (n - 1) * previous) / n];
  return [value, (degree * (x * value - previous)) / (x * x - 1)];
}
