/** `triangularSolve`: systems whose matrix is a triangle, and the argument checks that all solvers share. */
import { broadcastShapes, type Shape, showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { broadcastTo } from "../../tensor/manipulate.ts";
import { commonDtype, explaining, whence } from "../../tensor/operands.ts";
import { tril, triu } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { batchOf, isEmpty, matrixSize, overMatrices, requireFloats, squareSize } from "./matrices.ts";
import { solveLower, solveUpper } from "./substitution.ts";

/** What `triangularSolve` may be told. */
export interface TriangularSolveOptions {
  /** Whether the upper triangle is the matrix, and not the lower one. Default false. */
  readonly upper?: boolean;
  /** Whether A stands on the left of the unknown, A·X = B, and not on its right, X·A = B. Default true. */
  readonly left?: boolean;
  /** Solve with the transpose of the triangle. Default false. */
  readonly transpose?: boolean;
  /** Take the diagonal as ones, whatever stands there. Default false. */
  readonly unitriangular?: boolean;
}

/**
 * X with A·X = B, where A [.., n, n] is a triangle and B [.., n, r]; with `left: false`, X·A = B for B [.., r, n]. Leading axes broadcast.
 * The other triangle is not read. A zero on the diagonal gives infinities and NaN: nothing is thrown, as this would need to wait
 * for the device. f32 and f64.
 * @throws ShapeError where sizes do not fit, DtypeError for other dtypes.
 *
 * Source: the interface is `torch.linalg.solve_triangular`; blocked substitution as in G. H. Golub and C. F. Van Loan, *Matrix
 * Computations*, 4th ed., 3.1; its derivative: M. B. Giles, "Collected matrix derivative results", 2008.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const a = tensor([[2, 0], [1, 4]]);
 * console.log(await linalg.triangularSolve(a, tensor([[2], [9]])).toArray()); // [[1], [2]]
 * ```
 */
export function triangularSolve(
  a: Tensor,
  b: Tensor,
  { upper = false, left = true, transpose = false, unitriangular = false }: TriangularSolveOptions = {},
): Tensor {
  const [matrix, right] = asSystem("triangularSolve", a, b, left ? -2 : -1);
  const isTransposed = left === transpose;
  const result = substitute(
    isTransposed ? matrix.matrixTranspose() : matrix,
    left ? right : right.matrixTranspose(),
    upper === isTransposed ? "lower" : "upper",
    unitriangular,
  );
  return left ? result : result.matrixTranspose();
}

/** Which triangle is read. */
type Triangle = "lower" | "upper";

/** X with A·X = B of one triangle of `a`, with its derivative. */
export function substitute(a: Tensor, b: Tensor, triangle: Triangle, isUnit = false): Tensor {
  const [matrices, right] = sameBatch("triangularSolve", a, b);
  return substituted(triangle, isUnit)(matrices, right);
}

function substituted(triangle: Triangle, isUnit: boolean): (a: Tensor, b: Tensor) => Tensor {
  const solveOne = triangle === "lower" ? solveLower : solveUpper;
  const compute = (a: Tensor, b: Tensor): Tensor => {
    if (isEmpty(b)) return b;
    return at(
      overMatrices("triangularSolve", [a, b], [2, 2], (one, right) => [solveOne(one ?? a, right ?? b, isUnit)]),
      0,
    );
  };
  const kept = (full: Tensor): Tensor =>
    triangle === "lower" ? tril(full, isUnit ? -1 : 0) : triu(full, isUnit ? 1 : 0);
  return customVjp(compute, {
    forward: (a, b) => {
      const x = substituted(triangle, isUnit)(a, b);
      return [x, { a, x }];
    },
    backward: ({ a, x }, cotangent) => {
      const other = triangle === "lower" ? "upper" : "lower";
      const ofRight = substituted(other, isUnit)(a.matrixTranspose(), cotangent);
      return [kept(ofRight.matmul(x.matrixTranspose())).negative(), ofRight];
    },
  });
}

/** `a` and `b` with the leading axes that both broadcast to. */
export function sameBatch(operation: string, a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  const batch = explaining(operation, [a, b], () => broadcastShapes(operation, batchOf(a), batchOf(b)));
  const spread = (x: Tensor): Tensor => broadcastTo(x, [...batch, ...x.shape.slice(-2)] satisfies Shape);
  return [spread(a), spread(b)];
}

/** `a` and `b` in one dtype. @throws ShapeError, DtypeError unless `a` is square and axis `axis` of `b` has its size. */
export function asSystem(operation: string, a: Tensor, b: Tensor, axis: -1 | -2): readonly [Tensor, Tensor] {
  requireFloats(operation, a, "a");
  requireFloats(operation, b, "b");
  const size = squareSize(operation, a, "a");
  matrixSize(operation, b, "b");
  if (at(b.shape, axis) !== size)
    throw new ShapeError(
      `${operation}: a is ${showShape(a.shape)} and b is ${showShape(b.shape)}: axis ${b.rank + axis} of b has size ${at(b.shape, axis)} and has to have ${size}.${whence([a, b])}`,
      { shapes: [a.shape, b.shape] },
    );
  const dtype = commonDtype(operation, [a, b]);
  return [a.astype(dtype), b.astype(dtype)];
}
