/** `cholesky`: symmetric positive definite matrices as L·Lᵀ, and systems that are solved with L. */
import { at } from "../../support/invariant.ts";
import { sqrt } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { tril } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { customVjp } from "../../transforms/customRules.ts";
import {
  blocksOf,
  counting,
  identityLike,
  isEmpty,
  overMatrices,
  padIdentity,
  pick,
  requireFloats,
  squareSize,
  symmetricPart,
} from "./matrices.ts";
import { asSystem, substitute } from "./triangular.ts";

/** What `cholesky` may be told. */
export interface CholeskyOptions {
  /** Give U = Lᵀ, with A = Uᵀ·U, and not L. Default false. */
  readonly upper?: boolean;
}

/**
 * The lower triangle L with a positive diagonal and A = L·Lᵀ, for symmetric positive definite matrices A [.., n, n]; of others the
 * symmetric part (A + Aᵀ) / 2 is taken. Where the matrix is not positive definite, L has NaN from the column on where that shows:
 * nothing is thrown, as this would need to wait for the device. f32 and f64.
 * @throws ShapeError unless the last two axes are equal, DtypeError for other dtypes.
 *
 * Source: right-looking blocks, G. H. Golub and C. F. Van Loan, *Matrix Computations*, 4th ed., 4.2; its derivative: I. Murray,
 * "Differentiation of the Cholesky decomposition", 2016, arXiv:1602.07527, equation 10.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.cholesky(tensor([[4, 2], [2, 5]])).toArray()); // [[2, 0], [1, 2]]
 * ```
 */
export function cholesky(x: Tensor, { upper = false }: CholeskyOptions = {}): Tensor {
  requireFloats("cholesky", x);
  squareSize("cholesky", x);
  if (isEmpty(x)) return x;
  const lower = factorize(symmetricPart(x));
  return upper ? lower.matrixTranspose() : lower;
}

const factorize = (x: Tensor): Tensor => rule(x);

const rule = customVjp(
  (x: Tensor) =>
    at(
      overMatrices("cholesky", [x], [2], (one) => [factorizeOne(one ?? x)]),
      0,
    ),
  {
    forward: (x) => {
      const lower = factorize(x);
      return [lower, lower];
    },
    backward: (lower, cotangent) => {
      const product = tril(lower.matrixTranspose().matmul(tril(cotangent)));
      const size = at(lower.shape, -1);
      const inner = product.subtract(product.multiply(identityLike(product, size)).multiply(0.5));
      const transposed = lower.matrixTranspose();
      const left = substitute(transposed, inner, "upper");
      return [symmetricPart(substitute(transposed, left.matrixTranspose(), "upper"))];
    },
  },
);

/** Column blocks one after the other: each is factorized, and its products are taken from what is left. */
function factorizeOne(x: Tensor): Tensor {
  const size = at(x.shape, 0);
  const { block, count, padded } = blocksOf(size);
  const [, rows] = scan(
    (left: Tensor, position: Tensor) => {
      const panel = pick(left.reshape([padded, count, block]), position, 1);
      const columns = factorizePanel(panel, position.multiply(block));
      return [left.subtract(columns.matrixTranspose().matmul(columns)), columns] as const;
    },
    padIdentity(x, padded - size),
    counting(count),
  );
  return rows.reshape([padded, padded]).matrixTranspose().slice([0, size], [0, size]);
}

/** The columns of L of `panel`, whose first row on the diagonal is `first`; as rows. */
function factorizePanel(panel: Tensor, first: Tensor): Tensor {
  const [size, block] = [at(panel.shape, 0), at(panel.shape, 1)];
  const places = arange(size);
  const [, columns] = scan(
    (left: Tensor, step: Tensor) => {
      const column = pick(left, step, 1);
      const row = first.add(step);
      const scaled = column.divide(sqrt(pick(column, row)));
      const kept = where(places.greaterEqual(row), scaled, 0);
      const across = pick(kept, first.add(counting(block)));
      return [left.subtract(kept.expandDims(1).multiply(across)), kept] as const;
    },
    panel,
    counting(block),
  );
  return columns;
}

/**
 * X with A·X = B, for B [.., n, r] and A = L·Lᵀ whose factor L `cholesky` gave; U and A = Uᵀ·U with `upper`. Leading axes broadcast.
 * @throws ShapeError where sizes do not fit, DtypeError for dtypes other than f32 and f64.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const factor = linalg.cholesky(tensor([[4, 2], [2, 5]]));
 * console.log(await linalg.choleskySolve(tensor([[6], [7]]), factor).toArray()); // [[1], [1]]
 * ```
 */
export function choleskySolve(b: Tensor, factor: Tensor, { upper = false }: CholeskyOptions = {}): Tensor {
  const [given, right] = asSystem("choleskySolve", factor, b, -2);
  const lower = upper ? given.matrixTranspose() : given;
  return substitute(lower.matrixTranspose(), substitute(lower, right, "lower"), "upper");
}
