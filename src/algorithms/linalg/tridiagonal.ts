/** Symmetric matrices made tridiagonal by reflections from both sides. `eigen.ts` goes on with it. */
import { at } from "../../support/invariant.ts";
import { concat } from "../../tensor/joining.ts";
import { outer } from "../../tensor/linear.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { blocksOf, counting, padRows, pick } from "./matrices.ts";
import { reflectionOf } from "./reflections.ts";

/** Q·T·Qᵀ, where T has `diagonal` [n] and `beside` [n − 1] on both sides of it, and Q is the product of reflections. */
export interface Tridiagonal {
  readonly diagonal: Tensor;
  readonly beside: Tensor;
  /** [count, b, n]: for `reflectAll`. */
  readonly vectors: Tensor;
}

/** The tridiagonal form of the symmetric `x` [n, n], n ≥ 2. G. H. Golub and C. F. Van Loan, *Matrix Computations*, 4th ed., 8.3.1. */
export function tridiagonalize(x: Tensor): Tridiagonal {
  const size = at(x.shape, 0);
  const [last, [diagonal, beside, vectors]] = scan(
    (left: Tensor, step: Tensor) => {
      const row = pick(left, step);
      const { vector, value } = reflectionOf(row, step.add(1));
      const product = left.matmul(vector);
      const other = product.subtract(vector.multiply(vector.vecdot(product).multiply(0.5)));
      const next = left.subtract(outer(vector, other)).subtract(outer(other, vector));
      return [next, [pick(row, step), value, vector]] as const;
    },
    x,
    counting(size - 1),
  );
  const { block, count, padded } = blocksOf(size - 1);
  return {
    diagonal: concat([diagonal, last.slice([size - 1, size], size - 1)]),
    beside,
    vectors: padRows(vectors, padded).reshape([count, block, size]),
  };
}
