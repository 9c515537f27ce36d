/**
 * One-sided Jacobi: pairs of rows are rotated until all are orthogonal. Small singular values come out as exact as large ones. In
 * each round every row is in one pair, and all pairs are rotated at once; rows move round a circle between rounds.
 * J. Demmel and K. Veselić, "Jacobi's method is more accurate than QR", 1992; the order: R. P. Brent and F. T. Luk, 1985.
 */
import { at } from "../../support/invariant.ts";
import { maximum, sqrt } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { full } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { whileLoop } from "../../transforms/control/whileLoop.ts";
import { epsilonOf, padRows } from "./matrices.ts";

/** Rounds over all pairs after which it ends in any case: some ten are usual, and NaN never gets orthogonal. */
const sweepLimit = 40;

interface State {
  /** The first rows of the pairs, and the second ones: [h, width] each. */
  readonly first: Tensor;
  readonly second: Tensor;
  /** The largest cosine of a pair that was found, []. */
  readonly worst: Tensor;
}

/** `rows` [n, width] rotated in their pairs until the first `length` elements of each are orthogonal to those of all others. */
export function orthogonalizeRows(rows: Tensor, length: number): Tensor {
  const size = at(rows.shape, 0);
  if (size === 1) return rows;
  const half = Math.ceil(size / 2);
  const even = padRows(rows, 2 * half);
  const { dtype } = rows;
  const limit = epsilonOf(dtype === "f64" ? "f64" : "f32") * Math.sqrt(length);
  const zero = full([], 0, { dtype });
  const start = {
    count: full([], 0, { dtype: "i32" }),
    state: { first: even.slice([0, half]), second: even.slice([half]), worst: full([], 1, { dtype }) },
  };
  const last = whileLoop(
    ({ count, state }) => state.worst.greater(limit).logicalAnd(count.less(sweepLimit)),
    ({ count, state }) => {
      const [swept] = scan(
        (before: State) => [moveRound(rotatePairs(before, length, limit)), null] as const,
        { ...state, worst: zero },
        null,
        { length: 2 * half - 1 },
      );
      return { count: count.add(1), state: swept };
    },
    start,
  );
  return concat([last.state.first, last.state.second]).slice([0, size]);
}

/** Each pair rotated so that it is orthogonal. */
function rotatePairs({ first, second, worst }: State, length: number, limit: number): State {
  const [a, b] = [first.slice(null, [0, length]), second.slice(null, [0, length])];
  const [p, q, r] = [a.square().sum(1), b.square().sum(1), a.multiply(b).sum(1)];
  const lengths = sqrt(p).multiply(sqrt(q));
  const isOrthogonal = r.abs().lessEqual(lengths.multiply(limit));
  const cosine = where(isOrthogonal, 0, r.abs().divide(where(isOrthogonal, 1, lengths)));
  const twice = r.multiply(2);
  const zeta = q.subtract(p).divide(where(isOrthogonal, 1, twice));
  const root = zeta.abs().add(sqrt(zeta.square().add(1)));
  const tangent = where(isOrthogonal, 0, where(zeta.less(0), -1, 1).astype(r.dtype).divide(root));
  const c = tangent.square().add(1).rsqrt().expandDims(1);
  const s = tangent.expandDims(1).multiply(c);
  return {
    first: c.multiply(first).subtract(s.multiply(second)),
    second: s.multiply(first).add(c.multiply(second)),
    worst: maximum(worst, cosine.max()),
  };
}

/** The pairs of the next round: the first row stays, the others go round. */
function moveRound({ first, second, worst }: State): State {
  const half = at(first.shape, 0);
  if (half === 1) return { first, second, worst };
  return {
    first: concat([first.slice([0, 1]), second.slice([0, 1]), first.slice([1, -1])]),
    second: concat([second.slice([1]), first.slice([-1])]),
    worst,
  };
}
