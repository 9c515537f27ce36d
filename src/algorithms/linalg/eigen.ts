/** `eigh` and `eigvalsh`: eigenvalues and eigenvectors of symmetric matrices. */
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { zeros } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { solveTridiagonal } from "./divideAndConquer.ts";
import { batchOf, identityLike, isEmpty, magnitudeOf, overMatrices, requireFloats, squareSize, symmetricPart } from "./matrices.ts";
import { reflectAll } from "./reflections.ts";
import { tridiagonalize } from "./tridiagonal.ts";

type Pair = readonly [values: Tensor, vectors: Tensor];

export function eigh(x: Tensor): Pair {
  const dtype = requireFloats("eigh", x);
  const size = squareSize("eigh", x);
  if (isEmpty(x)) return [zeros([...batchOf(x), size], { dtype }), x];
  return rule(symmetricPart(x));
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

/** Of one symmetric matrix; computed in f64, whatever is given. */
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
  const values = vectors.multiply(scaled.matmul(vectors)).sum(0).multiply(magnitude.reshape([1]));
  return [values.astype(x.dtype), vectors.astype(x.dtype)];
}
