/** What an LU factorization is good for: `lu`, `solve`, `inv`, `det`, `slogdet`. */
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { arange, eye, ones, zeros } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { broadcastTo } from "../../tensor/manipulate.ts";
import { tril, triu } from "../../tensor/slice.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { log } from "../../tensor/transcendental.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { factorizeRows } from "./lu.ts";
import {
  batchOf,
  diagonalsOf,
  isEmpty,
  matrixSize,
  overMatrices,
  pick,
  requireFloats,
  squareSize,
} from "./matrices.ts";
import { solveLower, solveUpper } from "./substitution.ts";
import { asSystem, sameBatch, substitute } from "./triangular.ts";

/**
 * `[P, L, U]` with x = P·L·U, for x [.., m, n]: P [.., m, m] permutes rows, L [.., m, k] is a lower triangle with ones on its diagonal and
 * no element above 1 in magnitude, U [.., k, n] is an upper triangle; k is the smaller of m and n. Of equal pivots the first is taken.
 * A column without a pivot leaves a zero on the diagonal of U. f32 and f64. Derivatives exist where the first k columns of
 * P⁻¹·x have an inverse; P has none.
 * @throws ShapeError for fewer than two axes, DtypeError for other dtypes.
 *
 * Source: partial pivoting, G. H. Golub and C. F. Van Loan, *Matrix Computations*, 4th ed., 3.4; the derivative: S. F. Walter and
 * L. Lehmann, "Algorithmic differentiation of linear algebra functions", 2010.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const [p, l, u] = linalg.lu(tensor([[1, 2], [4, 4]]));
 * console.log(await l.toArray(), await u.toArray()); // [[1, 0], [0.25, 1]] [[4, 4], [0, 1]]
 * console.log(await p.matmul(l).matmul(u).toArray()); // [[1, 2], [4, 4]]
 * ```
 */
export function lu(x: Tensor): readonly [p: Tensor, l: Tensor, u: Tensor] {
  const dtype = requireFloats("lu", x);
  const [rows, columns] = matrixSize("lu", x);
  const [batch, width] = [batchOf(x), Math.min(rows, columns)];
  if (isEmpty(x)) {
    const p = broadcastTo(eye(rows, rows, { dtype }), [...batch, rows, rows]);
    return [p, zeros([...batch, rows, width], { dtype }), zeros([...batch, width, columns], { dtype })];
  }
  const square = columns > rows ? x.slice("...", [0, rows]) : x;
  const [p, l, u] = factorize(square);
  if (columns <= rows) return [p, l, u];
  const rest = p.matrixTranspose().matmul(x.slice("...", [rows, columns]));
  return [p, l, concat([u, substitute(l, rest, "lower", true)], -1)];
}

type Triple = readonly [p: Tensor, l: Tensor, u: Tensor];

const factorize = (x: Tensor): Triple => luRule(x);

const luRule = customVjp(
  (x: Tensor): Triple => {
    const [p, l, u] = overMatrices("lu", [x], [2], (one) => {
      const { rows, lower, upper } = factorizeRows(one ?? x);
      const isPlace = rows.equal(arange(at(rows.shape, 0)).expandDims(1));
      return [isPlace.astype(x.dtype), lower, upper];
    });
    return [p ?? x, l ?? x, u ?? x];
  },
  {
    forward: (x) => {
      const factors = factorize(x);
      return [factors, factors];
    },
    backward: ([p, l, u], [, ofL, ofU]) => {
      const size = at(u.shape, -1);
      const [top, below] = [l.slice("...", [0, size], null), l.slice("...", [size], null)];
      const overUpper = (x: Tensor): Tensor => substitute(u, x.matrixTranspose(), "upper").matrixTranspose();
      // The rows of l below the square are x·U⁻¹
      const ofBelow = overUpper(ofL.slice("...", [size], null));
      const ofUpper = ofU.subtract(below.matrixTranspose().matmul(ofBelow));
      const lower = tril(top.matrixTranspose().matmul(ofL.slice("...", [0, size], null)), -1);
      const inner = lower.add(triu(triu(ofUpper).matmul(u.matrixTranspose())));
      const ofTop = overUpper(substitute(top.matrixTranspose(), inner, "upper", true));
      return [p.matmul(concat([ofTop, ofBelow], -2))];
    },
  },
);

