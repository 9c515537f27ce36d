/** `eigh` and `eigvalsh`: eigenvalues and eigenvectors of symmetric matrices. */
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { zeros } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { ascendingOrder, solveTridiagonal } from "./divideAndConquer.ts";
import {
  batchOf,
  identityLike,
  isEmpty,
  magnitudeOf,
  overMatrices,
  pick,
  requireFloats,
  squareSize,
  symmetricPart,
} from "./matrices.ts";
import { reflectAll } from "./reflections.ts";
import { tridiagonalize } from "./tridiagonal.ts";

type Pair = readonly [values: Tensor, vectors: Tensor];

/**
 * `[eigenvalues, eigenvectors]` of symmetric matrices x [.., n, n]: eigenvalues [.., n], ascending, and orthonormal eigenvectors [.., n, n] as
 * columns, x·V = V·diag(λ). Of others the symmetric part (x + xᵀ) / 2 is taken. The sign of each vector is open. f32 (computed in f64)
 * and f64; what is not finite gives NaN.
 *
 * Derivatives of vectors exist where the eigenvalues differ. Where some are equal, the terms of their vectors with each other are left out:
 * derivatives of functions that do not depend on the choice of vectors, as sums of the eigenvalues, stay right.
 * @throws ShapeError unless the last two axes are equal, DtypeError for other dtypes.
 *
 * Source: Householder's tridiagonal form, then divide and conquer: M. Gu and S. C. Eisenstat, 1995 (`divideAndConquer.ts`);
 * the derivative: M. B. Giles, "Collected matrix derivative results", 2008, 3.1.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const [values] = linalg.eigh(tensor([[2, 1], [1, 2]]));
 * console.log(await values.toArray()); // [1, 3]
 * ```
 */
export function eigh(x: Tensor): Pair {
  const dtype = requireFloats("eigh", x);
  const size = squareSize("eigh", x);
  if (isEmpty(x)) return [zeros([...batchOf(x), size], { dtype }), x];
  return rule(symmetricPart(x));
}

/**
 * The eigenvalues of symmetric matrices, as those of `eigh`: [.., n], ascending. f32 and f64.
 * @throws ShapeError unless the last two axes are equal, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.eigvalsh(tensor([[2, 1], [1, 2]])).toArray()); // [1, 3]
 * ```
 */
export function eigvalsh(x: Tensor): Tensor {
  requireFloats("eigvalsh", x);
  squareSize("eigvalsh", x);
  return eigh(x)[0];
}

const rule = customVjp(
  (x: Tensor): Pair => {
    const [values, vectors] = overMatrices("eigh", [x], [2], (one) => eigenpairs(one ?? x));
    return [values ?? x, vectors ?? x];
  },
  {
    forward: (x) => {
      const pair = eigh(x);
      return [pair, pair];
    },
    backward: ([values, vectors], [ofValues, ofVectors]) => {
      const gaps = values.expandDims(-2).subtract(values.expandDims(-1));
      const isEqual = gaps.equal(0);
      const inverse = where(isEqual, 0, where(isEqual, 1, gaps).reciprocal());
      const size = at(values.shape, -1);
      const inner = vectors.matrixTranspose().matmul(ofVectors).multiply(inverse);
      const total = inner.add(identityLike(values, size).multiply(ofValues.expandDims(-1)));
      return [vectors.matmul(total).matmul(vectors.matrixTranspose())];
    },
  },
);

/** Of one symmetric matrix; computed in f64, since what divide and conquer moves apart would show in f32. */
export function eigenpairs(x: Tensor): Pair {
  const size = at(x.shape, 0);
  const wide = x.astype("f64");
  if (size === 1) return [x.reshape([1]), where(x.equal(x), 1, x)];
  const magnitude = magnitudeOf(wide).multiply(size);
  const scaled = wide.divide(magnitude);
  const { diagonal, beside, vectors: reflections } = tridiagonalize(scaled);
  const [, inner] = solveTridiagonal(diagonal, beside);
  const vectors = reflectAll(reflections, inner);
  // Better than the eigenvalues of the small problem, of which the last digits were moved
  const values = vectors
    .multiply(scaled.matmul(vectors))
    .sum(0)
    .multiply(magnitude.reshape([1]));
  const order = ascendingOrder(values);
  return [pick(values, order).astype(x.dtype), pick(vectors, order, 1).astype(x.dtype)];
}
