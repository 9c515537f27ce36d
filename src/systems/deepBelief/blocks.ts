/**
 * Probabilistic max-pooling: the units of a block are off together, or exactly one of them is on. A block of C × C units is
 * one choice among C² + 1 states, a softmax. Inputs come as [count, cells, groups, rows, columns]: axis 1 has the C² cells
 * of a block, so that everything here is arithmetic along it. `boltzmannLayer.ts` makes such inputs.
 *
 * Source: H. Lee et al., "Convolutional deep belief networks", ICML 2009, section 3.3 (probabilistic max-pooling).
 */
import { softplus } from "../../tensor/activation.ts";
import { add, divide, maximum, negative, subtract } from "../../tensor/arithmetic.ts";
import { greaterEqual, less, logicalAnd, where } from "../../tensor/comparison.ts";
import { cumulativeSum } from "../../tensor/cumulative.ts";
import type { RandomOptions } from "../../tensor/drawing.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { uniform } from "../../tensor/random.ts";
import { max, sum } from "../../tensor/reduce.ts";
import { logsumexp } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp } from "../../tensor/transcendental.ts";

const cells = 1;

/** What blocks do at their inputs. */
export interface Blocks {
  /** P(h = 1), [count, cells, groups, rows, columns]. */
  readonly detection: Tensor;
  /** P(p = 1), [count, groups, rows, columns]: that any unit of the block is on. */
  readonly pooling: Tensor;
}

/**
 * Probabilities of the units of each block and of its pooling unit: exp(Iⱼ) / (1 + Σ exp(I)), and their sum.
 * @param inputs [count, cells, groups, rows, columns]
 */
export function poolBlocks(inputs: Tensor): Blocks {
  const { weights, total } = weigh(inputs);
  const detection = divide(weights, total);
  return { detection, pooling: sum(detection, cells) };
}

/**
 * States of the units of each block, 0 or 1, in the shape and dtype of `inputs`. One uniform number a block decides:
 * the unit is on in whose part of the interval from 0 to the sum of weights it falls.
 */
export function sampleBlocks(inputs: Tensor, options: RandomOptions = {}): Tensor {
  const { weights, total } = weigh(inputs);
  const dtype = inputs.dtype;
  const upTo = cumulativeSum(weights, { axis: cells });
  const drawn = uniform(total.shape, { ...options, dtype }).multiply(total);
  return logicalAnd(less(drawn, upTo), greaterEqual(drawn, subtract(upTo, weights))).astype(dtype);
}

/** ln(1 + Σ exp(I)) of each block, [count, groups, rows, columns]: what it takes from the free energy. */
export function blockEvidence(inputs: Tensor): Tensor {
  return softplus(poolingOdds(inputs));
}

/** ln P(p = 1) / P(p = 0) of each block, [count, groups, rows, columns]: unlike the probability it never stops at 0 or 1. */
export function poolingOdds(inputs: Tensor): Tensor {
  return logsumexp(inputs, cells);
}

/** The pooling units of states or probabilities of detection units: [count, groups, rows, columns]. */
export function pooled(detection: Tensor): Tensor {
  return sum(detection, cells);
}

/** Inputs with what comes to the pooling units from above, [count, groups, rows, columns], added to every cell. */
export function addFromAbove(inputs: Tensor, fromAbove: Tensor): Tensor {
  return add(inputs, expandDims(fromAbove, cells));
}

/** ln of what counts as never: 10⁻¹⁸ of the most likely state. */
const never = -18 * Math.LN10;

/** exp(I) and 1 + Σ exp(I), both divided by the largest so that none overflows. */
function weigh(inputs: Tensor): { readonly weights: Tensor; readonly total: Tensor } {
  const largest = maximum(max(inputs, cells, { keepDims: true }), 0);
  const weights = expOrZero(subtract(inputs, largest));
  return { weights, total: add(sum(weights, cells, { keepDims: true }), expOrZero(negative(largest))) };
}

/**
 * exp(x), and 0 where that is next to nothing. Sparse units have inputs of −100: their probabilities, and products of two, would
 * be denormal numbers, with which processors multiply many times more slowly.
 */
function expOrZero(x: Tensor): Tensor {
  return where(less(x, never), 0, exp(maximum(x, never)));
}
