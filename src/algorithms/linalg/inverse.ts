/** Inverses of matrices that have none: `pinv`, `lstsq`, and the numbers that say how far a matrix is from having one: `matrixRank`, `cond`. */
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { zeros } from "../../tensor/creation.ts";
import { commonDtype, type Operand, whence } from "../../tensor/operands.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { batchOf, epsilonOf, identityLike, matrixSize, requireFloats, squareSize } from "./matrices.ts";
import { type MatrixOrder, matrixNorm } from "./norms.ts";
import { inv } from "./solve.ts";
import { svd, svdvals } from "./svd.ts";
import { sameBatch } from "./triangular.ts";

/** What is taken for zero among singular values. */
export interface RankOptions {
  /** Relative to the largest one; for each matrix, [..], or one for all. Default the larger of m and n times the dtype's epsilon. */
  readonly rtol?: Operand;
}

/** Which of the singular values `s` [.., k] of matrices like `x` count. */
function isCounted(x: Tensor, s: Tensor, { rtol }: RankOptions): Tensor {
  const relative = rtol ?? Math.max(...matrixSize("rtol", x)) * epsilonOf(x.dtype === "f64" ? "f64" : "f32");
  const tolerance = relative instanceof Tensor ? relative.expandDims(-1) : relative;
  return s.greater(s.max(-1, { keepDims: true }).multiply(tolerance));
}

/**
 * The number of singular values above `rtol` times the largest: [..] of i32, for x [.., m, n]. f32 and f64.
 * @throws ShapeError for fewer than two axes, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.matrixRank(tensor([[1, 2], [2, 4]])).item()); // 1
 * ```
 */
export function matrixRank(x: Tensor, options: RankOptions = {}): Tensor {
  requireFloats("matrixRank", x);
  const size = Math.min(...matrixSize("matrixRank", x));
  if (size === 0 || x.size === 0) return zeros(batchOf(x), { dtype: "i32" });
  return isCounted(x, svdvals(x), options).astype("i32").sum(-1);
}

/**
 * The pseudo-inverse of Moore and Penrose: [.., n, m] for x [.., m, n]. Singular values of at most `rtol` times the largest count as 0.
 * f32 and f64. The derivative takes the rank as constant.
 * @throws ShapeError for fewer than two axes, DtypeError for other dtypes.
 *
 * Source: by `svd`; the derivative: G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses", 1973.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.pinv(tensor([[2, 0], [0, 0]])).toArray()); // [[0.5, 0], [0, 0]]
 * ```
 */
export function pinv(x: Tensor, options: RankOptions = {}): Tensor {
  const dtype = requireFloats("pinv", x);
  const [rows, columns] = matrixSize("pinv", x);
  if (x.size === 0) return zeros([...batchOf(x), columns, rows], { dtype });
  return pinvRule(options)(x);
}

const pinvRule = (options: RankOptions): ((x: Tensor) => Tensor) =>
  customVjp(
    (x: Tensor) => {
      const [u, s, vh] = svd(x, { fullMatrices: false });
      const isKept = isCounted(x, s, options);
      const inverse = where(isKept, where(isKept, s, 1).reciprocal(), 0);
      return vh.matrixTranspose().multiply(inverse.expandDims(-2)).matmul(u.matrixTranspose());
    },
    {
      forward: (x) => {
        const p = pinv(x, options);
        return [p, { x, p }];
      },
      backward: ({ x, p }, cotangent) => {
        const [pt, gt] = [p.matrixTranspose(), cotangent.matrixTranspose()];
        const [rows, columns] = matrixSize("pinv", x);
        const outsideRows = identityLike(x, rows).subtract(x.matmul(p));
        const outsideColumns = identityLike(x, columns).subtract(p.matmul(x));
        const through = pt.matmul(cotangent).matmul(pt).negative();
        const first = outsideRows.matmul(gt).matmul(p).matmul(pt);
        return [through.add(first).add(pt.matmul(p).matmul(gt).matmul(outsideColumns))];
      },
    },
  );

/** What `lstsq` finds. */
export interface LeastSquares {
  /** [.., n, r], or [.., n] of a vector. */
  readonly solution: Tensor;
  /** Squared lengths of b − a·solution: [.., r], or [..] of a vector. */
  readonly residuals: Tensor;
  /** [..], i32 */
  readonly rank: Tensor;
  /** [.., k], descending */
  readonly singularValues: Tensor;
}

/**
 * The shortest x of those for which |A·x − b| is least, for A [.., m, n] and b [m] or [.., m, r]. Singular values of at most `rtol` times
 * the largest count as 0. Leading axes broadcast. f32 and f64. Derivatives take the rank as constant.
 * @throws ShapeError where sizes do not fit, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const { solution, rank } = linalg.lstsq(tensor([[1, 0], [1, 1], [1, 2]]), tensor([1, 3, 5]));
 * console.log(solution.shape, await rank.item()); // [2] 2
 * ```
 */
export function lstsq(a: Tensor, b: Tensor, options: RankOptions = {}): LeastSquares {
  requireFloats("lstsq", a, "a");
  requireFloats("lstsq", b, "b");
  const [rows] = matrixSize("lstsq", a, "a");
  const isVector = b.rank === 1;
  const columns = isVector ? b.expandDims(1) : b;
  matrixSize("lstsq", columns, "b");
  if (at(columns.shape, -2) !== rows)
    throw new ShapeError(
      `lstsq: a is ${showShape(a.shape)} and b is ${showShape(b.shape)}: both need the same number of rows.${whence([a, b])}`,
      { shapes: [a.shape, b.shape] },
    );
  const dtype = commonDtype("lstsq", [a, b]);
  const [matrix, right] = sameBatch("lstsq", a.astype(dtype), columns.astype(dtype));
  const solution = refined(matrix, right, pinv(matrix, options));
  const residuals = right.subtract(matrix.matmul(solution)).square().sum(-2);
  return {
    solution: isVector ? solution.squeeze(-1) : solution,
    residuals: isVector ? residuals.squeeze(-1) : residuals,
    rank: matrixRank(matrix, options),
    singularValues: svdvals(matrix),
  };
}

/** P·b, and once more of what that leaves: the product with P alone loses digits where the matrix is near to one of lower rank. */
function refined(a: Tensor, b: Tensor, p: Tensor): Tensor {
  const x = p.matmul(b);
  return x.add(p.matmul(b.subtract(a.matmul(x))));
}

/**
 * The condition number |x|·|x⁻¹| of matrices in the norm `order` of `matrixNorm`, 2 by default: [..]. With 2 and −2 the quotient of the largest
 * and the smallest singular value, or its inverse, for x [.., m, n]; the others need square matrices. Infinity or NaN where there is no inverse. f32, f64.
 * @throws ShapeError where the shape does not fit, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.cond(tensor([[4, 0], [0, 2]])).item()); // 2
 * ```
 */
export function cond(x: Tensor, order: MatrixOrder = 2): Tensor {
  requireFloats("cond", x);
  matrixSize("cond", x);
  if (order === 2 || order === -2) {
    if (Math.min(...matrixSize("cond", x)) === 0)
      throw new ArgumentError(`cond: ${showShape(x.shape)} has no singular values.${whence([x])}`, { shape: x.shape });
    const s = svdvals(x);
    const [largest, smallest] = [s.slice("...", 0), s.slice("...", -1)];
    return order === 2 ? largest.divide(smallest) : smallest.divide(largest);
  }
  squareSize("cond", x);
  return matrixNorm(x, { order }).multiply(matrixNorm(inv(x), { order }));
}