/**
 * X with A·X = B for square A [.., n, n]. B is a vector [n] where it has one axis, else matrices [.., n, r]; leading axes broadcast.
 * A matrix without inverse gives infinities and NaN: nothing is thrown, as this would need to wait for the device. f32 and f64.
 * @throws ShapeError where sizes do not fit, DtypeError for other dtypes.
 *
 * Source: LU with partial pivoting, G. H. Golub and C. F. Van Loan, *Matrix Computations*, 4th ed., 3.4.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.solve(tensor([[1, 2], [3, 4]]), tensor([5, 11])).toArray()); // [1, 2]
 * ```
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  requireTensor("solve", "b", b);
  const isVector = b.rank === 1;
  const [matrices, right] = sameBatch("solve", ...asSystem("solve", a, isVector ? b.expandDims(1) : b, -2));
  const x = isEmpty(right) ? right : solveRule(matrices, right);
  return isVector ? x.squeeze(-1) : x;
}

const solveRule = customVjp(
  (a: Tensor, b: Tensor) =>
    at(
      overMatrices("solve", [a, b], [2, 2], (matrix, right) => [solveOne(matrix ?? a, right ?? b)]),
      0,
    ),
  {
    forward: (a, b) => {
      const x = solve(a, b);
      return [x, { a, x }];
    },
    backward: ({ a, x }, cotangent) => {
      const ofRight = solve(a.matrixTranspose(), cotangent);
      return [ofRight.matmul(x.matrixTranspose()).negative(), ofRight];
    },
  },
);

function solveOne(a: Tensor, b: Tensor): Tensor {
  const { rows, lower, upper } = factorizeRows(a);
  return solveUpper(upper, solveLower(lower, pick(b, rows), true));
}

/**
 * The inverse of square matrices [.., n, n]; `solve` is faster and more exact where it is multiplied with something. A matrix
 * without inverse gives infinities and NaN. f32 and f64.
 * @throws ShapeError unless the last two axes are equal, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.inv(tensor([[2, 0], [0, 4]])).toArray()); // [[0.5, 0], [0, 0.25]]
 * ```
 */
export function inv(x: Tensor): Tensor {
  const dtype = requireFloats("inv", x);
  const size = squareSize("inv", x);
  return isEmpty(x) ? x : solve(x, eye(size, size, { dtype }));
}

/**
 * `[sign, logabsdet]` of square matrices [.., n, n], each [..]: the determinant is sign · exp(logabsdet), also where that would be too
 * large or too small. Of a matrix without inverse the sign is 0 and the logarithm −∞. f32 and f64. The derivative of the logarithm
 * is the transposed inverse, so that there is none of a matrix without inverse.
 * @throws ShapeError unless the last two axes are equal, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const [sign, logarithm] = linalg.slogdet(tensor([[0, 1], [1, 0]]));
 * console.log(await sign.item(), await logarithm.item()); // -1 0
 * ```
 */
export function slogdet(x: Tensor): readonly [sign: Tensor, logabsdet: Tensor] {
  const dtype = requireFloats("slogdet", x);
  const size = squareSize("slogdet", x);
  if (size === 0) return [ones(batchOf(x), { dtype }), zeros(batchOf(x), { dtype })];
  return isEmpty(x) ? [zeros(batchOf(x), { dtype }), zeros(batchOf(x), { dtype })] : slogdetRule(x);
}

const slogdetRule = customVjp(
  (x: Tensor): readonly [Tensor, Tensor] => {
    const [sign, logarithm] = overMatrices("slogdet", [x], [2], (one) => {
      const { parity, diagonal } = pivotsOf(one ?? x);
      return [parity.multiply(diagonal.sign().prod()), log(diagonal.abs()).sum()];
    });
    return [sign ?? x, logarithm ?? x];
  },
  {
    forward: (x) => [slogdet(x), x],
    backward: (x, [, ofLogarithm]) => [
      inv(x)
        .matrixTranspose()
        .multiply(ofLogarithm.reshape([...ofLogarithm.shape, 1, 1])),
    ],
  },
);

/**
 * Determinants of square matrices [.., n, n]: [..]. f32 and f64. The derivative is det · the transposed inverse, and NaN where there
 * is no inverse; `slogdet` does not overflow.
 * @throws ShapeError unless the last two axes are equal, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.det(tensor([[1, 2], [3, 4]])).item()); // -2
 * ```
 */
export function det(x: Tensor): Tensor {
  const dtype = requireFloats("det", x);
  const size = squareSize("det", x);
  return size === 0 || isEmpty(x) ? ones(batchOf(x), { dtype }) : detRule(x);
}

const detRule = customVjp(
  (x: Tensor) =>
    at(
      overMatrices("det", [x], [2], (one) => {
        const { parity, diagonal } = pivotsOf(one ?? x);
        return [parity.multiply(diagonal.prod())];
      }),
      0,
    ),
  {
    forward: (x) => [det(x), x],
    backward: (x, cotangent) => [
      inv(x)
        .matrixTranspose()
        .multiply(
          det(x)
            .multiply(cotangent)
            .reshape([...cotangent.shape, 1, 1]),
        ),
    ],
  },
);

/** The diagonal of U, and the sign of the permutation: 1 or −1, by the pairs that it turns round. */
function pivotsOf(x: Tensor): { readonly parity: Tensor; readonly diagonal: Tensor } {
  const { rows, upper } = factorizeRows(x);
  const places = arange(at(rows.shape, 0));
  const isTurned = rows.greater(rows.expandDims(1)).logicalAnd(places.less(places.expandDims(1)));
  const odd = isTurned.astype("i32").sum().bitwiseAnd(1);
  return { parity: where(odd.equal(0), 1, -1).astype(x.dtype), diagonal: diagonalsOf(upper) };
}
