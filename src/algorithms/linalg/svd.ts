/** `svd` and `svdvals`: singular values and vectors. */
import { UnsupportedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { eye, zeros } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { broadcastTo, flip } from "../../tensor/manipulate.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { ascendingOrder } from "./divideAndConquer.ts";
import { eigenpairs } from "./eigen.ts";
import { orthogonalizeRows } from "./jacobi.ts";
import {
  batchOf,
  diagonalsOf,
  identityLike,
  magnitudeOf,
  matrixSize,
  overMatrices,
  pick,
  requireFloats,
} from "./matrices.ts";
import { factorizeOne } from "./qr.ts";

/** What `svd` may be told. */
export interface SvdOptions {
  /** Complete U to [.., m, m] and Vᵀ to [.., n, n], as NumPy and the array API standard do. Default true. */
  readonly fullMatrices?: boolean;
}

type Triple = readonly [u: Tensor, s: Tensor, vh: Tensor];

/**
 * `[U, S, Vᵀ]` with x = U·diag(S)·Vᵀ for x [.., m, n]: S [.., k], descending, k the smaller of m and n; U [.., m, m] and Vᵀ [.., n, n] are
 * orthogonal, or with `fullMatrices: false` their first k columns and rows. The signs of pairs of vectors are open. f32 (computed
 * in f64) and f64, where small singular values are as exact as the columns of x allow. What is not finite gives NaN.
 *
 * Derivatives of vectors exist where the singular values differ and are not 0; terms of equal ones with each other are left out,
 * so that derivatives of functions that do not depend on the choice of vectors stay right. With `fullMatrices` there is a derivative
 * for square matrices only.
 * @throws ShapeError for fewer than two axes, DtypeError for other dtypes; UnsupportedError for the derivative of completed vectors.
 *
 * Source: eigenvectors of xᵀ·x first; for f64 then Jacobi's rotations (`jacobi.ts`), which need few rounds from there; U by reflections.
 * The derivative: J. Townsend, "Differentiating the singular value decomposition", 2016.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const [u, s, vh] = linalg.svd(tensor([[0, 2], [3, 0], [0, 0]]), { fullMatrices: false });
 * console.log(u.shape, await s.toArray(), vh.shape); // [3, 2] [3, 2] [2, 2]
 * ```
 */
export function svd(x: Tensor, { fullMatrices = true }: SvdOptions = {}): Triple {
  const dtype = requireFloats("svd", x);
  const [rows, columns] = matrixSize("svd", x);
  const size = Math.min(rows, columns);
  if (x.size === 0) {
    const [height, width] = fullMatrices ? [rows, columns] : [size, size];
    const basis = (n: number, k: number): Tensor => broadcastTo(eye(n, k, { dtype }), [...batchOf(x), n, k]);
    return [basis(rows, height), zeros([...batchOf(x), size], { dtype }), basis(width, columns)];
  }
  if (rows >= columns) return decompose(x, fullMatrices);
  const [u, s, vh] = decompose(x.matrixTranspose(), fullMatrices);
  return [vh.matrixTranspose(), s, u.matrixTranspose()];
}

/**
 * The singular values of matrices x [.., m, n]: [.., k], descending, k the smaller of m and n. f32 and f64.
 * @throws ShapeError for fewer than two axes, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.svdvals(tensor([[0, 2], [3, 0]])).toArray()); // [3, 2]
 * ```
 */
export function svdvals(x: Tensor): Tensor {
  requireFloats("svdvals", x);
  matrixSize("svdvals", x);
  return svd(x, { fullMatrices: false })[1];
}

/** Of matrices that are not wide. */
const decompose = (x: Tensor, isFull: boolean): Triple => ruleFor(isFull && at(x.shape, -2) > at(x.shape, -1))(x);

function ruleFor(isCompleted: boolean): (x: Tensor) => Triple {
  return customVjp(
    (x: Tensor): Triple => {
      const [u, s, vh] = overMatrices("svd", [x], [2], (one) => decomposeOne(one ?? x, isCompleted));
      return [u ?? x, s ?? x, vh ?? x];
    },
    {
      forward: (x) => {
        const triple = svd(x, { fullMatrices: isCompleted });
        return [triple, triple];
      },
      backward: (triple, cotangents) => {
        if (isCompleted)
          throw new UnsupportedError(
            "svd has no derivative where fullMatrices completes U or Vᵀ of a matrix that is not square: they are not unique. Use fullMatrices: false.",
          );
        return [pullBack(triple, cotangents)];
      },
    },
  );
}

function pullBack([u, s, vh]: Triple, [ofU, ofS, ofVh]: Triple): Tensor {
  const [v, ofV, uh] = [vh.matrixTranspose(), ofVh.matrixTranspose(), u.matrixTranspose()];
  const squares = s.square();
  const gaps = squares.expandDims(-2).subtract(squares.expandDims(-1));
  const inverse = safeReciprocal(gaps);
  const both = (x: Tensor): Tensor => x.add(x.matrixTranspose());
  const [left, right] = [both(uh.matmul(ofU).multiply(inverse)), both(vh.matmul(ofV).multiply(inverse))];
  const scale = s.expandDims(-2);
  const inner = left
    .multiply(scale)
    .add(right.multiply(s.expandDims(-1)))
    .add(identityLike(s, at(s.shape, -1)).multiply(ofS.expandDims(-1)));
  const beside = safeReciprocal(scale);
  const outsideU = ofU.subtract(u.matmul(uh.matmul(ofU))).multiply(beside);
  return u
    .matmul(inner)
    .add(outsideU)
    .matmul(vh)
    .add(outsideOf(v, ofV, beside, u));
}

/** U·S⁻¹·V̄ᵀ·(1 − V·Vᵀ): what V̄ has outside of what V spans, which is nothing where V is square. */
function outsideOf(v: Tensor, ofV: Tensor, inverse: Tensor, u: Tensor): Tensor {
  const outside = ofV.subtract(v.matmul(v.matrixTranspose().matmul(ofV)));
  return u.multiply(inverse).matmul(outside.matrixTranspose());
}

/** 1 / x, and 0 where x is 0. */
function safeReciprocal(x: Tensor): Tensor {
  const isZero = x.equal(0);
  return where(isZero, 0, where(isZero, 1, x).reciprocal());
}

/** One matrix [m, n], m ≥ n. */
function decomposeOne(x: Tensor, isCompleted: boolean): Triple {
  const [rows, columns] = [at(x.shape, 0), at(x.shape, 1)];
  const wide = x.astype("f64");
  const magnitude = magnitudeOf(wide);
  const scaled = wide.divide(magnitude);
  const [, ascending] = eigenpairs(scaled.matrixTranspose().matmul(scaled));
  const first = flip(ascending, 1);
  const turned = scaled.matmul(first);
  const [images, vectors] = x.dtype === "f32" ? [turned, first] : polish(turned, first);
  const [q, r] = factorizeOne(images, isCompleted ? rows : columns);
  const values = diagonalsOf(r);
  const order = ascendingOrder(values.negative());
  const sorted = pick(q.slice(null, [0, columns]), order, 1);
  const u = isCompleted ? concat([sorted, q.slice(null, [columns])], 1) : sorted;
  return [
    u.astype(x.dtype),
    pick(values, order)
      .multiply(magnitude.reshape([1]))
      .astype(x.dtype),
    pick(vectors, order, 1).matrixTranspose().astype(x.dtype),
  ];
}

/** Images x·V and V, turned by Jacobi's rotations until the images are orthogonal, the longest first. */
function polish(images: Tensor, vectors: Tensor): readonly [Tensor, Tensor] {
  const height = at(images.shape, 0);
  const both = orthogonalizeRows(concat([images, vectors]).matrixTranspose(), height).matrixTranspose();
  const [turned, basis] = [both.slice([0, height]), both.slice([height])];
  const order = ascendingOrder(turned.square().sum(0).negative());
  return [pick(turned, order, 1), pick(basis, order, 1)];
}
