/** `matrixNorm` and `vectorNorm`. */
import { isFloat } from "../../shape/dtype.ts";
import { normalizeAxis } from "../../shape/shape.ts";
import { ArgumentError, DtypeError } from "../../support/errors.ts";
import { notEqual, where } from "../../tensor/comparison.ts";
import { zeros } from "../../tensor/creation.ts";
import { explaining, throughFloats, whence } from "../../tensor/operands.ts";
import type { Axes } from "../../tensor/reduce.ts";
import { norm } from "../../tensor/statistics.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { batchOf, matrixSize, requireFloats } from "./matrices.ts";
import { svdvals } from "./svd.ts";

/** Of matrices: Frobenius' and the nuclear norm, row sums (±∞), column sums (±1), singular values (±2); negative ones are the least. */
export type MatrixOrder = "fro" | "nuc" | 1 | -1 | 2 | -2 | typeof Infinity;

/** What `matrixNorm` may be told. */
export interface MatrixNormOptions {
  /** Default `fro`. */
  readonly order?: MatrixOrder;
  /** Keep the last two axes, with size 1. Default false. */
  readonly keepDims?: boolean;
}

/**
 * Norms of matrices x [.., m, n]: [..]. `order` is "fro" (the root of the sum of squares, the default), "nuc" (the sum of the singular values),
 * 1 and −1 (the largest and least sum of magnitudes of a column), ∞ and −∞ (of a row), 2 and −2 (the largest and least singular
 * value). f32 and f64. The derivative of the Frobenius norm at 0 is 0.
 * @throws ShapeError for fewer than two axes, ArgumentError for another order or the least of nothing, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const x = tensor([[3, 0], [0, 4]]);
 * console.log(await linalg.matrixNorm(x).item(), await linalg.matrixNorm(x, { order: 2 }).item()); // 5 4
 * ```
 */
export function matrixNorm(x: Tensor, { order = "fro", keepDims = false }: MatrixNormOptions = {}): Tensor {
  const dtype = requireFloats("matrixNorm", x);
  const [rows, columns] = matrixSize("matrixNorm", x);
  const result = rows === 0 || columns === 0 ? zeros(batchOf(x), { dtype }) : normOf(x, order);
  return keepDims ? result.reshape([...result.shape, 1, 1]) : result;
}

function normOf(x: Tensor, order: MatrixOrder): Tensor {
  switch (order) {
    case "fro":
      return norm(x, [-2, -1]);
    case "nuc":
      return svdvals(x).sum(-1);
    case 1:
      return x.abs().sum(-2).max(-1);
    case -1:
      return x.abs().sum(-2).min(-1);
    case Infinity:
      return x.abs().sum(-1).max(-1);
    case -Infinity:
      return x.abs().sum(-1).min(-1);
    case 2:
      return svdvals(x).slice("...", 0);
    case -2:
      return svdvals(x).slice("...", -1);
    default:
      throw new ArgumentError(
        `matrixNorm: there is no order ${String(order)}. Give "fro", "nuc", 1, -1, 2, -2, Infinity or -Infinity.${whence([x])}`,
        { order },
      );
  }
}

/** What `vectorNorm` may be told. */
export interface VectorNormOptions {
  /** An axis or several, whose elements are one vector; all by default. */
  readonly axis?: Axes;
  /** Any number, Infinity and -Infinity included; 0 counts what is not 0. Default 2. */
  readonly order?: number;
  readonly keepDims?: boolean;
}

/**
 * (Σ|x|ᵖ)^(1/p) of the vectors along `axis`, p = `order`; ∞ and −∞ are the largest and the least magnitude, 0 is the number of elements that
 * are not 0. Floats only. The derivative at 0 is 0.
 * @throws ShapeError where there is no such axis, DtypeError for integers and booleans.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * const x = tensor([3, 0, -4]);
 * console.log(await linalg.vectorNorm(x).item(), await linalg.vectorNorm(x, { order: 0 }).item()); // 5 2
 * ```
 */
export function vectorNorm(x: Tensor, { axis, order = 2, keepDims = false }: VectorNormOptions = {}): Tensor {
  requireTensor("vectorNorm", "x", x);
  if (!isFloat(x.dtype))
    throw new DtypeError(`vectorNorm: x is ${x.dtype}. Convert with astype("f32").${whence([x])}`, { dtype: x.dtype });
  if (Number.isNaN(order)) throw new ArgumentError("vectorNorm: the order is NaN.", { order });
  const given = axis === undefined ? x.shape.map((_, each) => each) : typeof axis === "number" ? [axis] : [...axis];
  const axes = given.map((each) => explaining("vectorNorm", [x], () => normalizeAxis("vectorNorm", each, x.rank)));
  if (order === 0)
    return throughFloats(x, (values) => where(notEqual(values, 0), 1, 0).astype(values.dtype).sum(axes, { keepDims }));
  if (order === -Infinity) return throughFloats(x, (values) => values.abs().min(axes, { keepDims }));
  if (order === Infinity && axes.some((each) => x.shape[each] === 0))
    return throughFloats(x, (values) => values.abs().sum(axes, { keepDims }));
  if (order < 0)
    return throughFloats(x, (values) =>
      values
        .abs()
        .pow(order)
        .sum(axes, { keepDims })
        .pow(1 / order),
    );
  return norm(x, { axis: axes, order, keepDims });
}
