/** Substitution: systems with a triangular matrix, a block of unknowns after the other. `triangular.ts` offers it. */
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { flip } from "../../tensor/manipulate.ts";
import { tril } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { blocksOf, counting, identityLike, padIdentity, padRows, pick } from "./matrices.ts";

/**
 * X with L·X = B, for L [n, n] and B [n, r], of which only the lower triangle of L is read; `isUnit` puts ones on its diagonal.
 * Blocks that are solved are taken out of what is left in one product.
 */
export function solveLower(lower: Tensor, right: Tensor, isUnit = false): Tensor {
  const size = at(lower.shape, 0);
  const { block, count, padded } = blocksOf(size);
  const triangle = tril(lower, isUnit ? -1 : 0);
  const complete = isUnit ? triangle.add(identityLike(lower, size)) : triangle;
  if (count === 1) return solveBlock(complete, right, isUnit);
  const matrix = padIdentity(complete, padded - size);
  const columns = matrix.reshape([padded, count, block]);
  const width = at(right.shape, 1);
  const [, solved] = scan(
    (left: Tensor, position: Tensor) => {
      const panel = pick(columns, position, 1);
      const diagonal = pick(panel.reshape([count, block, block]), position);
      const x = solveBlock(diagonal, pick(left.reshape([count, block, width]), position), isUnit);
      return [left.subtract(panel.matmul(x)), x] as const;
    },
    padRows(right, padded),
    counting(count),
  );
  return solved.reshape([padded, width]).slice([0, size]);
}

/** The same of one block, whose upper triangle is 0: an unknown after the other. */
function solveBlock(lower: Tensor, right: Tensor, isUnit: boolean): Tensor {
  const [, solved] = scan(
    (left: Tensor, position: Tensor) => {
      const row = pick(left, position);
      const column = pick(lower, position, 1);
      const x = isUnit ? row : row.divide(pick(column, position));
      return [left.subtract(column.expandDims(1).multiply(x)), x] as const;
    },
    right,
    counting(at(lower.shape, 0)),
  );
  return solved;
}

/** X with U·X = B, likewise, of the upper triangle. */
export function solveUpper(upper: Tensor, right: Tensor, isUnit = false): Tensor {
  return flip(solveLower(flip(upper, [0, 1]), flip(right, 0), isUnit), 0);
}

/** `matrix` with ones on the diagonal. */
export function withUnitDiagonal(matrix: Tensor): Tensor {
  return where(identityLike(matrix, at(matrix.shape, -1)).equal(1), 1, matrix);
}
