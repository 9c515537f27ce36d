/** LU factorization with partial pivoting: rows stay where they are, and the order in which they were taken is kept. */
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { arange, zeros } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { tril, triu } from "../../tensor/slice.ts";
import { argmax } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { blocksOf, counting, identityLike, padIdentity, pick } from "./matrices.ts";
import { solveLower } from "./substitution.ts";

/** A matrix whose rows, taken in the order `rows` (i32), are lower · upper. */
export interface Factors {
  readonly rows: Tensor;
  /** [m, k], k the smaller of m and n, with ones on the diagonal. */
  readonly lower: Tensor;
  /** [k, n] */
  readonly upper: Tensor;
}

/** The factors of one matrix [m, n]. A column without a pivot gives a zero in `upper` and no elimination, as in LAPACK. */
export function factorizeRows(x: Tensor): Factors {
  const [rows, columns] = [at(x.shape, 0), at(x.shape, 1)];
  if (columns <= rows) return factorizeTall(x);
  const square = factorizeTall(x.slice(null, [0, rows]));
  const rest = solveLower(square.lower, pick(x.slice(null, [rows, columns]), square.rows), true);
  return { ...square, upper: concat([square.upper, rest], 1) };
}

function factorizeTall(x: Tensor): Factors {
  const [rows, columns] = [at(x.shape, 0), at(x.shape, 1)];
  const { block, count, padded } = blocksOf(columns);
  const extra = padded - columns;
  const [height, width] = [rows + extra, padded];
  const [{ taken }, [order, lower, upper]] = scan(
    ({ left, taken: before }: { left: Tensor; taken: Tensor }, position: Tensor) => {
      const panel = pick(left.reshape([height, count, block]), position, 1);
      const found = factorizePanel(panel, before);
      const pivots = pick(left, found.order);
      const inner = pick(found.lower, found.order, 1).matrixTranspose();
      const solved = solveLower(inner, pivots, true);
      const next = left.subtract(found.lower.matrixTranspose().matmul(solved));
      return [{ left: next, taken: found.taken }, [found.order, found.lower, solved]] as const;
    },
    { left: padIdentity(x, extra), taken: zeros([height], { dtype: "bool" }) },
    counting(count),
  );
  const steps = order.reshape([padded]).slice([0, columns]);
  // Rows that no column took come last, in their order
  const rank = where(taken, height, arange(height));
  const others = orderOf(rank).slice([0, rows - columns]);
  const all = rows === columns ? steps : concat([steps, others]);
  const eliminated = pick(lower.reshape([padded, height]).matrixTranspose(), all).slice(null, [0, columns]);
  return {
    rows: all,
    lower: tril(eliminated, -1).add(identityLike(x, rows).slice(null, [0, columns])),
    upper: triu(upper.reshape([padded, width]).slice([0, columns], [0, columns])),
  };
}

/** Positions of the elements of `keys` (i32) in ascending order; equal ones keep theirs. */
function orderOf(keys: Tensor): Tensor {
  const size = at(keys.shape, 0);
  const places = arange(size);
  const [mine, others] = [keys.expandDims(1), keys.expandDims(0)];
  const isTieBefore = mine.equal(others).logicalAnd(places.less(places.expandDims(1)));
  const rank = others.less(mine).logicalOr(isTieBefore).astype("i32").sum(1);
  return where(rank.equal(places.expandDims(1)), places, 0).sum(1);
}

/** Columns of `panel` eliminated one after the other, among the rows that are not `taken` yet. */
function factorizePanel(panel: Tensor, taken: Tensor): { order: Tensor; lower: Tensor; taken: Tensor } {
  const [height, block] = [at(panel.shape, 0), at(panel.shape, 1)];
  const places = arange(height);
  const [last, [order, lower]] = scan(
    (state: { left: Tensor; taken: Tensor }, step: Tensor) => {
      const column = pick(state.left, step, 1);
      const chosen = argmax(where(state.taken, -1, column.abs()), 0);
      const pivot = pick(column, chosen);
      const isChosen = places.equal(chosen);
      const factors = where(state.taken.logicalOr(isChosen), 0, where(pivot.equal(0), 0, column.divide(pivot)));
      const left = state.left.subtract(factors.expandDims(1).multiply(pick(state.left, chosen)));
      return [{ left, taken: state.taken.logicalOr(isChosen) }, [chosen, factors]] as const;
    },
    { left: panel, taken },
    counting(block),
  );
  return { order, lower, taken: last.taken };
}
