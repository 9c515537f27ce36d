/** The loss that tells the matching one from all others of a batch. */
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { add, divide, maximum, multiply } from "../../tensor/arithmetic.ts";
import { arange } from "../../tensor/creation.ts";
import { matmul } from "../../tensor/linear.ts";
import { matrixTranspose } from "../../tensor/manipulate.ts";
import { norm } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { crossEntropy } from "./crossEntropy.ts";
import type { LossOptions } from "./reduction.ts";

/** What `infoNceLoss` may be told. */
export interface ContrastOptions extends LossOptions {
  /** Cosines are divided by this, above 0. Default 0.1. */
  readonly temperature?: number;
  /** Average with the loss of finding the query for each key, as for pairs of images and texts. Default false. */
  readonly symmetric?: boolean;
}

/**
 * −ln of the probability that softmax(cos(query, keys) / temperature) gives to the query's own key, averaged: row i of `queries`
 * belongs to row i of `keys`, the other rows are what it is told from.
 *
 * @param queries [rows, features]
 * @param keys of the same shape
 * @throws ShapeError unless both are [rows, features], ArgumentError for another temperature.
 *
 * Source: A. van den Oord, Y. Li, O. Vinyals, "Representation learning with contrastive predictive coding", 2018.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const x = tensor([[1, 0], [0, 1]]);
 * console.log(await nn.infoNceLoss(x, x).item()); // ln(1 + e^−10)
 * ```
 */
export function infoNceLoss(
  queries: Tensor,
  keys: Tensor,
  { temperature = 0.1, symmetric = false, reduction = "mean" }: ContrastOptions = {},
): Tensor {
  if (queries.rank !== 2 || !sameShape(queries.shape, keys.shape))
    throw new ShapeError(
      `infoNceLoss: queries have shape ${showShape(queries.shape)} and keys ${showShape(keys.shape)}; both have to be [rows, features].`,
      { queries: queries.shape, keys: keys.shape },
    );
  if (!(temperature > 0))
    throw new ArgumentError(`infoNceLoss: the temperature is ${temperature}; it has to be above 0.`, { temperature });
  const logits: Tensor = divide(matmul(unit(queries), matrixTranspose(unit(keys))), temperature);
  const own = arange(queries.shape[0] ?? 0);
  const loss = crossEntropy(logits, own, { reduction });
  return symmetric ? multiply(add(loss, crossEntropy(matrixTranspose(logits), own, { reduction })), 0.5) : loss;
}

/** Rows of length 1; rows of zeros stay. */
function unit(x: Tensor): Tensor {
  return divide(x, maximum(norm(x, -1, { keepDims: true }), 1e-12));
}
