/** `qr`: a matrix as orthonormal columns times an upper triangle. */
import { UnsupportedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { eye, ones, zeros } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { tril, triu } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { customVjp } from "../../transforms/customRules.ts";
import {
  batchOf,
  blocksOf,
  counting,
  diagonalsOf,
  magnitudeOf,
  matrixSize,
  overMatrices,
  pick,
  requireFloats,
} from "./matrices.ts";
import { reflectAll, reflectBlock, reflectionOf } from "./reflections.ts";
import { substitute } from "./triangular.ts";

/** How many columns Q has: as many as rows or columns of the matrix, whichever are fewer, or as many as rows. */
export type QrMode = "reduced" | "complete";

/** What `qr` may be told. */
export interface QrOptions {
  /** Default `reduced`. */
  readonly mode?: QrMode;
}

/**
 * `[Q, R]` with x = Q·R for x [.., m, n]: Q [.., m, k] has orthonormal columns and R [.., k, n] is an upper triangle, k the smaller of
 * m and n, or m where `mode` is "complete". The diagonal of R is not negative, which makes both unique where the first k
 * columns are independent (NumPy and PyTorch leave the signs open). f32 and f64. Derivatives exist where the first k columns are
 * independent; with "complete" and m > n there is none.
 * @throws ShapeError for fewer than two axes, DtypeError for other dtypes.
 *
 * Source: Householder's reflections in blocks, G. H. Golub and C. F. Van Loan, *Matrix Computations*, 4th ed., 5.2; the derivative:
 * S. F. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions", 2010, and H. Liao et al., 2019, arXiv:1903.09650.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const [q, r] = linalg.qr(tensor([[3, 1], [4, 2]]));
 * console.log(q.shape, r.shape); // [2, 2] [2, 2]
 * ```
 */
export function qr(x: Tensor, { mode = "reduced" }: QrOptions = {}): readonly [q: Tensor, r: Tensor] {
  requireFloats("qr", x);
  const [rows, columns] = matrixSize("qr", x);
  const width = mode === "complete" ? rows : Math.min(rows, columns);
  if (rows === 0 || columns === 0 || x.size === 0) {
    const q = eye(rows, width, { dtype: x.dtype });
    return [
      q.add(zeros([...batchOf(x), rows, width], { dtype: x.dtype })),
      zeros([...batchOf(x), width, columns], { dtype: x.dtype }),
    ];
  }
  if (rows >= columns) return factorize(x, width);
  const [q, square] = factorize(x.slice("...", [0, rows]), width);
  return [q, concat([square, q.matrixTranspose().matmul(x.slice("...", [rows, columns]))], -1)];
}

type Pair = readonly [q: Tensor, r: Tensor];

/** The factors of matrices that are not wide. */
const factorize = (x: Tensor, width: number): Pair => ruleFor(width)(x);

function ruleFor(width: number): (x: Tensor) => Pair {
  return customVjp(
    (x: Tensor): Pair => {
      const [q, r] = overMatrices("qr", [x], [2], (one) => factorizeOne(one ?? x, width));
      return [q ?? x, r ?? x];
    },
    {
      forward: (x) => {
        const pair = factorize(x, width);
        return [pair, pair];
      },
      backward: ([q, r], [ofQ, ofR]) => {
        if (width > at(r.shape, -1))
          throw new UnsupportedError(
            `qr has no derivative with mode "complete" of a matrix with more rows than columns: Q is not unique. Use mode "reduced".`,
          );
        const mixed = r.matmul(ofR.matrixTranspose()).subtract(ofQ.matrixTranspose().matmul(q));
        const symmetric = tril(mixed).add(tril(mixed, -1).matrixTranspose());
        const total = ofQ.add(q.matmul(symmetric));
        return [substitute(r, total.matrixTranspose(), "upper").matrixTranspose()];
      },
    },
  );
}

/** One matrix, with `width` columns in Q. */
export function factorizeOne(x: Tensor, width: number): Pair {
  const [rows, columns] = [at(x.shape, 0), at(x.shape, 1)];
  const { block, count, padded } = blocksOf(columns);
  const magnitude = magnitudeOf(x);
  const [left, vectors] = scan(
    (before: Tensor, position: Tensor) => {
      const panel = pick(before.reshape([rows, count, block]), position, 1);
      const found = reflectPanel(panel, position.multiply(block), columns);
      return [reflectBlock(found, before, true), found] as const;
    },
    x.divide(magnitude).pad([0, [0, padded - columns]]),
    counting(count),
  );
  const r = triu(left.slice([0, width], [0, columns]));
  const q = reflectAll(vectors, eye(rows, width, { dtype: x.dtype }));
  const signs = where(diagonalsOf(r).less(0), -1, 1).astype(x.dtype);
  const all = width > columns ? concat([signs, ones([width - columns], { dtype: x.dtype })]) : signs;
  return [q.multiply(all), r.multiply(all.expandDims(1)).multiply(magnitude)];
}

/** The reflections that make `panel` a triangle whose first row is `first`, as rows; those from number `columns` on do nothing. */
function reflectPanel(panel: Tensor, first: Tensor, columns: number): Tensor {
  const [, vectors] = scan(
    (left: Tensor, step: Tensor) => {
      const row = first.add(step);
      const found = reflectionOf(pick(left, step, 1), row);
      const vector = where(row.less(columns), found.vector, 0);
      return [left.subtract(vector.expandDims(1).multiply(vector.matmul(left))), vector] as const;
    },
    panel,
    counting(at(panel.shape, 1)),
  );
  return vectors;
}
