/** The layer that is linear in each of two inputs. */
import { showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { add, multiply } from "../../tensor/arithmetic.ts";
import { tensordot } from "../../tensor/linear.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { sum } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniform } from "../init.ts";
import { Module } from "../module.ts";
import { requireCounts } from "./counts.ts";
import type { LinearOptions } from "./linear.ts";

/**
 * yₒ = aᵀ · weight[o] · b + biasₒ along the last axes. Weight and bias begin uniform in ± 1/√firstFeatures, as PyTorch's.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.Bilinear(3, 4, 5).forward(zeros([7, 3]), zeros([7, 4])).shape); // [7, 5]
 * ```
 */
export class Bilinear extends Module<readonly [Tensor, Tensor]> {
  /** [outFeatures, firstFeatures, secondFeatures] */
  readonly weight: Parameter;
  /** [outFeatures], or null without bias. */
  readonly bias: Parameter | null;

  /** @throws ArgumentError where a number of features is not a whole number of 1 or more. */
  constructor(
    firstFeatures: number,
    secondFeatures: number,
    outFeatures: number,
    { bias = true, dtype = "f32" }: LinearOptions = {},
  ) {
    super();
    requireCounts("Bilinear", { firstFeatures, secondFeatures, outFeatures });
    const bound = 1 / Math.sqrt(firstFeatures);
    this.weight = new Parameter(uniform([outFeatures, firstFeatures, secondFeatures], -bound, bound, { dtype }));
    this.bias = bias ? new Parameter(uniform([outFeatures], -bound, bound, { dtype })) : null;
  }

  /**
   * @param a […, firstFeatures]
   * @param b […, secondFeatures], with the same axes before
   * @returns […, outFeatures]
   * @throws ShapeError where the last axes are others.
   */
  forward(a: Tensor, b: Tensor): Tensor {
    const [, first, second] = this.weight.shape;
    if (a.shape.at(-1) !== first || b.shape.at(-1) !== second)
      throw new ShapeError(
        `Bilinear: the inputs have shapes ${showShape(a.shape)} and ${showShape(b.shape)}; their last axes have to have sizes ${first} and ${second}.`,
        { a: a.shape, b: b.shape },
      );
    const ofSecond = tensordot(b, this.weight.value, [[-1], [2]]);
    const product: Tensor = sum(multiply(ofSecond, expandDims(a, -2)), -1);
    return this.bias === null ? product : add(product, this.bias.value);
  }
}
