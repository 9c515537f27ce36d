/** Keeping gradients within bounds. */
import { add, clip, divide, minimum, multiply, sqrt, square } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { sum } from "../tensor/reduce.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Gradients whose joint norm is bounded, and what the norm was. */
export interface ClippedGradients {
  readonly gradients: readonly Tensor[];
  /** Euclidean norm of all elements together, before clipping: a scalar. */
  readonly norm: Tensor;
}

/**
 * Scales `gradients` by one factor so that the Euclidean norm of all their elements together is at most `limit`.
 *
 * Source: R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013; the
 * factor is PyTorch's limit / (norm + 10⁻⁶), at most 1.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "smilodon";
 * const { gradients, norm } = optim.clipGradientNorm([tensor([3, 4])], 1);
 * console.log(await norm.item(), await gradients[0]?.toArray()); // 5, nearly [0.6, 0.8]
 * ```
 */
export function clipGradientNorm(gradients: readonly Tensor[], limit: number): ClippedGradients {
  const squares = gradients.map((gradient): Tensor => sum(square(gradient)));
  const [first, ...rest] = squares;
  if (first === undefined) throw new RangeError("clipGradientNorm: there are no gradients.");
  const norm = sqrt(rest.reduce((total, next): Tensor => add(total, next), first));
  const factor = minimum(divide(limit, add(norm, 1e-6)), 1);
  return { gradients: gradients.map((gradient): Tensor => multiply(gradient, astype(factor, gradient.dtype))), norm };
}

/** Limits each element of `gradients` to −limit … limit. */
export function clipGradientValue(gradients: readonly Tensor[], limit: number): readonly Tensor[] {
  return gradients.map((gradient) => clip(gradient, -limit, limit));
}
