/** How far one distribution is from another. */
import { ArgumentError } from "../../support/errors.ts";
import { divide, multiply, subtract } from "../../tensor/arithmetic.ts";
import { greater, where } from "../../tensor/comparison.ts";
import { sum } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp, log } from "../../tensor/transcendental.ts";
import { type Reduction, reduceLosses, requireEqualShapes } from "./reduction.ts";

/** What `klDiv` may be told. */
export interface DivergenceOptions {
  /** `"batchMean"`: the sum divided by the rows, which is the divergence; `"mean"` (default, as PyTorch's) divides by all elements. */
  readonly reduction?: Reduction | "batchMean";
  /** Is the target given by logarithms too? Default false. */
  readonly logTarget?: boolean;
}

/**
 * The Kullback–Leibler divergence p · (ln p − ln q) of a target p from logarithms ln q of probabilities. PyTorch's `kl_div`.
 *
 * @param logProbabilities ln q, of any shape
 * @param target p, or ln p, of the same shape
 * @throws ShapeError unless both have one shape, ArgumentError for another reduction.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const [q, p] = [tensor([[0.5, 0.5]]), tensor([[1, 0]])];
 * console.log(await nn.klDiv(q.log(), p, { reduction: "batchMean" }).item()); // ln 2
 * ```
 */
export function klDiv(
  logProbabilities: Tensor,
  target: Tensor,
  { reduction = "mean", logTarget = false }: DivergenceOptions = {},
): Tensor {
  requireEqualShapes("klDiv", logProbabilities, target);
  const losses = logTarget
    ? multiply(exp(target), subtract(target, logProbabilities))
    : multiply(target, subtract(safeLog(target), logProbabilities));
  if (reduction !== "batchMean") return reduceLosses(losses, reduction);
  const rows = losses.shape[0];
  if (rows === undefined)
    throw new ArgumentError('klDiv: a scalar has no rows; use the reduction "sum" in place of "batchMean".');
  return divide(sum(losses), rows);
}

/** ln p, and 0 where p is 0: it will be multiplied by p. */
function safeLog(p: Tensor): Tensor {
  return log(where(greater(p, 0), p, 1));
}
